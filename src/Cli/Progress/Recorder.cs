using MIOpenDarts.Darts.Reports.Log;

namespace MIOpenDarts.Cli.Progress;

/// <summary>Sends every event of a run to its log and to the screen.</summary>
internal sealed class Recorder(RunLog log, ProgressView view) : IProgress<RunEvent>
{
    private double seconds;

    public void Report(RunEvent value)
    {
        seconds = Math.Max(seconds, value.Seconds);
        log.Write(value);
        view.Show(value);
    }

    /// <summary>Ends the log. On a full disk the reason that stopped the run is the one to tell, not this line's.</summary>
    public void End(RunOutcome outcome, string? message = null)
    {
        try
        {
            log.Write(new RunEnded(seconds, outcome, message));
        }
        catch (IOException) when (outcome == RunOutcome.Failed)
        {
        }
    }
}
