using System.Security.Cryptography;
using MIOpenDarts.Darts.Files;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Checkpoints;

/// <summary>
/// A safetensors file that carries a hash of itself and appears under its name only when it is whole: written to a temporary name,
/// forced to the disk, then renamed.
/// </summary>
internal static class CheckpointFile
{
    private const string HashName = "sha256";

    /// <summary>Writes the file and returns its size in bytes.</summary>
    /// <exception cref="CheckpointException">The folder cannot be written or is full; what was there stays.</exception>
    public static long Write(string path, SafetensorsWriter writer)
    {
        writer.AddMetadata(HashName, HashOf(writer));
        try
        {
            return WholeFile.Write(path, writer.WriteTo, lasting: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(
                $"{path}: cannot be written ({e.Message}); make room or choose another --out. Earlier checkpoints are unharmed", e);
        }
    }

    /// <summary>Opens a file whose contents are what was written.</summary>
    /// <exception cref="CheckpointException">It is damaged or something else.</exception>
    public static SafetensorsFile Open(string path)
    {
        SafetensorsFile? file = null;
        try
        {
            file = SafetensorsFile.Open(path);
            if (!file.Metadata.TryGetValue(HashName, out var expected)) throw new InvalidDataException("it carries no hash");
            if (HashOf(file) != expected) throw new InvalidDataException("its contents do not match its hash");
            return file;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw new CheckpointException($"{path}: damaged or not a checkpoint ({e.Message})", e);
        }
    }

    private static string HashOf(SafetensorsFile file)
    {
        var copy = new SafetensorsWriter();
        foreach (var (name, value) in file.Metadata)
            if (name != HashName) copy.AddMetadata(name, value);
        foreach (var name in file.Names)
        {
            long[] shape = [.. file[name].Shape];
            switch (file[name].Type)
            {
                case SafetensorsType.F32: copy.Add<float>(name, shape, file.ReadSingle(name)); break;
                case SafetensorsType.F64: copy.Add<double>(name, shape, file.ReadDouble(name)); break;
                case SafetensorsType.I64: copy.Add<long>(name, shape, file.ReadInt64(name)); break;
                default: throw new InvalidDataException($"'{name}' has type {file[name].Type}, which no checkpoint uses");
            }
        }

        return HashOf(copy);
    }

    private static string HashOf(SafetensorsWriter writer)
    {
        using var sha = SHA256.Create();
        using (var sink = new CryptoStream(Stream.Null, sha, CryptoStreamMode.Write)) writer.WriteTo(sink);
        return Convert.ToHexString(sha.Hash!);
    }
}
