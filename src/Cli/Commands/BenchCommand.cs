using System.CommandLine;
using MIOpenDarts.Cli.Progress;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Benchmarks;
using MIOpenDarts.Darts.Benchmarks.Machine;
using MIOpenDarts.Darts.Benchmarks.Operations;
using MIOpenDarts.Darts.Benchmarks.Steps;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Diagnostics;
using Spectre.Console;

namespace MIOpenDarts.Cli.Commands;

/// <summary><c>miopendarts bench</c>: how fast a backend computes layers and search steps.</summary>
internal static class BenchCommand
{
    public const string Name = "bench";
    private const string Everything = "all";
    private const string DataOnly = "data";

    // Of the time for everything, layers get this share; steps the rest.
    private const double LayerShare = 0.4;
    private static readonly Column[] Common =
    [
        new("C", 4, m => $"{m.Channels}"), new("batch", 6, m => $"{m.Batch}"), new("size", 7, m => $"{m.Size}x{m.Size}"),
        new("median", 10, m => m.Median is { } median ? Duration(median) : $"~{Units.Time(m.ExpectedSeconds)}"),
        new("min", 10, m => m.Minimum is { } minimum ? Duration(minimum) : m.LacksMemory ? "no memory" : "no time"),
        new("GFLOP/s", 9, m => m.Gigaflops?.ToString("F1") ?? ""),
    ];
    private static readonly Column Roofline = new("roofline", 10, m => m.RooflinePercent is { } percent ? $"{percent:F0} %" : "");
    private static readonly Column Cores = new(
        "cores", 15,
        m => m.CoreShare is { } share ? $"{100 * share:F0} %{(m.IsDisturbed ? "*" : " ")} {(m.IsShared ? "shared" : "  free")}" : "");
    private static readonly Column[] LayerColumns =
    [
        new("layer", -24, m => m.Name), new("pass", -9, m => m.Pass), .. Common,
        new("GB/s", 8, m => m.GigabytesPerSecond?.ToString("F1") ?? ""), Roofline, Cores,
    ];
    private static readonly Column[] DataColumns =
    [
        new("", -7, m => m.Name), new("image", -26, m => m.Pass), .. Common.Where(c => c.Title is "size" or "median" or "min"),
        new("images/s", 10, m => m.ImagesPerSecond?.ToString("F0") ?? ""),
        new("best", 10, m => (m.Batch / m.Minimum)?.ToString("F0") ?? ""),
    ];
    private static readonly Column[] StepColumns =
    [
        new("", -2, m => m.Name), new("step", -21, m => m.Pass), .. Common, Roofline,
        new("images/s", 10, m => m.ImagesPerSecond?.ToString("F0") ?? ""),
        new("memory", 10, m => m.PlannedBytes > 0 ? Units.Memory(m.PlannedBytes) : ""),
        new("peak", 10, m => m.PeakBytes > 0 ? Units.Memory(m.PeakBytes) : ""), Cores,
    ];

    /// <summary>A column of a table; a negative width is one that begins at the left.</summary>
    private sealed record Column(string Title, int Width, Func<Measurement, string> Cell);

    /// <summary>What the help says below the options.</summary>
    public static string Footer =>
        $"""
        Configurations: {string.Join("; ", StepConfiguration.All.Select(Describe))}.
        GFLOP/s count convolutions and linear layers; GB/s what enters and leaves a layer; roofline is per cent of what this processor
        can do at most with these threads, from memory. cores is the share of the processor that was there; * marks times with less.
        free or shared tells whether something else computed on these cores, be it on their other hardware threads, where multiply-adds
        alone do not show it: what needs many instructions a cycle then takes up to twice as long.
        data decodes a JPEG image of 500x375 pixels to 224x224, with one worker and with --threads of them.

        Examples:
          miopendarts bench
          miopendarts bench --only steps --threads 1 --csv steps.csv
        """;

    public static Command Create(Screen screen)
    {
        var backend = OptionNames.Backend("What to measure.");
        var threads = Number("--threads", 0, 0, 1024, "Threads of the cpu backend; 0 for one for each core.");
        var only = OptionNames.OneOf("--only", "What to measure.", Everything, "layers", "steps", DataOnly);
        var configuration = OptionNames.OneOf(
            "--config", "Which supernet's steps.", [Everything, .. StepConfiguration.All.Select(c => c.Name)]);
        var seconds = Number("--seconds", 45, 1, 86400, "Time to spend, roughly; what does not fit is forecast.");
        var csv = OptionNames.Path("--csv", "FILE", "Write every measurement as CSV.");
        var json = OptionNames.Path("--json", "FILE", "Write every measurement, with all repetitions, as JSON.");
        var verbose = new Option<bool>("--verbose") { Description = "Say which implementation computed each operation, and its shape." };
        var command = new Command(Name, "Measure layers and search steps on a backend, in under a minute.")
        {
            backend, threads, only, configuration, seconds, csv, json, verbose,
        };
        command.SetAction(parsed =>
        {
            var report = Run(
                screen, parsed.GetValue(backend)!, parsed.GetValue(threads), parsed.GetValue(seconds), parsed.GetValue(only)!,
                parsed.GetValue(configuration)!);
            if (parsed.GetValue(verbose)) Describe(screen, report.Layers.Concat(report.Steps));
            if (parsed.GetValue(csv) is { } table) OutputFile.Write("--csv", table, report.ToCsv());
            if (parsed.GetValue(json) is { } file) OutputFile.Write("--json", file, report.ToJson());
            return ExitCode.Done;
        });
        return command;
    }

