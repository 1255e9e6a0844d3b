using System.CommandLine;
using System.Globalization;
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
using Spectre.Console;

namespace MIOpenDarts.Cli.Commands;

/// <summary><c>miopendarts profile</c>: a table of what the operations of a network cost on a device.</summary>
internal static class ProfileCommand
{
    public const string Name = "profile";

    // From here on a table's order of parts cannot be trusted: the device was not the same at the start and at the end.
    private const double MostDrift = 0.1;

    /// <summary>What the help says below the options.</summary>
    public static string Footer =>
        """
        A table holds for one batch and mode, which are part of its name: what is fast at batch 1 may be slow at batch 64. It is written
        after every part; the same command goes on where it was stopped. Afterwards random genotypes are measured whole, and the rank
        correlation of their costs with the sums of the table, which is written last, tells whether the table can be trusted.
        Nothing else should run on the device meanwhile. A table may serve several networks: profile each with the same --out.

        Examples:
          miopendarts profile --backend cpu --out cpu-b1.json
          miopendarts profile --backend onnxruntime --threads 1 --target-channels 16 --target-layers 8
          miopendarts profile --backend hip --batch 64 --mode training
          miopendarts search --cost latency:cpu-b1.json --target 40
        """;

    public static Command Create(Screen screen)
    {
        var backend = OptionNames.Backend("Where to measure.", OnnxProfiler.Name);
        var kind = OptionNames.OneOf("--kind", "What is measured.", "latency", "energy");
        var batch = OptionNames.Number("--batch", "Images in a batch [1].", 1, 65_536);
        var mode = OptionNames.OneOf("--mode", "What is run: inference, or forward and backward of training.", "inference", "training");
        var threads = OptionNames.Number("--threads", "Threads of a processor [one for each core].", 1, 1024);
        var nodes = OptionNames.Number("--nodes", "Nodes of a cell [4].", 1, 16);
        var multiplier = OptionNames.Number("--multiplier", "Nodes that make the output of a cell [all].", 1, 16);
        var output = OptionNames.Path("--out", "FILE", "The table (default: its name and .json).");
        var command = new Command(Name, "Measure what operations cost on a device, as a table for search and show.")
        { backend, kind, batch, mode, threads, nodes, multiplier, output };
        var target = new CostArguments();
        target.AddTo(command);
        command.SetAction(parsed =>
        {
            var space = Space(parsed.GetValue(nodes) ?? CellTopology.Darts.Nodes, parsed.GetValue(multiplier));
            var (on, images, training) = (parsed.GetValue(backend)!, parsed.GetValue(batch) ?? 1, parsed.GetValue(mode) == "training");
            using var profiler = Open(screen, on, images, training, parsed.GetValue(threads) ?? 0);
            var meter = Meter(profiler, parsed.GetValue(kind)!);
            var name = $"{profiler.Device.Backend}-b{images}-{parsed.GetValue(mode)}";
            var file = parsed.GetValue(output) ?? $"{(meter.Kind == "latency" ? name : $"{name}-{meter.Kind}")}.json";
            var begun = Begin(file, name, meter, profiler.Device, images, parsed.GetValue(mode)!);
            OutputFile.Write("--out", file, path => Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!));
            Run(screen, new TableProfile(profiler, meter, target.Network(parsed), space), begun, file);
            return ExitCode.Done;
        });
        return command;
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
            $"this GPU is the virtual gfx803, its times are the interpreter's; take --backend cpu or {OnnxProfiler.Name}");
    }

    private static CostMeter Meter(IProfiler profiler, string kind)
    {
        if (kind == "latency") return new CostTimer(TimeProvider.System);
        var found = profiler.Device.Threads > 0 ? EnergyCounters.Find("/sys/class/powercap") : GpuPower.Find("/sys/class/drm");
        return new CostEnergy(new EnergyMeasurement(found.Require(), TimeProvider.System, Thread.Sleep));
    }

    // A table that was begun goes on if everything that decides over its numbers is the same.
    private static CostTable Begin(string file, string name, CostMeter meter, TableDevice device, int batch, string mode)
    {
        var fresh = new CostTable
        {
            Name = name,
            Kind = meter.Kind,
            Unit = meter.Unit,
            Batch = batch,
            Mode = mode,
            Source = "measured",
            Device = device,
            Entries = new Dictionary<string, CostEntry>(),
        };
        if (!File.Exists(file)) return fresh;
        var begun = CostTable.Read(file);
        var same = fresh with { Name = begun.Name, Entries = begun.Entries, Drift = begun.Drift, Check = begun.Check, Error = begun.Error };
        if (same == begun) return begun;
        throw new IOException($"{file}: has a table of {begun.Device.Device}, {begun.Device.Backend} with {begun.Device.Threads} threads, "
            + $"batch {begun.Batch}, {begun.Mode}, {begun.Kind} ({begun.Device.Versions}), not of what is measured now; "
            + "choose another --out");
    }

    private static void Run(Screen screen, TableProfile profile, CostTable begun, string file)
    {
        using var signals = new StopSignals(() => screen.Output.WriteLine("stopping after this measurement; once more stops at once"));
        CostTable table;
        try
        {
            table = Measure(screen, progress => profile.Complete(
                begun, written => OutputFile.Write("--out", file, written.Write), progress, signals.Token), begun.Unit);
        }
        catch (OperationCanceledException e)
        {
            throw signals.Stopped($"stopped; the same command goes on with {file}", e);
        }

        var check = table.Check!;
        screen.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{table.Entries.Count} parts; drift {table.Drift:P1}; {check.Genotypes} random genotypes measured whole: "
            + $"Spearman's rho {check.Rho:F3}, mean ratio {check.Ratio:F3}"));
        if (!(check.Rho >= TableProfile.LeastRho))
            screen.Error.WriteLine(
                $"miopendarts: rho is below {TableProfile.LeastRho}: the sums of this table hardly tell which of two genotypes costs less; "
                + "measure again while nothing else runs, or with one thread");
        if (Math.Abs(table.Drift ?? 0) > MostDrift)
            screen.Error.WriteLine("miopendarts: the device was not the same at the end as at the start; measure again while it is quiet");
        screen.Output.WriteLine($"table    {file}; use it with --cost {table.Kind}:{file}");
    }

    private static CostTable Measure(Screen screen, Func<Action<ProfileStep>, CostTable> complete, string unit)
    {
        if (screen.Terminal is not { } terminal)
            return complete(step => screen.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{step.Done}/{step.All}  {step.Name}  {step.Entry.Median:0.####} {unit} "
                + $"(spread {step.Entry.Spread:0.####}, {step.Entry.Count} times)")));
        CostTable? table = null;
        terminal.Progress().Start(progress =>
        {
            var task = progress.AddTask("measuring");
            table = complete(step =>
            {
                (task.MaxValue, task.Value) = (step.All, step.Done);
                task.Description = step.Name.EscapeMarkup();
            });
        });
        return table!;
    }
}
