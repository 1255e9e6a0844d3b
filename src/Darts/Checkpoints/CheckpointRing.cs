using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Files;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Checkpoints;

/// <summary>The newest few checkpoints of a run, in one folder. A damaged one is passed over for the one before it.</summary>
public sealed class CheckpointRing
{
    private readonly string folder;
    private readonly int keep;
    private readonly Action<string> warn;

    /// <summary>A ring of at most <paramref name="keep"/> files in <paramref name="folder"/>, which is made if need be.</summary>
    /// <param name="folder">Where the files are.</param>
    /// <param name="keep">How many stay.</param>
    /// <param name="warn">Takes a line for each checkpoint that cannot be used.</param>
    /// <exception cref="CheckpointException">The folder cannot be made.</exception>
    public CheckpointRing(string folder, int keep, Action<string>? warn = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(keep);
        (this.folder, this.keep, this.warn) = (folder, keep, warn ?? (_ => { }));
        try
        {
            Directory.CreateDirectory(folder);
            WholeFile.Sweep(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"{folder}: cannot be made ({e.Message}); choose another --out", e);
        }
    }

    private CheckpointRing(string folder) => (this.folder, keep, warn) = (folder, 1, _ => { });

    /// <summary>A ring that another process writes, to go on from; the folder is left as it is.</summary>
    internal static CheckpointRing ToRead(string folder) => new(folder);

    /// <summary>The files, newest first.</summary>
    public IReadOnlyList<string> Files => In(folder);

    /// <summary>Refuses data that the newest checkpoint was not computed on, before anything else is done.</summary>
    /// <exception cref="CheckpointException">It differs; the text says by what.</exception>
    internal void RequireData(DataFingerprint data)
    {
        foreach (var path in Files)
        {
            try
            {
                using var file = SafetensorsFile.Open(path);
                CheckpointData.Require(file, data, _ => { });
                return;
            }
            catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                // It is reported when a checkpoint to go on from is looked for.
            }
        }
    }

    /// <summary>The checkpoints in a folder, newest first; none where there is no such folder.</summary>
    internal static IReadOnlyList<string> In(string folder) =>
        Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, "checkpoint-*.safetensors").OrderDescending(StringComparer.Ordinal)]
            : [];

    /// <summary>Name of the checkpoint before a step.</summary>
    internal static string NameOf(int epoch, int step) => $"checkpoint-{epoch:D5}-{step:D7}.safetensors";

    /// <summary>Writes one checkpoint and removes the oldest beyond the ring.</summary>
    /// <returns>File name and size.</returns>
    /// <exception cref="CheckpointException">It cannot be written; earlier ones are unharmed.</exception>
    internal (string File, long Bytes) Save(int epoch, int step, SafetensorsWriter contents)
    {
        var name = NameOf(epoch, step);
        var bytes = CheckpointFile.Write(Path.Combine(folder, name), contents);
        // A newer file is one that was passed over because it is damaged; it must not count, or it would push whole ones out.
        foreach (var old in Files.SkipWhile(path => Path.GetFileName(path) != name).Skip(keep)) File.Delete(old);
        return (name, bytes);
    }

    /// <summary>Takes a line for each checkpoint that cannot be used.</summary>
    internal void Warn(string line) => warn(line);

    /// <summary>Restores the newest checkpoint that is whole; null where the folder has none.</summary>
    /// <exception cref="CheckpointException">All are damaged, or the newest whole one belongs to another run.</exception>
    internal TPosition? Load<TPosition>(Func<SafetensorsFile, TPosition> restore)
        where TPosition : class
    {
        CheckpointException? last = null;
        foreach (var path in Files)
        {
            try
            {
                using var file = CheckpointFile.Open(path);
                return restore(file);
            }
            catch (CheckpointException e) when (e.InnerException is not null)
            {
                warn(e.Message);
                last = e;
            }
        }

        return last is null
            ? null
            : throw new CheckpointException($"{folder}: no checkpoint can be used; the last fault was: {last.Message}");
    }
}
