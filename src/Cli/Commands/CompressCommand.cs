using System.CommandLine;
using MIOpenDarts.Cli.Compressing;
using MIOpenDarts.Cli.Onnx;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Export;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Studies.Compressed;
using MIOpenDarts.Darts.Studies.Pareto;

namespace MIOpenDarts.Cli.Commands;

/// <summary><c>miopendarts compress</c>: a trained network in several ways, and the front of accuracy against cost.</summary>
internal static class CompressCommand
{
    public const string Name = "compress";
    private const string AsTrained = "as-trained";

    /// <summary>What the help says below the options.</summary>
    public static string Footer =>
        $"""
        The network is decomposed, pruned by two rules, and both in either order, each until the target is met and with a fine-tuning after
        each step; what cannot meet the target is left out with a line. It is also quantised, as it is and after pruning, without a
        fine-tuning. Every way is a folder of a training. Then all are exported, with folded batch norms, and timed in ONNX Runtime one
        after the other, and the folder gets results.csv and, for each of size, multiply-adds and milliseconds, a page with the front.

        Examples:
          miopendarts compress runs/trained --target macs=0.5 --out runs/compressed
          miopendarts compress --resume runs/compressed

        {ExitCode.Legend}
        """;

    public static Command Create(Screen screen)
    {
        var target = OptionNames.Path(
            "--target", "macs=X|params=X",
            $"What may be left of multiply-adds or parameters (default: {CompressionArguments.DefaultTarget}).");
        var multiple = OptionNames.Number(
            "--multiple", $"Widths stay multiples of it, and at least it (default: {CompressionStage.DefaultMultiple}).", 1, 1024);
        var command = new Command(Name, "Make a trained network smaller in several ways, and compare them.");
        var arguments = new CompressionArguments(command, target, multiple);
        command.SetAction(parsed =>
        {
            var folder = arguments.Begun(parsed);
            if (folder is null)
            {
                var (source, text) = (arguments.Source(parsed), parsed.GetValue(target) ?? CompressionArguments.DefaultTarget);
                folder = arguments.Folder(parsed);
                if (Ways(folder).Count > 0)
                    throw new RunFolderException(
                        $"{folder}: holds a study already; go on with it by --resume {folder}, or choose another --out");
                var widths = parsed.GetValue(multiple) ?? CompressionStage.DefaultMultiple;
                var plans = arguments.Plans(parsed, source, network => CompressionGrid.For(network, text, widths));
                foreach (var (name, plan) in plans) plan.Write(Path.Combine(folder, name));
            }

            Work(screen, folder, arguments.Typed(parsed));
            return ExitCode.Done;
        });
        return command;
    }

    // Folders of a study, one for each way.
    private static List<string> Ways(string folder) => Directory.Exists(folder)
        ? [.. Directory.GetDirectories(folder).Where(CompressionPlan.IsIn).Order(StringComparer.Ordinal)]
        : [];

    private static void Work(Screen screen, string folder, List<KeyValuePair<string, string>> typed)
    {
        var ways = Ways(folder);
        if (ways.Count == 0) throw new RunFolderException($"{folder}: there is no study in this folder; give the folder of a compress");
        var (source, done) = ("", new List<string>());
        foreach (var way in ways)
        {
            var plan = CompressionPlan.Read(way);
            source = plan.Source;
            screen.Output.WriteLine($"way      {Path.GetFileName(way)}");
            try
            {
                new CompressionWork(screen, Name).Complete(plan, way, typed, $"miopendarts {Name} --resume {folder}");
                done.Add(way);
            }
            catch (OptionsException e)
            {
                Failures.Report(screen.Error, $"{Path.GetFileName(way)}: {e.Message.TrimEnd('.')}; left out", ExitCode.Done);
            }
        }

        if (done.Count == 0) throw new OptionsException("no way meets the --target; ask for less, in a new folder");
        Report(screen, folder, source, done);
    }

    private static void Report(Screen screen, string folder, string source, List<string> done)
    {
        using var backend = Backends.Create("cpu", 1);
        var study = new CompressedStudy(
            Path.GetFileName(source), [Read(AsTrained, source), .. done.Select(way => Read(Path.GetFileName(way), way))]);
        OutputFile.Write("--out", Path.Combine(folder, "results.csv"), study.ToCsv());
        foreach (var (name, front) in study.Fronts)
            OutputFile.Write("--out", Path.Combine(folder, $"{name}.html"), ParetoReport.Render(front));
        screen.Output.Write(study.ToText());
        screen.Output.WriteLine($"results  {Path.Combine(folder, "results.csv")}");

        CompressedNetwork Read(string name, string run) => CompressedNetwork.Read(name, run, backend, (description, net) =>
        {
            var file = Path.Combine(folder, $"{name}.onnx");
            OutputFile.Write("--out", file, path => OnnxExport.Write(path, net, description, foldNorms: true));
            using var model = OnnxModel.Open(file);
            return model.Milliseconds();
        });
    }
}
