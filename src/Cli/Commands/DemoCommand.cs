using System.CommandLine;
using MIOpenDarts.Cli.Progress;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends.Reference;

namespace MIOpenDarts.Cli.Commands;

/// <summary><c>miopendarts demo</c>: the whole way on the embedded images, in six parts and a few minutes, by the other commands.</summary>
internal static class DemoCommand
{
    public const string Name = "demo";
    private const int Predicted = 5;
    // Twenty times the paper's, so that two epochs have something to show.
    private const string FastRate = "0.006";

    /// <summary>What the help says below the options.</summary>
    public static string Footer =>
        """
        1 search, 2 operations and patterns of the cells, 3 how the architecture moved, 4 comparison with ResNet-20 and MobileNetV2 at equal
        epochs, 5 settings for an RX 580 with a memory forecast, 6 from the search to an exported network that classifies images.
        """;

    public static Command Create(Screen screen)
    {
        var output = OptionNames.Path("--out", "FOLDER", "Folder for the runs (default: runs/ and the time).");
        var command = new Command(Name, "Show everything on the embedded images, in under five minutes on two cores.") { output };
        command.SetAction(parsed =>
        {
            var folder = parsed.GetValue(output) ?? Path.Combine("runs", $"demo-{DateTime.UtcNow:yyyyMMdd-HHmmss}");
            return Run(screen, folder);
        });
        return command;
    }

    private static int Run(Screen screen, string folder)
    {
        var say = screen.Output;
        var search = Path.Combine(folder, "search");
        say.WriteLine("1 of 6  search");
        string[] searching = ["search", "--preset", "demo", "--epochs", "2", "--alpha-learning-rate", FastRate, "--out", search];
        if (Call(screen, searching) is not ExitCode.Done and var failed) return failed;
        var epochs = RunLog.Read(Path.Combine(search, "log.jsonl")).OfType<EpochDone>().Select(done => done.Record).ToList();

        say.WriteLine("\n2 of 6  operations and patterns");
        foreach (var (name, cell) in Cells(epochs[^1].Genotype)) say.WriteLine($"{name,-7} {Operations(cell)}; {Pattern(cell)}");

        say.WriteLine($"\n3 of 6  how the architecture moved: mean weight of each operation in percent, "
            + $"from {100.0 / Primitives.SearchSpace.Count:F2} at the start");
        for (var p = 0; p < Primitives.SearchSpace.Count; p++)
            say.WriteLine($"{Primitives.SearchSpace[p].Name,-13} normal {Moved(epochs, e => e.Normal, p)}   reduce "
                + $"{Moved(epochs, e => e.Reduce!, p)}");
        say.WriteLine($"strongest     normal {Strongest(epochs[^1].Normal)}   reduce {Strongest(epochs[^1].Reduce!)}   (alphas learn 20 "
            + "times as fast here as in the paper)");

        say.WriteLine("\n4 of 6  comparison at one epoch each");
        string[] runs = ["found", "resnet20", "mobilenetv2"];
        foreach (var name in runs)
        {
            string[] network = name == "found" ? ["--genotype", search] : ["--arch", name];
            string[] training = ["train", .. network, "--epochs", "1", "--out", Path.Combine(folder, name)];
            if (Call(screen, training) is not ExitCode.Done and var stopped) return stopped;
        }

        Call(
            screen,
            ["compare", search, .. runs.Select(name => Path.Combine(folder, name)), "--html", Path.Combine(folder, "comparison.html")]);

        say.WriteLine("\n5 of 6  settings for an RX 580 with 8 GB (estimated: the plan of the processor's layout, not measured on a card)");
        Forecast(say);

        say.WriteLine("\n6 of 6  export and prediction");
        var code = Call(screen, "export", Path.Combine(folder, "found"), "--fold", "--out", Path.Combine(folder, "model.onnx"));
        if (code == ExitCode.Done) code = Predict(screen, folder);
        say.WriteLine($"\nall of it is in {folder}: a report.html for each run, comparison.html, model.onnx");
        return code;
    }

    private static int Predict(Screen screen, string folder)
    {
        var test = DataSource.Open(DataSource.FashionMnistSlice).Test!;
        var files = new string[Predicted];
        for (var i = 0; i < files.Length; i++)
        {
            files[i] = Path.Combine(folder, $"test-{i}-{test.ClassNames![test.Labels[i]]}.png");
            DataSummary.WriteImage(test, i, files[i]);
        }

        return Call(screen, ["predict", Path.Combine(folder, "found"), .. files]);
    }

    private static void Forecast(TextWriter say)
    {
        foreach (var name in new[] { "rx580", "darts" })
        {
            var options = SearchPresets.Get(name);
            using var backend = new ReferenceBackend<float>();
            using var net = new Supernet<float>(backend, new SupernetShape(3, 32, 32, 10, options.InitChannels, options.Layers));
            var bytes = net.ForecastBytes(options.BatchSize) + 2 * net.Parameters.Bytes;
            say.WriteLine($"--preset {name,-6} C {options.InitChannels}, {options.Layers} cells, batch {options.BatchSize} on 32x32: "
                + $"{Units.Memory(bytes)}");
        }
    }

    private static int Call(Screen screen, params string[] words) => CommandLine.Run(words, screen);

    private static (string Name, GenotypeCell Cell)[] Cells(Genotype genotype) =>
        [("normal", genotype.Normal), ("reduce", genotype.Reduce)];

    private static string Operations(GenotypeCell cell) =>
        string.Join(", ", cell.Edges.CountBy(e => e.Edge.Operation)
            .OrderByDescending(pair => pair.Value).Select(pair => $"{pair.Value} {pair.Key.Name}"));

    private static string Pattern(GenotypeCell cell)
    {
        var depth = new int[cell.States];
        foreach (var (target, edge) in cell.Edges) depth[target] = Math.Max(depth[target], depth[edge.Source] + 1);
        return $"{cell.Edges.Count(e => e.Edge.Source < GenotypeCell.Inputs)} of {cell.Edges.Count()} edges from the "
            + $"inputs, depth {depth.Max()}";
    }

    private static string Moved(List<EpochRecord> epochs, Func<EpochRecord, AlphaRecord> of, int primitive) =>
        string.Join(" -> ", epochs.Select(epoch => $"{100 * of(epoch).Weights.Average(row => row[primitive]):F2}"));

    private static string Strongest(AlphaRecord record)
    {
        var operations = Primitives.SearchSpace;
        var (edge, operation) = Enumerable.Range(0, record.Weights.Length)
            .SelectMany(edge => Enumerable.Range(0, operations.Count).Select(operation => (edge, operation)))
            .Where(item => !operations[item.operation].IsZero)
            .MaxBy(item => record.Weights[item.edge][item.operation]);
        var (target, source) = (GenotypeCell.Inputs, edge);
        while (source >= target) source -= target++;
        return $"{operations[operation].Name} from {source} to {target} {100 * record.Weights[edge][operation]:F2}";
    }
}
