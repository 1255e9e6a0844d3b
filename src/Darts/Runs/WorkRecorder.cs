using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Reports;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Runs;

/// <summary>
/// Writes every event of a run to its log, passes it on, and keeps the report up to date, so that a run that is stopped or killed has
/// one too.
/// </summary>
/// <typeparam name="TOptions">What such a run is told.</typeparam>
/// <typeparam name="THistory">What its log tells.</typeparam>
/// <typeparam name="TResult">What it ends with.</typeparam>
public abstract class WorkRecorder<TOptions, THistory, TResult> : IProgress<RunEvent>, IDisposable
    where TOptions : RunOptions
    where THistory : class, IRunHistory
{
    private readonly WorkFolder<TOptions, THistory> folder;
    private readonly IProgress<RunEvent> next;
    private readonly List<RunEvent> story = [];
    private readonly RunLog log;
    private Action<string> warn = _ => { };
    private double seconds;
    private bool begun;

    private protected WorkRecorder(WorkFolder<TOptions, THistory> folder, IProgress<RunEvent> next)
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
    public THistory? History => story.Exists(line => line is RunStarted) ? Tell(story) : null;

    /// <summary>The history of a run that is done, which needs no resume; null for any other.</summary>
    public THistory? Finished =>
        History is { End.Outcome: RunOutcome.Done } history && history.HasAll(folder.Options.Epochs) ? history : null;

    /// <summary>
    /// The file of the last checkpoint that the log knows, where neither it nor a later one is there any more; null where nothing is lost.
    /// </summary>
    public string? LostCheckpoint => story.OfType<CheckpointWritten>().LastOrDefault() is { } last && !IsThere(last, folder.NewestCheckpoint) ? last.File : null;

    /// <summary>Names of the candidate operations that alphas are told of; none where there are no alphas.</summary>
    private protected virtual IReadOnlyList<string> Operations => [];

    /// <summary>The run's checkpoints, to go on from. Says so where that means to compute again what is in the log.</summary>
    /// <param name="keep">How many stay.</param>
    /// <param name="warning">Takes a line for each checkpoint that cannot be used, and for what comes out otherwise when it is computed again.</param>
    /// <exception cref="CheckpointException">The folder cannot be made.</exception>
    public CheckpointRing Checkpoints(int keep, Action<string> warning)
    {
        warn = warning;
        if (LostCheckpoint is { } lost)
            warn($"{lost} is gone, the last checkpoint that the log knows: the run goes on from {folder.NewestCheckpoint ?? "its beginning"}, and computes again what came after");
        return folder.Checkpoints(keep, warning);
    }

    /// <summary>Records that the run starts, or goes on.</summary>
    /// <param name="dataset">Name and sizes of the data.</param>
    /// <param name="backend">Where it computes.</param>
    /// <param name="threads">With so many threads; 0 for one for each processor.</param>
    /// <param name="options">The options in force.</param>
    public void Begin(string dataset, Backend<float> backend, int threads, TOptions options)
    {
        var newest = folder.NewestCheckpoint;
        var last = story.OfType<CheckpointWritten>().LastOrDefault(checkpoint => IsThere(checkpoint, newest));
        var environment = RunEnvironments.Here(backend, threads);
        folder.WriteEnvironment(environment);
        begun = true;
        Report(new RunStarted(
            last?.Seconds ?? 0, TimeProvider.System.GetUtcNow(), dataset, Operations, options.Epochs, last?.Epoch ?? 0, environment, [.. folder.Shown(options)]));
    }

    /// <inheritdoc/>
    /// <exception cref="RunFolderException">The log or the report cannot be written.</exception>
    public void Report(RunEvent value)
    {
        seconds = Math.Max(seconds, value.Seconds);
        if (Contradiction(value, story) is { } contradiction) warn(contradiction);
        folder.Try("the log", () => log.Write(value));
        if (value is not StepDone) story.Add(value);
        next.Report(value);
        if (value is EpochDone or TrainEpochDone) folder.WriteReport(History!);
    }

    /// <summary>Records that all epochs are done, and writes the result.</summary>
    /// <exception cref="RunFolderException">Something cannot be written; a resume writes it again.</exception>
    /// <returns>The history of the whole run.</returns>
    public THistory Complete(TResult result)
    {
        WriteResult(result);
        var end = new RunEnded(seconds, RunOutcome.Done, Ending(result));
        folder.Try("the log", () => log.Write(end));
        story.Add(end);
        var history = WithEpochs(History!, result);
        folder.WriteReport(history);
        return history;
    }

    /// <summary>
    /// Records that the run stops before its end, unless it was refused before it began: then it stands where it stood.
    /// What stopped it is to be told, so a full disk is no further error here.
    /// </summary>
    /// <param name="outcome">Interrupted or failed.</param>
    /// <param name="reason">Why.</param>
    public void Stop(RunOutcome outcome, string? reason = null)
    {
        if (!begun) return;
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
    public void Dispose()
    {
        log.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>What comes out otherwise than the log has it of the first time; null where nothing does.</summary>
    private protected virtual string? Contradiction(RunEvent value, IReadOnlyCollection<RunEvent> story) => null;

    /// <summary>Takes a line for the user.</summary>
    private protected void Warn(string line) => warn(line);

    // What was written later than the newest file is gone with it; what was written before may have been pushed out of the ring.
    private static bool IsThere(CheckpointWritten checkpoint, string? newest) => newest is not null && string.CompareOrdinal(checkpoint.File, newest) <= 0;

    /// <summary>Puts the events of a log together.</summary>
    private protected abstract THistory Tell(IReadOnlyCollection<RunEvent> events);

    /// <summary>Writes what only a run that is done has.</summary>
    private protected abstract void WriteResult(TResult result);

    /// <summary>What ended the run before its last epoch, though it is done; null for nothing.</summary>
    private protected virtual string? Ending(TResult result) => null;

    /// <summary>The epochs of the result: a log that was lost in between has not all of them.</summary>
    private protected abstract THistory WithEpochs(THistory history, TResult result);
}
