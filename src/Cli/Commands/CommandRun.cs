using MIOpenDarts.Cli.Progress;
using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Distributed;
using MIOpenDarts.Darts.Export;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Reports;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Cli.Commands;

/// <summary>One run from the command line: folder, log, progress, signals, result.</summary>
internal abstract class CommandRun<TOptions, THistory, TResult> : IDisposable
    where TOptions : RunOptions, new()
    where THistory : class, IRunHistory
{
    private readonly RunFolder<TOptions, THistory, TResult> folder;
    private readonly TensorBoardLog? board;
    private int threads;

    /// <summary>Opens what the run writes to; a failure closes all of it.</summary>
    protected CommandRun(Screen screen, RunFolder<TOptions, THistory, TResult> folder, TOptions options, bool tensorBoard)
    {
        (this.folder, Options) = (folder, options);
        View = ProgressView.Create(screen, options.Epochs);
        try
        {
            if (tensorBoard) board = new TensorBoardLog(folder.Path, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds(), View);
            Recorder = new RunRecorder<TOptions, THistory, TResult>(folder, (IProgress<RunEvent>?)board ?? View);
        }
        catch
        {
            board?.Dispose();
            View.Dispose();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>The command that goes on with such a run.</summary>
    protected abstract string Command { get; }

    /// <summary>The whole line that goes on with it.</summary>
    protected virtual string Again => $"miopendarts {Command} --resume {folder.Path}";

    /// <summary>Where the run is.</summary>
    public string Path => folder.Path;

    /// <summary>Whether something is still to be computed.</summary>
    public bool HasWork => Options.Epochs > folder.Options.Epochs || Recorder.Finished is null;

    /// <summary>The options as text, for the other processes.</summary>
    public abstract string OptionsText { get; }

    /// <summary>The processes that share its batches; null for this one alone.</summary>
    public Ranks? Ranks { get; set; }

    protected TOptions Options { get; }

    /// <summary>What ranks that differ in it call their data.</summary>
    protected const string Data = "data";

    protected ProgressView View { get; }

    /// <summary>Writes the run's log, and passes on what happens to the progress.</summary>
    protected RunRecorder<TOptions, THistory, TResult> Recorder { get; }

    /// <summary>Works to the end, unless the run has come there before.</summary>
    public int ToEnd()
    {
        View.Print($"run      {folder.Path}");
        // Ranks have looked before the others were told what to do.
        if (Ranks is null) RequireMore();
        if (Options.Epochs > folder.Options.Epochs) View.Print($"epochs   {Extending(folder.Options)}");
        else if (Recorder.Finished is { } history)
        {
            var end = history.End!.Message is { } reason
                ? $"ended by {reason}"
                : history.EpochsDone == 0 ? "the run is done" : $"all {history.EpochsDone} epochs are done";
            View.Print($"{end}; the result is written again");
            if (Recorder.LostCheckpoint is { } lost)
                View.Warn(
                    $"{lost} is gone, the last checkpoint: the result is that of the log, and more --epochs have nothing to go on from");
            folder.WriteReport(history);
            WriteResult(history);
            return Reported(history);
        }

        using var signals = new StopSignals(() => View.Print("stopping after this step, with a checkpoint; once more stops at once"));
        try
        {
            threads = Backends.Threads(Options.Threads, View.Print);
            using var backend = Ranks is null
                ? BackendChoice.Create(Options.Backend, threads, Options.Deterministic)
                : RankRun.Backend(Ranks, Options);
            return Reported(Recorder.Complete(Compute(backend, signals.Token)));
        }
        catch (OperationCanceledException e)
        {
            Recorder.Stop(RunOutcome.Interrupted);
            throw signals.Stopped($"stopped with a checkpoint; go on with: {Again}", e);
        }
        catch (Exception e)
        {
            var reported = Failures.Reported(e, folder.Path);
            Recorder.Stop(RunOutcome.Failed, reported.Message);
            if (reported == e) throw;
            throw reported;
        }
    }

    /// <summary>Refuses more epochs for a run that cannot have them.</summary>
    /// <exception cref="RunFolderException">The text says why.</exception>
    public void RequireMore()
    {
        var then = folder.Options;
        if (Options.Epochs <= then.Epochs) return;
        if (then.Epochs == 0)
            throw new RunFolderException(
                $"{folder.Path}: was begun without an epoch, to test its weights as they are; begin another run to train them");
        if (Recorder.Finished is not { } history)
            throw new RunFolderException(
                $"{folder.Path}: is not done with its {then.Epochs} epochs; leave --epochs out until it is, then give it more");
        if (history.HasAll(Options.Epochs))
        {
            var end = history.End!.Message ?? "nothing was trained";
            throw new RunFolderException(
                $"{folder.Path}: {end}, so more epochs would change nothing; leave --epochs out, or begin another run");
        }

        folder.RequireEnd();
    }

    public void Dispose()
    {
        View.Dispose();
        Recorder.Dispose();
        board?.Dispose();
        folder.Dispose();
    }

    /// <summary>A run that was begun before.</summary>
    /// <param name="open">Opens its folder.</param>
    /// <param name="given">An option that was typed and does not go with a resume, or null.</param>
    /// <param name="change">Lays what was typed over its options.</param>
    /// <param name="begin">Makes the run.</param>
    protected static TRun Continue<TFolder, TRun>(
        Func<TFolder> open, string? given, Func<TOptions, TOptions> change, Func<TFolder, TOptions, TRun> begin)
        where TFolder : RunFolder<TOptions, THistory, TResult>
    {
        if (given is not null)
            throw new OptionsException($"{given} does not go with --resume; a run goes on as it was begun, so leave it out");
        var folder = open();
        try
        {
            var options = change(folder.Options);
            folder.RequireSame(options);
            Backends.Require(options.Backend, options.Threads);
            return begin(folder, options);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>What more epochs mean, in one line.</summary>
    protected abstract string Extending(TOptions then);

    /// <summary>Opens the data of a run that goes on, where it lies now.</summary>
    /// <param name="open">Opens what the options name.</param>
    /// <param name="fingerprint">Takes the fingerprint of what the run uses of it.</param>
    /// <param name="ring">The run's checkpoints.</param>
    protected ImageData Reopen(Func<TOptions, ImageData> open, Func<ImageData, DataFingerprint> fingerprint, CheckpointRing ring)
    {
        folder.RequireDataThere(Options);
        var data = open(Options);
        folder.Adopt(Options, () => fingerprint(data), ring);
        return data;
    }

    /// <summary>What every rank makes for itself; where it fails in one, it fails in all.</summary>
    protected TMade Agreed<TMade>(Func<TMade> make) => Ranks is null ? make() : Ranks.Agree(make);

    /// <summary>Records that the run starts, with what was left out of its data.</summary>
    protected void Begin(ImageData data, int first, int second, Backend<float> backend)
    {
        Recorder.Begin($"{data.Name}, {first} + {second} images", backend, threads, Options);
        if (NewRun.LeftOut(data) is { } line) View.Print(line);
        if (backend.Threads > backend.Leaves.Own && Ranks is not null)
            View.Print(
                $"leaves   {backend.Leaves.Own} of the first rank: a backward pass keeps no more of its {backend.Threads} threads busy; "
                + "more --leaves do");
    }

    /// <summary>Does the work.</summary>
    protected abstract TResult Compute(Backend<float> backend, CancellationToken cancellation);

    /// <summary>Writes the result files of a run that is done again.</summary>
    protected abstract void WriteResult(THistory history);

    /// <summary>Says what came out.</summary>
    protected abstract void Report(THistory history);

    private int Reported(THistory history)
    {
        View.Dispose();
        Report(history);
        return ExitCode.Done;
    }
}
