using System.CommandLine;
using System.Globalization;
using MIOpenDarts.Cli.Modelling;
using MIOpenDarts.Cli.Profiling;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Costs.Energy;
using MIOpenDarts.Darts.Costs.Profiling;
using MIOpenDarts.Darts.Costs.Tables;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Diagnostics;
using MIOpenDarts.Layers.Machine;

namespace MIOpenDarts.Cli.Commands;

/// <summary><c>miopendarts profile</c>: a table of what the operations of a network cost on a device.</summary>
internal static class ProfileCommand
{
    public const string Name = "profile";

    private const string Here = "here";

    // From here on a table's order of parts cannot be trusted: the device was not the same at the start and at the end.
    private const double MostDrift = 0.1;

    /// <summary>What the help says below the options.</summary>
    public static string Footer =>
        """
        A table holds for one batch and mode, which are part of its name: what is fast at batch 1 may be slow at batch 64. It is written
        after every part; the same command goes on where it was stopped. Afterwards random genotypes are measured whole, and the rank
        correlation of their costs with the sums of the table, which is written last, tells whether the table can be trusted.
        Nothing else should run on the device meanwhile. A table may serve several networks: profile each with the same --out.
        With --device the times are those of a card that is not here, by the time model of the virtual gfx803 (native/virtual-gpu), with
        the number of launches and the time without them; --published makes the tables that this program carries.

        Examples:
          miopendarts profile --backend cpu --out cpu-b1.json
          miopendarts profile --backend onnxruntime --threads 1 --target-channels 16 --target-layers 8
          miopendarts profile --backend hip --batch 64 --mode training
          miopendarts profile --device rx580 --batch 64 --target-channels 24
          miopendarts profile --device rx580 --published data/costs
          miopendarts search --cost latency:cpu-b1.json --target 40
        """;

