namespace MIOpenDarts.Darts.Benchmarks.Machine;

/// <summary>
/// What this machine can do at most with the threads of a backend: the roofline of Williams, Waterman and Patterson (2009), measured,
/// not looked up.
/// </summary>
/// <param name="Threads">Threads that the limits are for.</param>
/// <param name="OneThreadGigaflops">Multiply-adds of single precision in registers on one thread, GFLOP/s.</param>
/// <param name="Gigaflops">The same on all threads together.</param>
/// <param name="GigabytesPerSecond">Triad through memory on all threads, two arrays read and one written.</param>
internal sealed record MachineLimits(int Threads, double OneThreadGigaflops, double Gigaflops, double GigabytesPerSecond)
{
    private const int Trials = 4;
    private const long TriadBytes = 64L << 20;
    private static readonly TimeSpan TrialTime = TimeSpan.FromMilliseconds(40);

    /// <summary>
    /// Share of <see cref="Threads"/> times one thread that all threads reach together; about a half if they share cores.
    /// </summary>
    public double ThreadScaling => Gigaflops / (Threads * OneThreadGigaflops);

    /// <summary>Measures for about half a second; the best trials count, since something else may use the machine.</summary>
    public static MachineLimits Measure(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        var one = Best(() => Load.MultiplyAdds(1, TrialTime));
        return new MachineLimits(
            threads, one, threads == 1 ? one : Best(() => Load.MultiplyAdds(threads, TrialTime)),
            Best(() => Load.Triad(threads, TrialTime, TriadBytes)));
    }

    /// <summary>
    /// Seconds below which <paramref name="work"/> cannot be done from memory: arithmetic or traffic, whichever takes longer.
    /// </summary>
    public double LeastSeconds(Work work) => Math.Max(work.Flops / (Gigaflops * 1e9), work.Bytes / (GigabytesPerSecond * 1e9));

    private static double Best(Func<double> trial) => Enumerable.Range(0, Trials).Max(_ => trial());
}
