using MIOpenDarts.Darts.Records;

namespace MIOpenDarts.Cli.Progress;

/// <summary>What a run shows while it works. Signals arrive on threads of their own, so every call takes the gate.</summary>
internal abstract class ProgressView(int epochs) : IProgress<RunEvent>, IDisposable
{
    /// <summary>Held by whoever writes.</summary>
    protected Lock Gate { get; } = new();

    /// <summary>Estimates how long it still takes.</summary>
    protected Eta Eta { get; } = new(epochs);

    /// <summary>Live on a terminal, plain lines elsewhere.</summary>
    public static ProgressView Create(Screen screen, int epochs) =>
        screen.Terminal is { } terminal ? new LiveProgress(terminal, epochs) : new PlainProgress(screen.Output, epochs);

    /// <inheritdoc/>
    public void Report(RunEvent value)
    {
        lock (Gate)
        {
            Eta.See(value);
            switch (value)
            {
                case RunStarted started:
                    Line($"data     {started.Dataset}");
                    Line($"backend  {started.Environment.Backend}; {started.Environment.Processor}");
                    Note("measuring a step for the forecast");
                    break;
                case ForecastMade forecast:
                    Note("first steps");
                    Line($"forecast {forecast.Parameters:N0} parameters, {Units.Memory(forecast.MemoryBytes)}, "
                        + $"{Units.Time(forecast.EpochSeconds)} an epoch, {Units.Time(forecast.RemainingSeconds)} to go");
                    break;
                case StepDone step:
                    Step(step);
                    break;
                case EpochDone done:
                    var record = done.Record;
                    Line($"epoch {record.Epoch + 1}/{epochs} done  train {record.TrainAccuracy:F2} % (loss {record.TrainLoss:F3})  "
                        + $"valid {record.ValidAccuracy:F2} % (loss {record.ValidLoss:F3})  {Units.Time(record.Seconds)}");
                    if (record.Epoch + 1 < epochs) Note($"epoch {record.Epoch + 2}/{epochs}  {Units.Time(Eta.Remaining)} left");
                    break;
                case AlarmRaised { Alarm: var alarm }:
                    var what = alarm.Ends ? "the search ends with" : "a better one to end with may be";
                    Line($"alarm    {alarm.Watchdog}: {alarm.Message}; {what} the genotype of epoch {alarm.Chosen + 1}");
                    break;
                case TrainEpochDone when epochs == 0:
                    Line("nothing is trained");
                    break;
                case TrainEpochDone { Record: var trained }:
                    Line($"epoch {trained.Epoch + 1}/{epochs} done  train {trained.TrainAccuracy:F2} % (loss {trained.TrainLoss:F3})  "
                        + $"test {trained.Test.Top1:F2} % (loss {trained.Test.Loss:F3}){(trained.IsBest ? "  best" : "")}  "
                        + $"{Units.Time(trained.Seconds)}");
                    if (trained.Epoch + 1 < epochs) Note($"epoch {trained.Epoch + 2}/{epochs}  {Units.Time(Eta.Remaining)} left");
                    break;
            }
        }
    }

    /// <summary>A line that is no event of the run.</summary>
    public void Print(string text)
    {
        lock (Gate) Line(text);
    }

    /// <summary>A line that must be seen but stops nothing.</summary>
    public void Warn(string message) => Print("warning: " + message);

    /// <summary>Takes away what moves.</summary>
    public virtual void Dispose()
    {
    }

    /// <summary>Writes a line that stays.</summary>
    protected abstract void Line(string text);

    /// <summary>Says what takes time until the next step is reported.</summary>
    protected abstract void Note(string text);

    /// <summary>Shows a step.</summary>
    protected abstract void Step(StepDone step);
}
