using System.Text.Json;
using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Files;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Reports;

namespace MIOpenDarts.Darts.Runs;

/// <summary>
/// What the folders of all kinds of runs have in common: configuration, environment, log, checkpoints, report; one process at a time works
/// in it. A kind of run says what is read from its log and what its result is.
/// </summary>
/// <typeparam name="TOptions">Options of such a run.</typeparam>
/// <typeparam name="THistory">What is read from its log.</typeparam>
/// <typeparam name="TResult">What it ends with.</typeparam>
internal abstract class RunFolder<TOptions, THistory, TResult> : IDisposable
    where TOptions : RunOptions, new()
    where THistory : class, IRunHistory
{
    private readonly RunOptionTable<TOptions> table;
    private readonly FileStream held;

    // Opens an earlier run, or makes a new one where options are given, after what it cannot do without.
    private protected RunFolder(
        RunKind kind, RunOptionTable<TOptions> table, string path, TOptions? options, Action? first = null)
    {
        (this.table, Path, Again) = (table, path, kind.Resume(path));
        Options = options ?? RunConfiguration.Read(path, kind, table.Parse);
        held = options is null
            ? RunConfiguration.Hold(path)
            : RunConfiguration.Begin(path, RunConfiguration.FileName, table.Format(options), first);
    }

    /// <summary>The options that the run was begun with, or was given more epochs with.</summary>
    public TOptions Options { get; private set; }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>The line that goes on with the run, which messages name: of the kind's command, unless another command began it.</summary>
    internal string Again { get; set; }

    /// <summary>The log.</summary>
    public string LogFile => In("log.jsonl");

    /// <summary>The report.</summary>
    public string ReportFile => In("report.html");

    /// <summary>The run's checkpoints.</summary>
    /// <param name="keep">How many stay.</param>
    /// <param name="warn">Takes a line for each checkpoint that cannot be used.</param>
    /// <exception cref="CheckpointException">The folder cannot be made.</exception>
    internal CheckpointRing Checkpoints(int keep, Action<string> warn) => new(In(RunConfiguration.CheckpointsName), keep, warn);

    /// <summary>File name of the newest checkpoint; null where there is none.</summary>
    internal string? NewestCheckpoint =>
        CheckpointRing.In(In(RunConfiguration.CheckpointsName)) is [var newest, ..] ? System.IO.Path.GetFileName(newest) : null;

    /// <summary>Writes what the run computes on now.</summary>
    /// <exception cref="RunFolderException">It cannot be written.</exception>
    public void WriteEnvironment(RunEnvironment environment) => Try("the environment", () =>
        Write("environment.json", JsonSerializer.Serialize(environment, RunLogJson.Default.RunEnvironment) + "\n"));

    /// <summary>Writes the report of what has happened up to now.</summary>
    /// <exception cref="RunFolderException">It cannot be written; an older one stays.</exception>
    public void WriteReport(THistory history) => Try("the report", () => Report(history));

    /// <summary>
    /// Refuses more epochs where no whole checkpoint holds the run's end: from an older one its last epochs would be computed with
    /// another schedule.
    /// </summary>
    /// <exception cref="RunFolderException">The checkpoint is gone or damaged; the text names it.</exception>
    public void RequireEnd()
    {
        var end = In(System.IO.Path.Combine(RunConfiguration.CheckpointsName, CheckpointRing.NameOf(Options.Epochs, 0)));
        const string Cure = "more epochs go on from this checkpoint alone; put a whole copy of it back, or begin another run";
        if (!File.Exists(end)) throw new RunFolderException($"{end}: is gone, and {Cure}");
        try
        {
            CheckpointFile.Open(end).Dispose();
        }
        catch (CheckpointException e)
        {
            throw new RunFolderException($"{e.Message}, and {Cure}", e);
        }
    }

    /// <summary>Refuses options that would change what the run computes, but for more epochs, which a run that is done may have.</summary>
    /// <exception cref="RunFolderException">One differs; the message names it with both values.</exception>
    public void RequireSame(TOptions options)
    {
        if (options.Epochs > Options.Epochs) options = options with { Epochs = Options.Epochs };
        if (table.Difference(Options, options) is { } field)
            throw new RunFolderException(
                $"{Path}: was begun with {field.Name} {field.Show(Options)}, not {field.Show(options)}; leave that option out, "
                + "or begin another run");
    }

    /// <summary>Refuses to look for data that is gone.</summary>
    /// <exception cref="RunFolderException">It is not where the options say.</exception>
    public void RequireDataThere(TOptions options) => RunConfiguration.RequireDataThere(Path, options.Data, Again);

    /// <summary>Takes the place where the run's data lies now, and more epochs, if they are others than before.</summary>
    /// <param name="options">The current options.</param>
    /// <param name="data">Takes the fingerprint of what lies there.</param>
    /// <param name="ring">The run's checkpoints.</param>
    /// <exception cref="CheckpointException">Other data lies there; the text says by what it differs.</exception>
    /// <exception cref="RunFolderException">The configuration cannot be written.</exception>
    public void Adopt(TOptions options, Func<DataFingerprint> data, CheckpointRing ring)
    {
        if (options.Data != Options.Data) ring.RequireData(data());
        else if (options.Epochs <= Options.Epochs) return;
        var adopted = Options with { Data = options.Data, Epochs = Math.Max(options.Epochs, Options.Epochs) };
        Try("the configuration", () => Write(RunConfiguration.FileName, table.Format(adopted) + "\n"));
        Options = adopted;
    }

    /// <summary>Lets other processes in again.</summary>
    public void Dispose()
    {
        held.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Does something to the folder's files, and says what to do when the disk is full or gone.</summary>
    internal void Try(string what, Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFolderException(
                $"{Path}: {what} cannot be written ({e.Message.TrimEnd('.')}); make room, then go on with: {Again}", e);
        }
    }

    /// <summary>Every option with its value, in the order in which they are shown.</summary>
    internal IEnumerable<OptionValue> Shown(TOptions options) =>
        table.All.Select(field => new OptionValue(field.Name, field.Show(options)));

    /// <summary>Names of the candidate operations that alphas are written for; none where there are no alphas.</summary>
    internal virtual IReadOnlyList<string> Operations => [];

    /// <summary>Puts the events of a log together.</summary>
    internal abstract THistory Read(IReadOnlyCollection<RunEvent> events);

    /// <summary>What comes out otherwise than the log has it of the first time; null where nothing does.</summary>
    internal virtual string? Contradiction(RunEvent value, IReadOnlyCollection<RunEvent> events) => null;

    /// <summary>Writes what only a run that is done has.</summary>
    internal abstract void WriteResult(TResult result, Action<string> warn);

    /// <summary>What ended the run before its last epoch, though it is done; null for nothing.</summary>
    internal virtual string? Ending(TResult result) => null;

    /// <summary>The history with the epochs of the result: a log that was lost in between has not all of them.</summary>
    internal abstract THistory WithEpochs(THistory history, TResult result);

    /// <summary>Writes the report's file.</summary>
    private protected abstract void Report(THistory history);

    /// <summary>Writes a file of the run as a whole.</summary>
    private protected void Write(string name, string text) => WholeFile.Write(In(name), text);

    /// <summary>A file of the run.</summary>
    private protected string In(string name) => System.IO.Path.Combine(Path, name);
}
