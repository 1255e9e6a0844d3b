using MIOpenDarts.Darts.Reports.Log;

namespace MIOpenDarts.Cli.Progress;

/// <summary>Time that a run still needs: from the forecast at first, then from the epochs and steps that it has done.</summary>
internal sealed class Eta(int epochs)
{
    private double epochSeconds;
    private double epochStart;

    /// <summary>Seconds left.</summary>
    public double Remaining { get; private set; }

    public void See(RunEvent value)
    {
        switch (value)
        {
            case ForecastMade forecast:
                (epochSeconds, Remaining, epochStart) = (forecast.EpochSeconds, forecast.RemainingSeconds, forecast.Seconds);
                break;
            case StepDone step:
                Remaining = Math.Max(epochSeconds - (step.Seconds - epochStart), 0) + (epochs - step.Epoch - 1) * epochSeconds;
                break;
            case EpochDone done:
                (epochSeconds, epochStart) = (done.Record.Seconds, done.Seconds);
                Remaining = (epochs - done.Record.Epoch - 1) * epochSeconds;
                break;
        }
    }
}
