using MIOpenDarts.Darts.Reports;
using MIOpenDarts.Darts.Reports.Log;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Runs;

/// <summary>Writes every event of a training to its log, passes it on, and keeps the report up to date.</summary>
public sealed class TrainRecorder : IProgress<RunEvent>, IDisposable
{
    private readonly TrainFolder folder;
    private readonly IProgress<RunEvent> next;
    private readonly List<RunEvent> story = [];
    private readonly RunLog log;
    private double seconds;

    /// <summary>Opens the log and reads what is in it.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="next">Sees every event once it is in the log.</param>
    /// <exception cref="RunFolderException">The log cannot be read or written.</exception>
    /// <exception cref="InvalidDataException">A line of the log is damaged; the message names it.</exception>
    public TrainRecorder(TrainFolder folder, IProgress<RunEvent> next)
    {
        (this.folder, this.next) = (folder, next);
        RunLog? opened = null;
        folder.Try("the log", () =>
        {
            if (File.Exists(folder.LogFile)) story.AddRange(RunLog.Read(folder.LogFile).Where(line => line is not StepDone));
            opened = RunLog.Open(folder.LogFile, resume: true);
        });
        log = opened!;
    }

    /// <summary>What the log tells; null while it is empty.</summary>
    public TrainHistory? History => story.Exists(line => line is RunStarted) ? TrainHistory.Of(story) : null;

    /// <summary>The history of a run that is done, which needs no resume; null for any other.</summary>
    public TrainHistory? Finished =>
        History is { End.Outcome: RunOutcome.Done } history && history.Epochs.Count == folder.Options.Epochs ? history : null;

    /// <summary>Records that the run starts, or goes on.</summary>
    /// <param name="dataset">Name and sizes of the data.</param>
    /// <param name="backend">Where it computes.</param>
    /// <param name="options">The options in force.</param>
    public void Begin(string dataset, Backend<float> backend, TrainOptions options)
    {
        var last = story.OfType<CheckpointWritten>().LastOrDefault();
        var environment = RunEnvironments.Here(backend, options.Threads);
        folder.WriteEnvironment(environment);
        Report(new RunStarted(
            last?.Seconds ?? 0, TimeProvider.System.GetUtcNow(), dataset, [], options.Epochs, last?.Epoch ?? 0, environment,
            [.. TrainOptionFields.All.Select(f => new OptionValue(f.Name, f.Show(options)))]));
    }

    /// <inheritdoc/>
    /// <exception cref="RunFolderException">The log or the report cannot be written.</exception>
    public void Report(RunEvent value)
    {
        seconds = Math.Max(seconds, value.Seconds);
        folder.Try("the log", () => log.Write(value));
        if (value is not StepDone) story.Add(value);
        next.Report(value);
        if (value is TrainEpochDone) folder.WriteReport(History!);
    }

    /// <summary>Records that all epochs are done.</summary>
    /// <exception cref="RunFolderException">Something cannot be written; a resume writes it again.</exception>
    public void Complete()
    {
        var end = new RunEnded(seconds, RunOutcome.Done);
        folder.Try("the log", () => log.Write(end));
        story.Add(end);
        folder.WriteReport(History!);
    }

    /// <summary>Records that the run stops before its end. What stopped it is to be told, so a full disk is no further error here.</summary>
    /// <param name="outcome">Interrupted or failed.</param>
    /// <param name="reason">Why.</param>
    public void Stop(RunOutcome outcome, string? reason = null)
    {
        try
        {
            var end = new RunEnded(seconds, outcome, reason);
            log.Write(end);
            story.Add(end);
            if (History is { } history) folder.WriteReport(history);
        }
        catch (Exception e) when (e is IOException or RunFolderException)
        {
        }
    }

    /// <summary>Closes the log.</summary>
    public void Dispose() => log.Dispose();
}
