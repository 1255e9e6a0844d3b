namespace MIOpenDarts.Darts.Costs.Energy;

/// <summary>
/// Energy of something that is run again and again: what the sensor tells while it runs, minus the power at rest before and after, over the
/// number of runs. Less than <see cref="Least"/> in all says nothing: sensors average and counters step.
/// </summary>
/// <param name="sensor">What tells energy.</param>
/// <param name="time">The clock.</param>
/// <param name="rest">Waits while nothing runs.</param>
internal sealed class EnergyMeasurement(EnergySensor sensor, TimeProvider time, Action<TimeSpan> rest)
{
    /// <summary>How long a measurement lasts at least.</summary>
    public static readonly TimeSpan Least = TimeSpan.FromSeconds(1);

    // As often as firmware has news.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);
    private readonly Lock turn = new();
    private readonly long start = time.GetTimestamp();
    private Exception? failure;

    /// <summary>Joules of one run above rest. They may be negative where a run takes less than the sensor's noise.</summary>
    /// <param name="run">Called at least once, and as often as fills <see cref="Least"/>.</param>
    /// <exception cref="IOException">The sensor is gone.</exception>
    public double Joules(Action run)
    {
        var gap = TimeSpan.FromSeconds(Math.Min(Interval.TotalSeconds, sensor.LongestGap));
        using var timer = time.CreateTimer(_ => ReadBetween(), null, gap, gap);
        var runs = 0;
        // Half before and half after, so that a drift of the power at rest cancels.
        var before = During(() => rest(Least / 2));
        var (joules, seconds) = During(() =>
        {
            for (var begun = time.GetTimestamp(); runs == 0 || time.GetElapsedTime(begun) < Least; runs++) run();
        });
        var after = During(() => rest(Least / 2));
        return (joules - (before.Joules + after.Joules) / (before.Seconds + after.Seconds) * seconds) / runs;
    }

    private (double Joules, double Seconds) During(Action work)
    {
        var (joules, seconds) = Read();
        work();
        var (joulesAfter, secondsAfter) = Read();
        return (joulesAfter - joules, secondsAfter - seconds);
    }

    // What a timer's thread throws would end the process.
    private void ReadBetween()
    {
        try
        {
            Read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or OverflowException)
        {
            failure = e;
        }
    }

    private (double Joules, double Seconds) Read()
    {
        if (failure is { } gone) throw new IOException($"{sensor.Name} can no longer be read: {gone.Message}", gone);
        lock (turn)
        {
            var seconds = time.GetElapsedTime(start).TotalSeconds;
            sensor.Read(seconds);
            return (sensor.Joules, seconds);
        }
    }
}
