using System.CommandLine;
using MIOpenDarts.Cli.Profiling;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Benchmarks;
using MIOpenDarts.Darts.Benchmarks.Machine;
using MIOpenDarts.Darts.Benchmarks.Networks;
using MIOpenDarts.Darts.Benchmarks.Operations;
using MIOpenDarts.Darts.Benchmarks.Steps;
using MIOpenDarts.Darts.Costs.Profiling;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Diagnostics;
using MIOpenDarts.Layers.Machine;

namespace MIOpenDarts.Cli.Commands;

/// <summary><c>miopendarts bench</c>: how fast a backend computes layers and search steps.</summary>
internal static class BenchCommand
{
    public const string Name = "bench";
    private const string Everything = "all";
    private const string LayersOnly = "layers";
    private const string StepsOnly = "steps";
    private const string DataOnly = "data";
    private const string NetworkOnly = "network";

    // Of the time for everything, layers get this share; steps the rest.
    private const double LayerShare = 0.4;
    private static readonly int[] InferenceBatches = [1, 64];
    /// <summary>What the help says below the options.</summary>
    public static string Footer =>
        $"""
        Configurations: {string.Join("; ", StepConfiguration.All.Select(Describe))}.
        GFLOP/s count convolutions and linear layers; GB/s what enters and leaves a layer; roofline is per cent of what this processor
        can do at most with these threads, from memory. cores is the share of the processor that was there; * marks times with less.
        free or shared tells whether something else computed on these cores, be it on their other hardware threads, where multiply-adds
        alone do not show it: what needs many instructions a cycle then takes up to twice as long.
        network trains {NetworkCase.Genotype} (C {NetworkCase.InitChannels}, {NetworkCase.Layers} cells, batch {NetworkCase.TrainingBatch}; some 4 GiB)
        and lets it classify, beside ONNX Runtime.
        data decodes a JPEG image of 500x375 pixels to 224x224, with one worker and with --threads of them.

        Examples:
          miopendarts bench
          miopendarts bench --only steps --threads 1 --csv steps.csv
          miopendarts bench --only network --seconds 120
        """;

    public static Command Create(Screen screen)
    {
        var backend = OptionNames.Backend("What to measure.");
        var threads = Number("--threads", 0, 0, 1024, "Threads of the cpu backend; 0 for one for each core.");
        var only = OptionNames.OneOf("--only", "What to measure.", Everything, LayersOnly, StepsOnly, NetworkOnly, DataOnly);
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
        var share = only == Everything ? LayerShare : 0.0;
        var layers = only is Everything or LayersOnly
            ? BenchTable.Show(screen, BenchTable.Layers, suite.Layers(seconds * (only == LayersOnly ? 1 : share), Geometry.Widths))
            : [];
        var steps = only is Everything or StepsOnly
            ? BenchTable.Show(screen, BenchTable.Steps, suite.Steps(seconds * (1 - share), [.. configurations]))
            : [];
        var networks = only == NetworkOnly ? Networks(screen, suite, backend, seconds) : [];
        if (layers.Concat(steps).Concat(networks).Any(m => m.IsDisturbed))
            screen.Output.WriteLine("* the processor was shared with something else; measure these again when the machine is quiet, "
                + "the minimum is the better number");
        return new BenchmarkReport
        {
            Environment = environment,
            Limits = suite.Limits,
            Layers = layers,
            Steps = steps,
            Networks = networks,
        };
    }

    private static List<Measurement> Networks(Screen screen, BenchmarkSuite suite, Backend<float> backend, double seconds)
    {
        var batches = backend.Threads > 0 ? InferenceBatches : [];
        List<OnnxProfiler> beside = [.. batches.Select(batch => new OnnxProfiler(batch, backend.Threads))];
        try
        {
            var own = InferenceBatches.Select(batch => NetworkCase.Inference(new BackendProfiler(backend, batch, training: false), batch));
            var theirs = beside.Zip(InferenceBatches, NetworkCase.Inference);
            NetworkCase[] cases = [NetworkCase.Training(backend), .. own.Concat(theirs).OrderBy(network => network.Batch)];
            return BenchTable.Show(screen, BenchTable.Networks, suite.Networks(seconds, cases));
        }
        finally
        {
            foreach (var profiler in beside) profiler.Dispose();
        }
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
        var decoded = workers.Select(count => DecodingBenchmark.Measure(count, seconds / workers.Length));
        var data = BenchTable.Show(screen, BenchTable.Data, decoded);
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
