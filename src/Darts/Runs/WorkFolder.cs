using System.Text.Json;
using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Files;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Reports;

namespace MIOpenDarts.Darts.Runs;

/// <summary>What the folders of all kinds of runs have in common: configuration, environment, log, checkpoints, report; one process at a time works in it.</summary>
/// <typeparam name="TOptions">What such a run is told.</typeparam>
/// <typeparam name="THistory">What its log tells.</typeparam>
public abstract class WorkFolder<TOptions, THistory> : IDisposable
    where TOptions : RunOptions
    where THistory : class, IRunHistory
{
    private readonly RunKind kind;
    private readonly FileStream held;

    private protected WorkFolder(RunKind kind, string path, TOptions options, FileStream held) =>
        (this.kind, Path, Options, this.held) = (kind, path, options, held);

    /// <summary>The options that the run was begun with, or was given more epochs with.</summary>
    public TOptions Options { get; private set; }

    /// <summary>Where it is.</summary>
    public string Path { get; }

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
    internal string? NewestCheckpoint => CheckpointRing.In(In(RunConfiguration.CheckpointsName)) is [var newest, ..] ? System.IO.Path.GetFileName(newest) : null;

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
        foreach (var (then, now) in Shown(Options).Zip(Shown(options)))
        {
            if (then.Value == now.Value || !HasEffect(then.Name) || (then.Name == "epochs" && options.Epochs > Options.Epochs)) continue;
            throw new RunFolderException($"{Path}: was begun with {then.Name} {then.Value}, not {now.Value}; leave that option out, or begin another run");
        }
    }

    /// <summary>Refuses to look for data that is gone.</summary>
    /// <exception cref="RunFolderException">It is not where the options say.</exception>
    public void RequireDataThere(TOptions options) => RunConfiguration.RequireDataThere(Path, options.Data, kind.Resume(Path));

    /// <summary>Takes the place where the run's data lies now, and more epochs, if they are others than before.</summary>
    /// <param name="options">The options in force.</param>
    /// <param name="data">Takes the fingerprint of what lies there.</param>
    /// <param name="ring">The run's checkpoints.</param>
    /// <exception cref="CheckpointException">Other data lies there; the text says by what it differs.</exception>
    /// <exception cref="RunFolderException">The configuration cannot be written.</exception>
    public void Adopt(TOptions options, Func<DataFingerprint> data, CheckpointRing ring)
    {
        if (options.Data != Options.Data) ring.RequireData(data());
        else if (options.Epochs <= Options.Epochs) return;
        var adopted = With(Options, options.Data, Math.Max(options.Epochs, Options.Epochs));
        Try("the configuration", () => Write(RunConfiguration.FileName, Format(adopted) + "\n"));
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
                $"{Path}: {what} cannot be written ({e.Message.TrimEnd('.')}); make room, then go on with: {kind.Resume(Path)}", e);
        }
    }

    /// <summary>Every option with its value, in the order in which they are shown.</summary>
    internal abstract IEnumerable<OptionValue> Shown(TOptions options);

    /// <summary>All options as the text of the configuration.</summary>
    private protected abstract string Format(TOptions options);

    /// <summary>Whether a run computes something else when this option changes.</summary>
    private protected abstract bool HasEffect(string option);

    /// <summary>Options with another place of the data and other epochs.</summary>
    private protected abstract TOptions With(TOptions options, string data, int epochs);

    /// <summary>Writes the report's file.</summary>
    private protected abstract void Report(THistory history);

    /// <summary>Writes a file of the run as a whole.</summary>
    private protected void Write(string name, string text) => WholeFile.Write(In(name), text);

    /// <summary>A file of the run.</summary>
    private protected string In(string name) => System.IO.Path.Combine(Path, name);
}
