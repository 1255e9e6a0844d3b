using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.EventProcessors;
using MIOpenDarts.Darts.Benchmarks.Machine;
using MIOpenDarts.Layers.Machine;

namespace MIOpenDarts.Bench;

/// <summary>Columns of a roofline beside the usual ones; its limits are measured once, before the first benchmark.</summary>
internal static class BenchConfig
{
    public static IConfig Create()
    {
        var limits = new Lazy<MachineLimits>(() => MachineLimits.Measure(PhysicalCores.Count));
        return ManualConfig.Create(DefaultConfig.Instance)
            .HideColumns(Column.Error, Column.StdDev)
            .AddColumn(StatisticColumn.Median, StatisticColumn.Min)
            .AddColumn(new RateColumn("GFLOP/s", "Multiply-adds of convolutions and linear layers at the median time", (work, seconds) =>
                work.Flops / seconds / 1e9))
            .AddColumn(new RateColumn("GB/s", "What enters and leaves at the median time", (work, seconds) => work.Bytes / seconds / 1e9))
            .AddColumn(new RateColumn("Roofline %", "Per cent of this machine's measured roofline", (work, seconds) =>
                100 * limits.Value.LeastSeconds(work) / seconds))
            .AddEventProcessor(new LimitsFirst(limits));
    }

    private sealed class LimitsFirst(Lazy<MachineLimits> limits) : EventProcessor
    {
        public override void OnStartRunStage() =>
            Console.WriteLine(
                $"// limits: {limits.Value.OneThreadGigaflops:F0} GFLOP/s on one thread, {limits.Value.Gigaflops:F0} on " +
                $"{limits.Value.Threads}, {limits.Value.GigabytesPerSecond:F0} GB/s of triad");
    }
}
