using MIOpenDarts.Darts.Configuration;
using MIOpenDarts.Darts.Reports.Log;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Search;
using Spectre.Console;

namespace MIOpenDarts.Cli.Progress;

/// <summary>What a run shows while it works.</summary>
internal abstract class ProgressView : IDisposable
{
    private readonly Eta eta;

    protected ProgressView(SearchOptions options) => eta = new Eta(options.Epochs);

    /// <summary>Live on a terminal, plain lines elsewhere.</summary>
    public static ProgressView Create(SearchOptions options) =>
        AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected ? new LiveProgress(options) : new PlainProgress(options);

    public void Show(RunEvent value)
    {
        eta.See(value);
        switch (value)
        {
            case RunStarted started:
                Line($"{started.Dataset}; {started.Environment.Backend}; {started.Environment.Processor}");
                break;
            case ForecastMade forecast:
                Line($"forecast: {forecast.Parameters:N0} parameters, {Units.Memory(forecast.MemoryBytes)}, "
                    + $"{Units.Time(forecast.EpochSeconds)} an epoch, {Units.Time(forecast.RemainingSeconds)} in all");
                break;
            case StepDone step:
                Step(step, $"epoch {step.Epoch + 1} step {step.Step}/{step.Steps}  loss {step.TrainLoss:F3}  accuracy {step.TrainAccuracy:F1} %  "
                    + $"{step.ImagesPerSecond:F0} images/s  {Units.Time(eta.Remaining)} left");
                break;
            case EpochDone done:
                Line($"epoch {done.Record.Epoch + 1}: train loss {done.Record.TrainLoss:F3}, accuracy {done.Record.TrainAccuracy:F2} %; "
                    + $"valid loss {done.Record.ValidLoss:F3}, accuracy {done.Record.ValidAccuracy:F2} %; {Units.Time(done.Record.Seconds)}");
                break;
        }
    }

    /// <summary>The genotype and where everything is.</summary>
    public void Result(SearchResult result, RunFolder folder)
    {
        Dispose();
        Console.WriteLine(result.Genotype);
        Console.WriteLine($"train accuracy {result.TrainAccuracy:F2} %, validation accuracy {result.ValidAccuracy:F2} %; report: {folder.ReportFile}");
    }

    /// <summary>A line that must be seen but stops nothing.</summary>
    public void Warn(string message) => Line("warning: " + message);

    public virtual void Dispose()
    {
    }

    protected abstract void Line(string text);

    protected abstract void Step(StepDone step, string text);
}
