using System.Diagnostics;

namespace MIOpenDarts.Darts.Benchmarks;

/// <summary>Time that is shared out among pieces of work in proportion to their size.</summary>
/// <param name="seconds">All of it, from now on.</param>
/// <param name="work">Sum of the sizes.</param>
internal sealed class Budget(double seconds, double work)
{
    private readonly long start = Stopwatch.GetTimestamp();

    /// <summary>Seconds left.</summary>
    public double Left => seconds - Stopwatch.GetElapsedTime(start).TotalSeconds;

    /// <summary>Seconds for the next piece, of which what it leaves goes to those after it.</summary>
    public double Take(double size)
    {
        var share = Left * size / work;
        work -= size;
        return share;
    }

    /// <summary>
    /// Seconds of every call until the time is over; at least <paramref name="least"/> calls, at most <paramref name="most"/>.
    /// </summary>
    public static List<double> Repeat(Action call, double seconds, int most, int least = 1)
    {
        var (times, begin) = (new List<double>(), Stopwatch.GetTimestamp());
        do
        {
            var start = Stopwatch.GetTimestamp();
            call();
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        while (times.Count < least || (times.Count < most && Stopwatch.GetElapsedTime(begin).TotalSeconds + times[^1] < seconds));
        return times;
    }
}
