using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Configuration;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Reports;
using MIOpenDarts.Darts.Reports.Log;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Runs;

/// <summary>
/// Writes every event of a run to its log, passes it on, and keeps the report up to date, so that a run that is stopped or killed has
/// one too.
/// </summary>
public sealed class RunRecorder : IProgress<RunEvent>, IDisposable
{
    private readonly RunFolder folder;
    private readonly IProgress<RunEvent> next;
    private readonly List<RunEvent> story;
    private readonly RunLog log;
    private double seconds;

    /// <summary>Opens the log and reads what is in it.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="next">Sees every event once it is in the log.</param>
    /// <exception cref="RunFolderException">The log cannot be read or written.</exception>
    /// <exception cref="InvalidDataException">A line of the log is damaged; the message names it.</exception>
    public RunRecorder(RunFolder folder, IProgress<RunEvent> next)
    {
        (this.folder, this.next) = (folder, next);
        RunLog? opened = null;
        List<RunEvent> before = [];
        folder.Try("the log", () =>
        {
            if (File.Exists(folder.LogFile)) before = [.. RunLog.Read(folder.LogFile).Where(line => line is not StepDone)];
            opened = RunLog.Open(folder.LogFile, resume: true);
        });
        (log, story) = (opened!, before);
    }

    /// <summary>What the log tells; null while it is empty.</summary>
    public SearchHistory? History => story.Exists(line => line is RunStarted) ? SearchHistory.Of(story) : null;

    /// <summary>The history of a run that is done, which needs no resume; null for any other.</summary>
    public SearchHistory? Finished =>
        History is { End.Outcome: RunOutcome.Done } history && history.Epochs.Count == folder.Options.Epochs ? history : null;

    /// <summary>Records that the run starts, or goes on.</summary>
    /// <param name="dataset">Name and sizes of the data.</param>
    /// <param name="backend">Where it computes.</param>
    /// <param name="options">The options in force.</param>
    public void Begin(string dataset, Backend<float> backend, SearchOptions options)
    {
        var last = story.OfType<CheckpointWritten>().LastOrDefault();
        var environment = RunEnvironments.Here(backend, options);
        folder.WriteEnvironment(environment);
        Report(new RunStarted(
            last?.Seconds ?? 0, DateTimeOffset.UtcNow, dataset, [.. SearchAlgorithm.Of(options).Candidates.Select(p => p.Name())], options.Epochs, last?.Epoch ?? 0,
            environment, [.. SearchOptionFields.All.Select(f => new OptionValue(f.Name, f.Show(options)))]));
    }

    /// <inheritdoc/>
    /// <exception cref="RunFolderException">The log or the report cannot be written.</exception>
    public void Report(RunEvent value)
    {
        seconds = Math.Max(seconds, value.Seconds);
        folder.Try("the log", () => log.Write(value));
        if (value is not StepDone) story.Add(value);
        next.Report(value);
        if (value is EpochDone) folder.WriteReport(History!);
    }

    /// <summary>Records that all epochs are done, and writes the result.</summary>
    /// <exception cref="RunFolderException">Something cannot be written; a resume writes it again.</exception>
    public void Complete(SearchResult result)
    {
        folder.WriteResult(result.Genotype);
        var end = new RunEnded(seconds, RunOutcome.Done);
        folder.Try("the log", () => log.Write(end));
        story.Add(end);
        folder.WriteReport(History! with { Epochs = result.History });
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
