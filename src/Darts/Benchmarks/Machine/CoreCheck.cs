using System.Diagnostics;

namespace MIOpenDarts.Darts.Benchmarks.Machine;

/// <summary>
/// Whether the cores are really there. A process that shares them shows it in processor time below wall time; a virtual machine whose
/// host takes them away shows it in nothing but the speed of a loop whose speed is known.
/// </summary>
internal sealed class CoreCheck
{
    /// <summary>Share below which a time says little.</summary>
    public const double Enough = 0.85;

    private static readonly TimeSpan TrialTime = TimeSpan.FromMilliseconds(20);

    // A backend's threads look out for more work before they sleep; meanwhile they would keep the loop from their core.
    private static readonly TimeSpan UntilIdle = TimeSpan.FromMilliseconds(2);
    private readonly int threads;
    private double best;

    /// <summary>A check of the threads for which <paramref name="limits"/> were measured.</summary>
    public CoreCheck(MachineLimits limits) => (threads, best) = (limits.Threads, limits.Gigaflops);

    /// <summary>Share of the cores that is there now, 0 to 1; takes 22 milliseconds.</summary>
    public double Share()
    {
        Thread.Sleep(UntilIdle);
        var (wall, processor) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var rate = Load.MultiplyAdds(threads, TrialTime);
        var scheduled = (Environment.CpuUsage.TotalTime - processor) / (threads * Stopwatch.GetElapsedTime(wall));
        best = Math.Max(best, rate);
        return Math.Min(1, Math.Min(rate / best, scheduled));
    }
}
