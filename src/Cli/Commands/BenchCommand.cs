using System.CommandLine;
using MIOpenDarts.Cli.Modelling;
using MIOpenDarts.Cli.Profiling;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Benchmarks;
using MIOpenDarts.Darts.Benchmarks.Machine;
using MIOpenDarts.Darts.Benchmarks.Networks;
using MIOpenDarts.Darts.Benchmarks.Operations;
using MIOpenDarts.Darts.Benchmarks.Steps;
using MIOpenDarts.Darts.Costs.Profiling;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Supernets;
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
    private const string Here = "here";

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
        --form textbook computes the same supernets operation by operation, on a GPU every convolution by MIOpen, as a framework does.
        With --device the times are those of a card that is not here, by the time model of the virtual gfx803 (native/virtual-gpu).
        data decodes a JPEG image of 500x375 pixels to 224x224, with one worker and with --threads of them.

        Examples:
          miopendarts bench
          miopendarts bench --only steps --threads 1 --csv steps.csv
          miopendarts bench --only network --seconds 120
          miopendarts bench --device rx580 --only steps --config A --form textbook --batch 31 --seconds 3600
        """;

    public static Command Create(Screen screen)
    {
        var backend = OptionNames.Backend("What to measure.");
        var threads = Number("--threads", 0, 0, 1024, "Threads of the cpu backend; 0 for one for each core.");
        var only = OptionNames.OneOf("--only", "What to measure.", Everything, LayersOnly, StepsOnly, NetworkOnly, DataOnly);
        var configuration = OptionNames.OneOf(
            "--config", "Which supernet's steps.", [Everything, .. StepConfiguration.All.Select(c => c.Name)]);
        var form = FormOption.Create();
        var batch = OptionNames.Number("--batch", "Images of a step [as the configuration has].", 1, 65_536);
        var device = OptionNames.OneOf(
            "--device", "Where times come from: this machine, or a card by the time model.", [Here, .. TimeModel.Cards]);
        var seconds = Number(
            "--seconds", 45, 1, 86400, "Time to spend, roughly; what does not fit is forecast, or with --device left out.");
        var csv = OptionNames.Path("--csv", "FILE", "Write every measurement as CSV.");
        var json = OptionNames.Path("--json", "FILE", "Write every measurement, with all repetitions, as JSON.");
        var verbose = new Option<bool>("--verbose") { Description = "Say which implementation computed each operation, and its shape." };
        var command = new Command(Name, "Measure layers and search steps on a backend, in under a minute.")
        {
            backend, device, threads, only, configuration, form, batch, seconds, csv, json, verbose,
        };
        command.SetAction(parsed =>
        {
            var what = parsed.GetValue(only)!;
            if (what is not (Everything or StepsOnly)) RefuseTyped([configuration, form, batch], $"is of steps; give --only {StepsOnly}");
            // On a GPU the libraries would compute the layers too, which look like this program's own.
            if (what == Everything && FormOption.Of(parsed, form) == CellForm.Textbook)
                throw new OptionsException($"{FormOption.Name} {FormOption.Textbook} is of steps; add --only {StepsOnly}");
            if (what == DataOnly)
                RefuseTyped([backend, device], "has no effect on decoding, which this machine's processor does; leave it out");
            var chosen = StepConfiguration.All
                .Where(c => parsed.GetValue(configuration) is var name && (name is Everything ? c.IsStandard : c.Name == name))
                .Select(c => c with { Batch = parsed.GetValue(batch) ?? c.Batch, Form = FormOption.Of(parsed, form) });
            if (parsed.GetValue(device) == Here) return Report(TimeModel.Here());
            if (parsed.GetResult(backend) is { Implicit: false })
                throw new OptionsException($"--backend does not go with --device {parsed.GetValue(device)}, which is a GPU");
            var written = new[] { parsed.GetValue(csv), parsed.GetValue(json) }.OfType<string>();
            return VirtualCard.Run(screen, parsed, device, new Dictionary<string, string>(), written, Report);

            void RefuseTyped(Option[] options, string why)
            {
                if (options.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } typed)
                    throw new OptionsException($"{typed.Name} does not go with --only {what}: it {why}");
            }

            int Report(TimeModel? model)
            {
                var report = Run(
                    screen, model, parsed.GetValue(backend)!, parsed.GetValue(threads), parsed.GetValue(seconds), what, [.. chosen]);
                if (parsed.GetValue(verbose)) Describe(screen, report.Layers.Concat(report.Steps));
                if (parsed.GetValue(csv) is { } table) OutputFile.Write("--csv", table, report.ToCsv());
                if (parsed.GetValue(json) is { } file) OutputFile.Write("--json", file, report.ToJson());
                return ExitCode.Done;
            }
        });
        return command;
    }

    private static BenchmarkReport Run(
        Screen screen, TimeModel? model, string name, int threads, double seconds, string only,
        IReadOnlyList<StepConfiguration> configurations)
    {
        if (only == DataOnly) return Decoding(screen, threads, seconds);
        threads = Backends.Threads(threads, screen.Output.WriteLine);
        using var backend = BackendChoice.Create(name, threads);
        FormOption.Apply(configurations[0].Form, backend);
        if (backend.Threads > 0) model = null;
        var options = new SearchOptions { Threads = backend.Threads };
        var environment = RunEnvironment.Current(backend, options.Threads);
        screen.Output.WriteLine($"{environment.Program}, {environment.DotNet}, {environment.Processor}");
        screen.Output.WriteLine($"backend {environment.Backend}");
        if (model is not null)
            screen.Output.WriteLine(
                $"times below are modelled on {model.Card}, with {model.LaunchMicroseconds:F0} us a launch; the interpreter needs longer");
        var suite = new BenchmarkSuite(backend, options.Threads, model);
        if (suite.Limits is { } limits) screen.Output.WriteLine(Describe(limits));
        var share = only == Everything ? LayerShare : 0.0;
        var layers = only is Everything or LayersOnly
            ? BenchTable.Show(screen, BenchTable.Layers, suite.Layers(seconds * (only == LayersOnly ? 1 : share), Geometry.Widths))
            : [];
        var steps = only is Everything or StepsOnly
            ? BenchTable.Show(screen, BenchTable.Steps, suite.Steps(seconds * (1 - share), configurations))
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
