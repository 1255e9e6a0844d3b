using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Reports;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Runs;

/// <summary>
/// Writes every event of a run to its log, passes it on, and keeps the report up to date, so that a run that is stopped or killed has
/// one too. What differs between kinds of runs it asks the folder.
/// </summary>
/// <typeparam name="TOptions">Options of such a run.</typeparam>
/// <typeparam name="THistory">What is read from its log.</typeparam>
/// <typeparam name="TResult">What it ends with.</typeparam>
internal sealed class RunRecorder<TOptions, THistory, TResult> : IProgress<RunEvent>, IDisposable
    where TOptions : RunOptions, new()
    where THistory : class, IRunHistory
{
    private readonly RunFolder<TOptions, THistory, TResult> folder;
    private readonly IProgress<RunEvent> next;
    private readonly List<RunEvent> events = [];
    private readonly RunLog log;
    private Action<string> warn = _ => { };
    private double seconds;
    private bool begun;

    /// <summary>Opens the log and reads what is in it.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="next">Sees every event once it is in the log.</param>
    /// <exception cref="RunFolderException">The log cannot be read or written.</exception>
    /// <exception cref="InvalidDataException">A line of the log is damaged; the message names it.</exception>
    public RunRecorder(RunFolder<TOptions, THistory, TResult> folder, IProgress<RunEvent> next)
    {
        (this.folder, this.next) = (folder, next);
        RunLog? opened = null;
        folder.Try("the log", () =>
        {
            if (File.Exists(folder.LogFile)) events.AddRange(RunLog.Read(folder.LogFile).Where(line => line is not StepDone));
            opened = RunLog.Open(folder.LogFile, resume: true);
        });
        log = opened!;
    }

    /// <summary>What was read from the log; null while it is empty.</summary>
    public THistory? History => events.Exists(line => line is RunStarted) ? folder.Read(events) : null;

    /// <summary>The history of a run that is done, which needs no resume; null for any other.</summary>
    public THistory? Finished =>
        History is { End.Outcome: RunOutcome.Done } history && history.HasAll(folder.Options.Epochs) ? history : null;

    /// <summary>
    /// The file of the last checkpoint that the log knows, where neither it nor a later one is there any more; null where nothing is lost.
    /// </summary>
    public string? LostCheckpoint =>
        events.OfType<CheckpointWritten>().LastOrDefault() is { } last && !IsThere(last, folder.NewestCheckpoint) ? last.File : null;

    /// <summary>The run's checkpoints, to go on from. Says so where that means to compute again what is in the log.</summary>
    /// <param name="keep">How many stay.</param>
    /// <param name="warning">
    /// Takes a line for each checkpoint that cannot be used, and for what comes out otherwise when it is computed again.
    /// </param>
    /// <exception cref="CheckpointException">The folder cannot be made.</exception>
    public CheckpointRing Checkpoints(int keep, Action<string> warning)
    {
        warn = warning;
        if (LostCheckpoint is { } lost)
            warn(
                $"{lost} is gone, the last checkpoint that the log knows: "
                + $"the run goes on from {folder.NewestCheckpoint ?? "its beginning"}, "
                + "and computes again what came after");
        return folder.Checkpoints(keep, warning);
    }

    /// <summary>Records that the run starts, or goes on.</summary>
    /// <param name="dataset">Name and sizes of the data.</param>
    /// <param name="backend">Where it computes.</param>
    /// <param name="threads">With so many threads; 0 for one for each core.</param>
    /// <param name="options">The current options.</param>
    public void Begin(string dataset, Backend<float> backend, int threads, TOptions options)
    {
        var newest = folder.NewestCheckpoint;
        var last = events.OfType<CheckpointWritten>().LastOrDefault(checkpoint => IsThere(checkpoint, newest));
        var environment = RunEnvironment.Current(backend, threads);
        folder.WriteEnvironment(environment);
        begun = true;
        Report(new RunStarted(
            last?.Seconds ?? 0, TimeProvider.System.GetUtcNow(), dataset, folder.Operations, options.Epochs, last?.Epoch ?? 0, environment,
            [.. folder.Shown(options)]));
    }

    /// <summary>Seconds of work at the last event.</summary>
    public double Seconds => seconds;

    /// <inheritdoc/>
    /// <exception cref="RunFolderException">The log or the report cannot be written.</exception>
    public void Report(RunEvent value)
    {
        seconds = Math.Max(seconds, value.Seconds);
        if (folder.Contradiction(value, events) is { } contradiction) warn(contradiction);
        folder.Try("the log", () => log.Write(value));
        if (value is not StepDone) events.Add(value);
        next.Report(value);
        if (value is EpochDone or TrainEpochDone) folder.WriteReport(History!);
    }

    /// <summary>Records that all epochs are done, and writes the result.</summary>
    /// <exception cref="RunFolderException">Something cannot be written; a resume writes it again.</exception>
    /// <returns>The history of the whole run.</returns>
    public THistory Complete(TResult result)
    {
        folder.WriteResult(result, warn);
        var end = new RunEnded(seconds, RunOutcome.Done, folder.Ending(result));
        folder.Try("the log", () => log.Write(end));
        events.Add(end);
        var history = folder.WithEpochs(History!, result);
        folder.WriteReport(history);
        return history;
    }

    /// <summary>
    /// Records that the run stops before its end, unless it was refused before it began: then it stands where it stood.
    /// The error that stopped it is reported, so a full disk is no further error here.
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
            events.Add(end);
            if (History is { } history) folder.WriteReport(history);
        }
        catch (Exception e) when (e is IOException or RunFolderException)
        {
        }
    }

    /// <summary>Closes the log.</summary>
    public void Dispose() => log.Dispose();

    // What was written later than the newest file is gone with it; what was written before may have been pushed out of the ring.
    private static bool IsThere(CheckpointWritten checkpoint, string? newest) =>
        newest is not null && string.CompareOrdinal(checkpoint.File, newest) <= 0;
}
