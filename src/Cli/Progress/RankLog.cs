using System.Globalization;
using MIOpenDarts.Darts.Distributed;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Cli.Progress;

/// <summary>
/// The log of a rank that shows nothing, <c>rank-1.log</c> and so on beside the log of the run: where it computes, how long its epochs
/// took, and what ended it. On a machine that does not see the run's folder, or may not write there, there is none.
/// </summary>
internal sealed class RankLog : IProgress<RunEvent>, IDisposable
{
    private readonly Ranks ranks;
    private readonly TextWriter? file;

    /// <summary>Begins a log, or goes on with it.</summary>
    public RankLog(Ranks ranks, string folder)
    {
        this.ranks = ranks;
        if (!Directory.Exists(folder)) return;
        try
        {
            // Signals write from a thread of their own.
            file = TextWriter.Synchronized(
                new StreamWriter(Path.Combine(folder, $"rank-{ranks.Rank}.log"), append: true) { AutoFlush = true });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    /// <summary>Writes where the rank computes.</summary>
    public void Begin(Backend<float> backend)
    {
        var device = backend.Gpu is { } gpu ? $"{backend.Name}:{gpu.Ordinal}" : backend.Name;
        Line($"rank {ranks.Rank} of {ranks.Size} on {ranks.Node}, process {Environment.ProcessId}: {device}, {backend.Description}");
    }

    /// <summary>Writes that the rank itself got a signal.</summary>
    public void Stopping() => Line("a signal asks all ranks to stop after this step");

    /// <summary>Does the work of the rank; what ends it is the last line, but for a signal that comes then.</summary>
    public void Record(Action work)
    {
        try
        {
            work();
            Line("done");
        }
        catch (Exception e)
        {
            var reported = ranks.Reported(e);
            Line(reported.Message);
            if (reported == e) throw;
            throw reported;
        }
    }

    /// <inheritdoc/>
    public void Report(RunEvent value)
    {
        if (value is EpochDone { Record: var searched }) Epoch(searched.Epoch, searched.Seconds, searched.PeakMemoryBytes);
        if (value is TrainEpochDone { Record: var trained }) Epoch(trained.Epoch, trained.Seconds, trained.PeakMemoryBytes);
    }

    /// <inheritdoc/>
    public void Dispose() => file?.Dispose();

    private void Epoch(int epoch, double seconds, long bytes) =>
        Line(string.Create(CultureInfo.InvariantCulture, $"epoch {epoch + 1} done in {seconds:F1} s, peak memory {bytes >> 20} MiB"));

    private void Line(string text)
    {
        try
        {
            file?.WriteLine($"{TimeProvider.System.GetUtcNow().ToString("s", CultureInfo.InvariantCulture)}Z {text}");
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // A full disk, or a signal that comes when the work is done: the run does not need the line.
        }
    }
}
