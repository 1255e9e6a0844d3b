using System.Text.Json;
using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Reports.Log;

namespace MIOpenDarts.Darts.Runs;

/// <summary>What the folders of all kinds of runs have in common: configuration, environment, log, checkpoints, report; one process at a time works in it.</summary>
public abstract class WorkFolder : IDisposable
{
    private readonly string command;
    private readonly FileStream held;

    private protected WorkFolder(string path, string command, FileStream held) => (Path, this.command, this.held) = (path, command, held);

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>The log.</summary>
    public string LogFile => In(Path, "log.jsonl");

    /// <summary>The report.</summary>
    public string ReportFile => In(Path, "report.html");

    /// <summary>The run's checkpoints.</summary>
    /// <param name="keep">How many stay.</param>
    /// <param name="warn">Takes a line for each checkpoint that cannot be used.</param>
    /// <exception cref="CheckpointException">The folder cannot be made.</exception>
    public CheckpointRing Checkpoints(int keep, Action<string> warn) => new(In(Path, "checkpoints"), keep, warn);

    /// <summary>Writes what the run computes on now.</summary>
    /// <exception cref="RunFolderException">It cannot be written.</exception>
    public void WriteEnvironment(RunEnvironment environment) => Try("the environment", () =>
        WriteWhole(In(Path, "environment.json"), JsonSerializer.Serialize(environment, RunLogJson.Default.RunEnvironment) + "\n"));

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
                $"{Path}: {what} cannot be written ({e.Message.TrimEnd('.')}); make room, then go on with: miopendarts {command} --resume {Path}", e);
        }
    }

    /// <summary>Makes the folder of a new run, takes its lock and writes its configuration.</summary>
    private protected static FileStream Begin(string path, string configuration)
    {
        RequireNew(path);
        FileStream? held = null;
        try
        {
            Directory.CreateDirectory(path);
            held = RunLock.Take(path);
            RequireNew(path);
            WriteWhole(ConfigOf(path), configuration + "\n");
            return held;
        }
        catch (Exception e)
        {
            held?.Dispose();
            if (e is IOException or UnauthorizedAccessException)
                throw new RunFolderException($"{path}: the run folder cannot be written ({e.Message.TrimEnd('.')}); choose another --out", e);
            throw;
        }
    }

    // A reader, or a resume after a kill, finds the old file or the new one, never half of it.
    private protected static void WriteWhole(string path, string text)
    {
        File.WriteAllText(path + ".tmp", text);
        File.Move(path + ".tmp", path, overwrite: true);
    }

    private protected static string ConfigOf(string path) => In(path, "config.json");

    private protected static string In(string path, string name) => System.IO.Path.Combine(path, name);

    private static void RequireNew(string path)
    {
        if (File.Exists(ConfigOf(path)) || File.Exists(In(path, "log.jsonl")) || Directory.Exists(In(path, "checkpoints")))
            throw new RunFolderException($"{path}: holds a run already; go on with it by --resume {path}, or choose another --out");
    }
}
