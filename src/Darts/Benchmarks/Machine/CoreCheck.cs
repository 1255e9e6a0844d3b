using System.Diagnostics;

namespace MIOpenDarts.Darts.Benchmarks.Machine;

/// <summary>What the cores were when it was looked.</summary>
/// <param name="Share">Share of their multiply-adds, 0 to 1.</param>
/// <param name="Dispatch">Share of their instructions a cycle, 0 to 1.</param>
internal readonly record struct CoreState(double Share, double Dispatch);

/// <summary>
/// Whether the cores are really there. A process that shares them shows it in processor time below wall time; a virtual machine whose
/// host takes them away shows it in nothing but the speed of loops whose speed is known. One of them is not enough: where a neighbour
/// computes on the other hardware thread of a core, multiply-adds alone run as fast as ever, but not what needs many instructions a cycle.
/// </summary>
internal sealed class CoreCheck
{
    /// <summary>Share of multiply-adds below which a time says little.</summary>
    public const double Enough = 0.85;

    /// <summary>Share of instructions below which a core is shared: the probe takes 15 % longer.</summary>
    public const double Free = 1 / 1.15;

    private const int Trials = 4;
    private static readonly TimeSpan TrialTime = TimeSpan.FromMilliseconds(20);

    // A backend's threads look out for more work before they sleep; meanwhile they would keep the loop from their core.
    private static readonly TimeSpan UntilIdle = TimeSpan.FromMilliseconds(2);
    private readonly int threads;
    private double best;
    private double bestDispatch;

    /// <summary>A check of the threads for which <paramref name="limits"/> were measured.</summary>
    public CoreCheck(MachineLimits limits)
    {
        (threads, best) = (limits.Threads, limits.Gigaflops);
        for (var i = 0; i < Trials; i++) bestDispatch = Math.Max(bestDispatch, Load.Dispatch(threads, TrialTime));
    }

    /// <summary>What is there now; takes 42 milliseconds.</summary>
    public CoreState Look()
    {
        Thread.Sleep(UntilIdle);
        var (wall, processor) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var rate = Load.MultiplyAdds(threads, TrialTime);
        var scheduled = (Environment.CpuUsage.TotalTime - processor) / (threads * Stopwatch.GetElapsedTime(wall));
        var dispatch = Load.Dispatch(threads, TrialTime);
        (best, bestDispatch) = (Math.Max(best, rate), Math.Max(bestDispatch, dispatch));
        return new CoreState(Math.Min(1, Math.Min(rate / best, scheduled)), dispatch / bestDispatch);
    }
}
