using System.Text.Json;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Checkpoints;

/// <summary>The data that a checkpoint was computed on, as its fingerprint in the file.</summary>
internal static class CheckpointData
{
    private const string Key = "data";

    /// <summary>Writes the fingerprint of the data, where it is known.</summary>
    public static void Write(SafetensorsWriter writer, DataFingerprint? data)
    {
        if (data is not null) writer.AddMetadata(Key, data.Format());
    }

    /// <summary>Refuses to go on with other data.</summary>
    /// <param name="file">The checkpoint.</param>
    /// <param name="now">The data at hand; null for nothing to compare with.</param>
    /// <param name="warn">Takes a line where the checkpoint does not say on what it was computed.</param>
    /// <exception cref="CheckpointException">The data differs; the text says by what.</exception>
    public static void Require(SafetensorsFile file, DataFingerprint? now, Action<string> warn)
    {
        if (now is null) return;
        if (!file.Metadata.TryGetValue(Key, out var written))
        {
            warn($"{file.Path} was written without a fingerprint of its data: whether this is the same cannot be checked");
            return;
        }

        if (Parse(file.Path, written).Difference(now) is { } difference)
            throw new CheckpointException($"{file.Path}: was computed on other data: {difference}; "
                + "give the folder that has the same by --data, or begin another run");
    }

    private static DataFingerprint Parse(string path, string written)
    {
        try
        {
            return DataFingerprint.Parse(written);
        }
        catch (JsonException e)
        {
            throw new CheckpointException($"{path}: its fingerprint of the data is damaged ({e.Message})", e);
        }
    }
}
