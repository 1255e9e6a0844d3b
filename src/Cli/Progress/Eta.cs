using MIOpenDarts.Darts.Records;

namespace MIOpenDarts.Cli.Progress;

/// <summary>
/// Time that a run still needs: from the forecast at first, corrected by how fast its steps really are, and from the last epoch once
/// there is one.
/// </summary>
internal sealed class Eta(int epochs)
{
    private ForecastMade? forecast;
    private StepDone? reference;
    private double epochSeconds;
    private bool measured;

    /// <summary>Seconds left at the last event.</summary>
    public double Remaining { get; private set; }

    public void See(RunEvent value)
    {
        switch (value)
        {
            case ForecastMade made:
                (forecast, epochSeconds, Remaining) = (made, made.EpochSeconds, made.RemainingSeconds);
                break;
            case StepDone step:
                Correct(step);
                Remaining = (epochs - step.Epoch - (double)step.Step / step.Steps) * epochSeconds;
                break;
            case EpochDone { Record: var record }:
                See(record.Epoch, record.Seconds);
                break;
            case TrainEpochDone { Record: var record }:
                See(record.Epoch, record.Seconds);
                break;
        }
    }

    private void See(int epoch, double seconds)
    {
        (epochSeconds, measured) = (seconds, true);
        Remaining = (epochs - epoch - 1) * epochSeconds;
    }

    private void Correct(StepDone step)
    {
        if (measured || forecast is null) return;
        reference ??= step;
        var steps = step.Step - reference.Step;
        if (steps > 0) epochSeconds = forecast.EpochSeconds * (step.Seconds - reference.Seconds) / steps / forecast.StepSeconds;
    }
}
