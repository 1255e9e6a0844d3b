using System.CommandLine;
using MIOpenDarts.Cli.Compressing;
using MIOpenDarts.Cli.Onnx;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Compression;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Export;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Studies.Compressed;
using MIOpenDarts.Darts.Studies.Pareto;
using MIOpenDarts.Darts.Training;

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
            $"What may be left of multiply-adds or parameters (default: {CompressionTarget.Usual}).");
        var multiple = OptionNames.Number(
            "--multiple", $"Widths stay multiples of it, and at least it (default: {CompressionStage.DefaultMultiple}).", 1, 1024);
        var command = new Command(Name, "Make a trained network smaller in several ways, and compare them.");
        var arguments = new CompressionArguments(command, target, multiple);
        command.SetAction(parsed =>
        {
            if (arguments.Begun(parsed) is { } begun)
                return Work(screen, begun, CompressionStudyPlan.Read(begun), arguments.Typed(parsed));
            var wanted = CompressionTarget.Parse(parsed.GetValue(target) ?? CompressionTarget.Usual);
            wanted.RequireCounted(Name);
            var (source, folder) = (arguments.Source(parsed), arguments.Folder(parsed));
            var widths = parsed.GetValue(multiple) ?? CompressionStage.DefaultMultiple;
            var (study, leftOut) = arguments.Planned(screen, parsed, source, (task, planned) => Study(task, planned, wanted, widths));
            foreach (var line in leftOut) Failures.Report(screen.Error, line, ExitCode.Done);
            if (!study.Ways.Any(way => way.Plan.Stages.Any(CompressionGrid.HasTarget)))
                throw new OptionsException($"no way meets --target {wanted}; ask for less");
            study.Write(folder);
            return Work(screen, folder, study, arguments.Typed(parsed));
        });
        return command;
    }

    // The ways that meet the target, how good the network is that they begin with, and a line for each of the others.
    private static (CompressionStudyPlan Study, List<string> LeftOut) Study(
        CompressionTask task, Func<IReadOnlyList<CompressionStage>, CompressionPlan> planned, CompressionTarget target, int multiple)
    {
        var (ways, leftOut) = (new List<CompressionWay>(), new List<string>());
        foreach (var (name, stages) in CompressionGrid.For(task.Network, target, multiple))
        {
            try
            {
                CompressionGrid.Rehearse(stages, task);
                ways.Add(new CompressionWay(name, planned(stages)));
            }
            catch (OptionsException e)
            {
                leftOut.Add($"{name}: {e.Message.TrimEnd('.')}; left out");
            }
        }

        var test = NetworkTest.Run(task.Trained, task.Network.Origin, task.Test, CalibrationImages.BatchSize);
        return (new CompressionStudyPlan { Accuracy = test.Top1, Ways = ways }, leftOut);
    }

    private static int Work(Screen screen, string folder, CompressionStudyPlan study, List<KeyValuePair<string, string>> typed)
    {
        var again = $"miopendarts {Name} --resume {folder}";
        var options = study.Ways[0].Plan.Finetuning(folder, typed);
        RunConfiguration.RequireDataThere(folder, options.Data, again);
        var (done, code) = (new List<string>(), ExitCode.Done);
        foreach (var (name, plan) in study.Ways)
        {
            screen.Output.WriteLine($"way      {name}");
            try
            {
                new CompressionWork(screen, Name).Complete(plan, Path.Combine(folder, name), typed, again);
                done.Add(name);
            }
            catch (Exception e) when (
                e is OptionsException or RunFolderException or CheckpointException or RunDivergedException or InvalidDataException)
            {
                // The other ways need nothing of this one.
                code = Failures.Report(screen.Error, $"{name}: {e.Message.TrimEnd('.')}; left out", ExitCode.Failed);
            }
        }

        if (done.Count > 0) Report(screen, folder, study, done);
        return code;
    }

    private static void Report(Screen screen, string folder, CompressionStudyPlan study, List<string> done)
    {
        var (source, best) = (study.Ways[0].Plan.Source, study.Ways[0].Plan.Best);
        using var backend = Backends.Create("cpu", 1);
        var compressed = new CompressedStudy(
            Path.GetFileName(source),
            [
                CompressedNetwork.Read(AsTrained, TrainedNetwork.FileOf(source, best), study.Accuracy, backend, Time(AsTrained)),
                .. done.Select(way => CompressedNetwork.ReadRun(way, Path.Combine(folder, way), backend, Time(way))),
            ]);
        OutputFile.Write("--out", Path.Combine(folder, "results.csv"), compressed.ToCsv());
        foreach (var (name, front) in compressed.Fronts)
            OutputFile.Write("--out", Path.Combine(folder, $"{name}.html"), ParetoReport.Render(front));
        screen.Output.Write(compressed.ToText());
        screen.Output.WriteLine($"results  {Path.Combine(folder, "results.csv")}");

        Func<NetworkDescription, ImageClassifier<float>, double> Time(string name) => (description, net) =>
        {
            var file = Path.Combine(folder, $"{name}.onnx");
            OutputFile.Write("--out", file, path => OnnxExport.Write(path, net, description, foldNorms: true));
            using var model = OnnxModel.Open(file);
            return model.Milliseconds();
        };
    }
}