    public static Command Create(Screen screen)
    {
        var backend = OptionNames.Backend("Where to measure.", OnnxProfiler.Name);
        var kind = OptionNames.OneOf("--kind", "What is measured.", "latency", "energy");
        var batch = OptionNames.Number("--batch", "Images in a batch [1].", 1, 65_536);
        var mode = OptionNames.OneOf("--mode", "What is run: inference, or forward and backward of training.", "inference", "training");
        var threads = OptionNames.Number("--threads", "Threads of a processor [one for each core].", 1, 1024);
        var space = OptionNames.OneOf("--space", "Whose cells the network has.", CellSpace.Darts.Name, CellSpace.NasBench201.Name);
        var nodes = OptionNames.Number("--nodes", "Nodes of a cell [4].", 1, 16);
        var multiplier = OptionNames.Number("--multiplier", "Nodes that make the output of a cell [all].", 1, 16);
        var output = OptionNames.Path("--out", "FILE", "The table (default: its name and .json).");
        var device = OptionNames.OneOf("--device", "Where times come from: this machine, or a card by the time model.",
            [Here, .. TimeModel.Cards]);
        var published = OptionNames.Path(
            PublishedTables.Option, "FOLDER",
            "With --device: tables for NAS-Bench-201 and for DARTS on CIFAR-10 and ImageNet, of batches 1, 32 and 64 and both modes.");
        var command = new Command(Name, "Measure what operations cost on a device, as a table for search and show.")
        { backend, device, kind, batch, mode, threads, space, nodes, multiplier, output, published };
        var target = new CostArguments();
        target.AddTo(command);
        command.SetAction(parsed =>
        {
            var cells = Space(parsed.GetValue(nodes) ?? CellTopology.Darts.Nodes, parsed.GetValue(multiplier));
            if (parsed.GetValue(space) == CellSpace.NasBench201.Name)
            {
                OptionsApart.Refuse(parsed, $"with --space {CellSpace.NasBench201.Name}", nodes, multiplier);
                cells = CellSpace.NasBench201;
            }

            var (card, images, on) = (parsed.GetValue(device)!, parsed.GetValue(batch), parsed.GetValue(mode)!);
            var (network, folder) = (target.Network(parsed, cells), parsed.GetValue(published));
            if (card == Here)
            {
                if (folder is not null)
                    throw new OptionsException($"{PublishedTables.Option} makes tables of a modelled card; give --device");
                using var profiler = Open(
                    screen, parsed.GetValue(backend)!, images ?? 1, on == "training", parsed.GetValue(threads) ?? 0);
                var meter = Meter(profiler, parsed.GetValue(kind)!);
                return One(profiler, meter, profiler.Device.Backend, table => table);
            }

            Option[] measuring = [backend, threads, kind];
            if (measuring.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } other)
                throw new OptionsException($"{other.Name} does not go with --device {card}, whose latencies are modelled");
            if (folder is not null) PublishedTables.Require(images);
            if (folder is not null && (target.Typed(parsed) || OptionsApart.Given(parsed, output, space, nodes, multiplier) is not null))
                throw new OptionsException(
                    $"{PublishedTables.Option} says of what networks tables are and where they go; "
                    + "leave --out, --space, --nodes, --multiplier and --target-... out");
            string[] written = (folder ?? parsed.GetValue(output)) is { } place ? [place] : [];
            return VirtualCard.Run(
                screen, parsed, device, new Dictionary<string, string>(), written, model =>
                {
                    if (folder is not null)
                        return Published(screen, model, folder, images, parsed.GetResult(mode) is { Implicit: false } ? on : null);
                    using var profiler = new ModelledProfiler(model, images ?? 1, on == "training");
                    return One(profiler, new ModelMeter(model), model.Card, ModelMeter.Modelled);
                });

            int One(IProfiler profiler, CostMeter meter, string what, Func<CostTable, CostTable> described)
            {
                var name = $"{what}-b{images ?? 1}-{on}";
                var path = parsed.GetValue(output) ?? $"{(meter.Kind == "latency" ? name : $"{name}-{meter.Kind}")}.json";
                using var file = new TableFile("--out", path);
                var begun = file.Begin(described(TableFile.Empty(name, profiler, meter, images ?? 1, on)));
                var profile = new TableProfile(profiler, meter, network, cells);
                Tell(screen, path, Run(
                    screen, begun.Unit, path, (progress, cancellation) => profile.Complete(begun, file.Keep, progress, cancellation)));
                return ExitCode.Done;
            }
        });
        return command;
    }

    private static int Published(Screen screen, TimeModel model, string folder, int? batch, string? mode)
    {
        var tables = Run(screen, "ms", folder, (progress, cancellation) =>
            PublishedTables.Make(model, folder, batch, mode, progress, cancellation));
        foreach (var (path, table) in tables) Tell(screen, path, table);
        return ExitCode.Done;
    }

    private static CellSpace Space(int nodes, int? multiplier) => multiplier is null || multiplier <= nodes
        ? CellSpace.Darts with { Topology = CellTopology.Darts with { Nodes = nodes, Multiplier = multiplier ?? nodes } }
        : throw new OptionsException($"--multiplier is {multiplier}; allowed is a whole number from 1 to --nodes, which is {nodes}");

    private static IProfiler Open(Screen screen, string name, int batch, bool training, int threads)
    {
        threads = Backends.Threads(threads, screen.Output.WriteLine);
        if (threads == 0) threads = PhysicalCores.Count;
        if (name != OnnxProfiler.Name) return new BackendProfiler(RealDevice(Backends.Create(name, threads)), batch, training);
        return training
            ? throw new OptionsException($"--mode training does not go with --backend {OnnxProfiler.Name}, which only infers")
            : new OnnxProfiler(batch, threads);
    }

    private static Backend<float> RealDevice(Backend<float> backend)
    {
        if (backend.Threads > 0 || !TimeModel.IsVirtual) return backend;
        backend.Dispose();
        throw new OptionsException(
            $"this GPU is the virtual gfx803, its times are the interpreter's; take --backend cpu or {OnnxProfiler.Name}, or model a card "
            + "with --device");
    }

    private static CostMeter Meter(IProfiler profiler, string kind)
    {
        if (kind == "latency") return new CostTimer(TimeProvider.System);
        var found = profiler.Device.Threads > 0 ? EnergyCounters.Find("/sys/class/powercap") : GpuPower.Find("/sys/class/drm");
        return new CostEnergy(new EnergyMeasurement(found.Require(), TimeProvider.System, Thread.Sleep));
    }

    private static T Run<T>(Screen screen, string unit, string path, Func<Action<ProfileStep>, CancellationToken, T> measure)
    {
        using var signals = new StopSignals(() => screen.Output.WriteLine("stopping after this measurement; once more stops at once"));
        try
        {
            return ProfileProgress.Show(screen, unit, progress => measure(progress, signals.Token));
        }
        catch (OperationCanceledException e)
        {
            throw signals.Stopped($"stopped; the same command goes on with {path}", e);
        }
    }

    private static void Tell(Screen screen, string path, CostTable table)
    {
        var (check, how) = (table.Check!, table.Source);
        var drift = table.Drift is { } seen ? string.Create(CultureInfo.InvariantCulture, $"drift {seen:P1}; ") : "";
        screen.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{table.Entries.Count} parts; {drift}{check.Genotypes} random genotypes {how} whole: "
            + $"Spearman's rho {check.Rho:F3}, mean ratio {check.Ratio:F3}"));
        if (!(check.Rho >= TableProfile.LeastRho))
            screen.Error.WriteLine(
                $"miopendarts: rho is below {TableProfile.LeastRho}: the sums of this table hardly tell which of two genotypes costs less; "
                + "measure again while nothing else runs, or with one thread");
        if (Math.Abs(table.Drift ?? 0) > MostDrift)
            screen.Error.WriteLine("miopendarts: the device was not the same at the end as at the start; measure again while it is quiet");
        screen.Output.WriteLine($"table    {path}; use it with --cost {table.Kind}:{path}");
    }
}
