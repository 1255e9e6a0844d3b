using MIOpenDarts.Darts.Costs.Tables;

namespace MIOpenDarts.Darts.Costs.Profiling;

/// <summary>
/// Times runs: first until three medians in a row agree within two per cent, so that caches, clocks and code have settled, then at least
/// a hundred times or a fifth of a second.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class CostTimer(TimeProvider time) : CostMeter
{
    private const double Agreement = 0.02;
    private const int MedianOf = 5;
    private const int Repetitions = 100;
    private const int LeastRepetitions = 5;
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(0.2);
    private static readonly TimeSpan LongestWarmUp = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public override string Kind => "latency";

    /// <inheritdoc/>
    public override string Unit => "ms";

    /// <inheritdoc/>
    public override CostEntry Measure(IPreparedRun run, int together)
    {
        WarmUp(run, together);
        var times = new List<double>();
        for (var begun = time.GetTimestamp();
            times.Count < LeastRepetitions || (times.Count < Repetitions && time.GetElapsedTime(begun) < Enough);)
            times.Add(Milliseconds(run, together));
        times.Sort();
        return new CostEntry(Quantile(times, 0.5), Quantile(times, 0.75) - Quantile(times, 0.25), times.Count);
    }

    private void WarmUp(IPreparedRun run, int together)
    {
        var medians = new List<double>();
        for (var begun = time.GetTimestamp(); time.GetElapsedTime(begun) < LongestWarmUp;)
        {
            var times = Enumerable.Range(0, MedianOf).Select(_ => Milliseconds(run, together)).Order().ToList();
            medians.Add(times[MedianOf / 2]);
            if (medians.Count < 3) continue;
            var last = medians[^3..];
            if (last.Max() <= (1 + Agreement) * last.Min()) return;
        }
    }

    private double Milliseconds(IPreparedRun run, int together)
    {
        var begun = time.GetTimestamp();
        for (var i = 0; i < together; i++) run.Run();
        run.Finish();
        return time.GetElapsedTime(begun).TotalMilliseconds / together;
    }

    private static double Quantile(List<double> sorted, double share)
    {
        var at = share * (sorted.Count - 1);
        var (low, rest) = ((int)at, at - (int)at);
        return low + 1 < sorted.Count ? sorted[low] + rest * (sorted[low + 1] - sorted[low]) : sorted[low];
    }
}
