using System.Text.Json;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Files;

namespace MIOpenDarts.Darts.Runs;

/// <summary>The configuration in a run folder: it comes first and says what kind of run the folder holds.</summary>
internal static class RunConfiguration
{
    /// <summary>The file that makes a folder that of a study over several seeds.</summary>
    public const string StudyName = "seeds.json";

    /// <summary>Name of the file.</summary>
    public const string FileName = "config.json";

    /// <summary>Name of the folder of a run's checkpoints.</summary>
    public const string CheckpointsName = "checkpoints";

    /// <summary>
    /// Makes the folder of a new run or study, takes its lock and writes its options. What else is in the folder stays.
    /// </summary>
    /// <param name="path">The folder.</param>
    /// <param name="name">Name of the file that says what the folder holds.</param>
    /// <param name="text">Its contents.</param>
    /// <param name="first">Writes what a run cannot do without: where it is stopped in that, no run was begun. Null for nothing.</param>
    /// <exception cref="RunFolderException">It cannot be written, or holds a run already.</exception>
    public static FileStream Begin(string path, string name, string text, Action? first = null)
    {
        RequireNew(path);
        FileStream? held = null;
        try
        {
            Directory.CreateDirectory(path);
            held = RunLock.Take(path);
            RequireNew(path);
            first?.Invoke();
            WholeFile.Write(Path.Combine(path, name), text.TrimEnd('\n') + "\n");
            return held;
        }
        catch (Exception e)
        {
            held?.Dispose();
            if (e is IOException or UnauthorizedAccessException)
                throw new RunFolderException(
                    $"{path}: the run folder cannot be written ({e.Message.TrimEnd('.')}); choose another --out", e);
            throw;
        }
    }

    /// <summary>Whether a folder is that of a study.</summary>
    public static bool IsStudy(string path) => File.Exists(Path.Combine(path, StudyName));

    /// <summary>Takes the lock of an earlier run or study, and removes what it left unfinished.</summary>
    /// <exception cref="RunFolderException">It cannot be written, or another process works in it.</exception>
    public static FileStream Hold(string path) => Opened(path, "readable and writable", () =>
    {
        var held = RunLock.Take(path);
        try
        {
            WholeFile.Sweep(path);
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    });

    /// <summary>
    /// Does something in the folder of a study while no other process does: several may work on its seeds. Removes what was left
    /// unfinished.
    /// </summary>
    /// <exception cref="RunFolderException">The folder cannot be written, or another process keeps it.</exception>
    public static void Within(string path, Action action) => Opened(path, "readable and writable", () =>
    {
        using var held = RunLock.Await(path);
        WholeFile.Sweep(path);
        action();
        return true;
    });

    /// <summary>Writes the options of a study into its folder, which is made where it is not there.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="text">Makes the text from the one that is there; null where there is none.</param>
    /// <exception cref="RunFolderException">It cannot be written, or holds a run.</exception>
    public static void Join(string path, Func<string?, string> text)
    {
        var file = Path.Combine(path, StudyName);
        Opened(path, "writable", () => Directory.CreateDirectory(path));
        Within(path, () =>
        {
            if (!IsStudy(path)) RequireNew(path);
            var there = IsStudy(path) ? File.ReadAllText(file) : null;
            if (text(there).TrimEnd('\n') + "\n" is var now && now != there) WholeFile.Write(file, now);
        });
    }

    /// <summary>The options of an earlier run, which may be under way.</summary>
    /// <param name="path">Its folder.</param>
    /// <param name="kind">The kind it must be of.</param>
    /// <param name="parse">Reads a text with a name for messages.</param>
    /// <exception cref="RunFolderException">There is no run in the folder, it is of another kind, or it cannot be read.</exception>
    public static TOptions Read<TOptions>(string path, RunKind kind, Func<string, string, TOptions> parse)
    {
        var file = FileOf(path);
        if (!File.Exists(file)) throw new RunFolderException($"{path}: there is no run in this folder (no config.json); {kind.Wanted}");
        var text = Opened(path, "readable", () => File.ReadAllText(file));
        var written = KindOf(text);
        return written is null || written == kind
            ? parse(text, file)
            : throw new RunFolderException($"{path}: was written by {written.Command}, not by {kind.Command}; {written.Uses(path)}");
    }

    /// <summary>The kind of run in a folder; null where there is none, or its configuration does not say.</summary>
    /// <exception cref="RunFolderException">The configuration cannot be read.</exception>
    public static RunKind? KindAt(string path) =>
        File.Exists(FileOf(path)) ? KindOf(Opened(path, "readable", () => File.ReadAllText(FileOf(path)))) : null;

    /// <summary>Refuses to look for a run's data that is gone.</summary>
    /// <param name="path">The run's folder.</param>
    /// <param name="data">Name of its data, or the folder where it lay.</param>
    /// <param name="resume">The command that goes on with the run.</param>
    /// <exception cref="RunFolderException">It is gone; the text says how to name its place.</exception>
    public static void RequireDataThere(string path, string data, string resume)
    {
        if (!string.Equals(data, DataSource.FashionMnistSlice, StringComparison.OrdinalIgnoreCase) && !Path.Exists(data))
            throw new RunFolderException($"{path}: its data, {data}, is not there; say where it lies now by: {resume} --data FOLDER");
    }

    /// <summary>Refuses a folder in which a run or a study was begun before.</summary>
    /// <exception cref="RunFolderException">It holds one.</exception>
    public static void RequireNew(string path)
    {
        if (File.Exists(FileOf(path)) || File.Exists(Path.Combine(path, "log.jsonl")) || IsStudy(path)
            || Directory.Exists(Path.Combine(path, CheckpointsName)))
            throw new RunFolderException($"{path}: holds a run already; go on with it by --resume {path}, or choose another --out");
    }

    private static string FileOf(string path) => Path.Combine(path, FileName);

    private static T Opened<T>(string path, string need, Func<T> open)
    {
        try
        {
            return open();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFolderException($"{path}: the run cannot be opened ({e.Message.TrimEnd('.')}); make the folder {need}", e);
        }
    }

    // Null where nothing says it: whoever parses the options reports what is wrong then.
    private static RunKind? KindOf(string configuration)
    {
        try
        {
            using var document = JsonDocument.Parse(configuration);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return null;
            var kinds = RunKind.All.Where(kind => document.RootElement.TryGetProperty(kind.OwnOption, out _)).ToList();
            return kinds.Count == 1 ? kinds[0] : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