    private static BenchmarkReport Run(Screen screen, string name, int threads, double seconds, string only, string configuration)
    {
        if (only == DataOnly) return Decoding(screen, threads, seconds);
        threads = Backends.Threads(threads, screen.Output.WriteLine);
        using var backend = BackendChoice.Create(name, threads);
        var options = new SearchOptions { Threads = backend.Threads };
        var environment = RunEnvironment.Current(backend, options.Threads);
        screen.Output.WriteLine($"{environment.Program}, {environment.DotNet}, {environment.Processor}");
        screen.Output.WriteLine($"backend {environment.Backend}");
        if (TimeModel.Here() is { } model && environment.Backend.StartsWith("hip", StringComparison.Ordinal))
            screen.Output.WriteLine(
                $"this GPU is a modelled {model.Card}: times below are the interpreter's, modelled ones come from forecast");
        var suite = new BenchmarkSuite(backend, options.Threads);
        if (suite.Limits is { } limits) screen.Output.WriteLine(Describe(limits));
        var configurations = StepConfiguration.All.Where(c => configuration is Everything ? c.IsStandard : c.Name == configuration);
        var share = only == Everything ? LayerShare : 1;
        var layers = only == "steps" ? [] : Show(screen, LayerColumns, suite.Layers(seconds * share, Geometry.Widths));
        var steps = only == "layers"
            ? []
            : Show(screen, StepColumns, suite.Steps(only == Everything ? seconds * (1 - share) : seconds, [.. configurations]));
        if (layers.Concat(steps).Any(m => m.IsDisturbed))
            screen.Output.WriteLine("* the processor was shared with something else; measure these again when the machine is quiet, "
                + "the minimum is the better number");
        return new BenchmarkReport { Environment = environment, Limits = suite.Limits, Layers = layers, Steps = steps };
    }

    /// <summary>Says of each layer and configuration which operations were prepared; of equal ones, how many.</summary>
    private static void Describe(Screen screen, IEnumerable<Measurement> measurements)
    {
        foreach (var m in measurements.Where(m => m.Operations.Count > 0).DistinctBy(m => (m.Name, m.Channels, m.Batch)))
        {
            screen.Output.WriteLine();
            screen.Output.WriteLine($"{m.Name}, C {m.Channels}, batch {m.Batch}:");
            foreach (var (operation, count) in m.Operations.CountBy(o => o)) screen.Output.WriteLine($"  {count} x {operation}");
        }
    }

    // Nothing is computed on a backend, and no limit of one is measured.
    private static BenchmarkReport Decoding(Screen screen, int threads, double seconds)
    {
        threads = threads == 0 ? Environment.ProcessorCount : Backends.Threads(threads, screen.Output.WriteLine);
        using var backend = BackendChoice.Create("cpu", 1);
        var environment = RunEnvironment.Current(backend, 1);
        screen.Output.WriteLine($"{environment.Program}, {environment.DotNet}, {environment.Processor}");
        int[] workers = [.. new[] { 1, threads }.Distinct()];
        var data = Show(screen, DataColumns, workers.Select(count => DecodingBenchmark.Measure(count, seconds / workers.Length)));
        return new BenchmarkReport { Environment = environment, Data = data };
    }

    private static string Describe(StepConfiguration c) =>
        $"{c.Name} C {c.Shape.InitChannels}, {c.Shape.Layers} cells, batch {c.Batch}, {c.Shape.Height}x{c.Shape.Width}";

    private static string Describe(MachineLimits limits)
    {
        var together = limits.Threads == 1
            ? ""
            : $", {limits.Gigaflops:F0} GFLOP/s on {limits.Threads} ({100 * limits.ThreadScaling:F0} % of as many alone)";
        return $"limits  {limits.OneThreadGigaflops:F0} GFLOP/s of multiply-adds on one thread{together}, "
            + $"{limits.GigabytesPerSecond:F0} GB/s of triad";
    }

    /// <summary>A table on a terminal that is wide enough; otherwise lines as they come.</summary>
    private static List<Measurement> Show(Screen screen, Column[] columns, IEnumerable<Measurement> measurements)
    {
        var all = new List<Measurement>();
        if (screen.Terminal is { } terminal && terminal.Profile.Width > columns.Sum(c => Math.Abs(c.Width) + 2))
        {
            var table = new Table().Border(TableBorder.Simple);
            foreach (var c in columns)
                table.AddColumn(new TableColumn(c.Title) { NoWrap = true, Alignment = c.Width < 0 ? Justify.Left : Justify.Right });
            terminal.Status().Start("measuring", status =>
            {
                foreach (var m in measurements)
                {
                    all.Add(m);
                    status.Status($"measured {m.Name} {m.Pass}".EscapeMarkup());
                    table.AddRow([.. columns.Select(c => c.Cell(m).EscapeMarkup())]);
                }
            });
            terminal.Write(table);
            return all;
        }

        screen.Output.WriteLine();
        screen.Output.WriteLine(Line(columns, c => c.Title));
        foreach (var m in measurements)
        {
            all.Add(m);
            screen.Output.WriteLine(Line(columns, c => c.Cell(m)));
        }

        return all;
    }

    private static string Line(Column[] columns, Func<Column, string> text) =>
        string.Concat(columns.Select(c => c.Width < 0 ? text(c).PadRight(-c.Width) : text(c).PadLeft(c.Width))).TrimEnd();

    private static string Duration(double seconds) => seconds switch
    {
        < 0.001 => $"{seconds * 1e6:F1} us",
        < 1 => $"{seconds * 1e3:F2} ms",
        _ => $"{seconds:F3} s",
    };

    private static Option<int> Number(string name, int standard, int least, int most, string description)
    {
        var option = new Option<int>(name) { HelpName = "N", Description = description, DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var word] && (!int.TryParse(word.Value, out var number) || number < least || number > most))
                result.AddError($"{name} is '{word.Value}'; allowed is a whole number from {least} to {most}");
        });
        return option;
    }
}
