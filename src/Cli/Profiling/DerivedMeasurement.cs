using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Costs.Profiling;
using MIOpenDarts.Darts.Costs.Tables;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Cli.Profiling;

/// <summary>Measures what a search found where its table of latencies was measured.</summary>
internal static class DerivedMeasurement
{
    /// <summary>The measurement; null where the cost is no measured latency, or this is another device than the table's.</summary>
    /// <param name="costs">Of the search; null for a search that knows none.</param>
    /// <param name="genotype">What it found.</param>
    /// <param name="seconds">Of the run's log.</param>
    public static CostMeasured? Take(ArchitectureCosts? costs, Genotype genotype, double seconds)
    {
        if (costs?.Model is not TableCost { Table: { Kind: "latency", Source: "measured" } table }) return null;
        if (Open(table) is not { } profiler) return null;
        using (profiler)
        {
            using var run = profiler.Prepare(costs.Network, genotype);
            var entry = new CostTimer(TimeProvider.System).Measure(run, profiler.RunsTogether);
            return new CostMeasured(
                seconds, $"{table.Device.Device}, {table.Device.Backend}", table.Unit, entry.Median, costs.Of(genotype),
                table.Check?.Ratio);
        }
    }

    private static IProfiler? Open(CostTable table)
    {
        var device = table.Device;
        // Nothing is loaded for a table of another device.
        if (device.Device != RunEnvironment.ThisProcessor) return null;
        if (device.Threads <= 0 || device.Threads > Environment.ProcessorCount) return null;
        return device.Backend == OnnxProfiler.Name
            ? new OnnxProfiler(table.Batch, device.Threads)
            : BackendChoice.IsName(device.Backend)
                ? new BackendProfiler(BackendChoice.Create(device.Backend, device.Threads), table.Batch, table.Mode == "training")
                : null;
    }
}
