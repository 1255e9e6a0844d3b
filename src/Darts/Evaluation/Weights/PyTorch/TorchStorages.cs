using System.Buffers.Binary;
using System.Collections;
using System.IO.Compression;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Data.Python;

namespace MIOpenDarts.Darts.Evaluation.Weights.PyTorch;

/// <summary>The object that was saved and the numbers of its tensors.</summary>
internal abstract class TorchStorages : IDisposable
{
    /// <summary>Bytes of a pickle; those of networks have some hundred kilobytes.</summary>
    private protected const long MostPickle = 64 << 20;

    /// <summary>What was saved.</summary>
    public required object? Root { get; init; }

    /// <summary>Bytes that the file has for a storage; 0 for none.</summary>
    public abstract long LengthOf(TorchStorage storage);

    /// <summary>Reads bytes of a storage. One thread at a time.</summary>
    /// <exception cref="InvalidDataException">They are not there.</exception>
    public abstract void Read(TorchStorage storage, long offset, Span<byte> bytes);

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>A zip archive with <c>data.pkl</c> and <c>data/0</c>, <c>data/1</c>, … below one folder.</summary>
internal sealed class ZipStorages : TorchStorages
{
    private readonly ZipArchive zip;
    private readonly string prefix;

    private ZipStorages(ZipArchive zip, string prefix) => (this.zip, this.prefix) = (zip, prefix);

    /// <summary>Opens an archive; null for one of another kind.</summary>
    public static ZipStorages? Open(string path, Stream stream)
    {
        var zip = new ZipArchive(stream, ZipArchiveMode.Read);
        if (zip.Entries.FirstOrDefault(entry => entry.FullName.EndsWith("/data.pkl", StringComparison.Ordinal)) is not { } pickle)
            return null;
        var prefix = pickle.FullName[..^"data.pkl".Length];
        if (zip.GetEntry(prefix + "byteorder") is { } order && Text(order) == "big")
            throw new DataException($"{path}: was written on a machine with big-endian numbers; save it again on another");
        var most = Math.Min(MostPickle, pickle.CompressedLength * DataFile.MaxExpansion);
        if (pickle.Length > most) throw new DataException($"{path}: says that data.pkl has {pickle.Length} bytes, more than {most}");
        var bytes = new byte[pickle.Length];
        using (var content = pickle.Open()) content.ReadExactly(bytes);
        using var unpickler = new TorchUnpickler();
        return new ZipStorages(zip, prefix) { Root = unpickler.Read(path, new MemoryStream(bytes)) };
    }

    public override long LengthOf(TorchStorage storage) =>
        zip.GetEntry($"{prefix}data/{storage.Key}") is { } entry
            ? Math.Min(entry.Length, entry.CompressedLength * DataFile.MaxExpansion)
            : 0;

    public override void Read(TorchStorage storage, long offset, Span<byte> bytes)
    {
        using var content = zip.GetEntry($"{prefix}data/{storage.Key}")!.Open();
        var skipped = new byte[(int)Math.Min(offset, 1 << 16)];
        for (; offset > 0; offset -= skipped.Length)
        {
            if (offset < skipped.Length) skipped = skipped[..(int)offset];
            content.ReadExactly(skipped);
        }

        content.ReadExactly(bytes);
    }

    public override void Dispose() => zip.Dispose();

    private static string Text(ZipArchiveEntry entry)
    {
        using var reader = new StreamReader(entry.Open());
        var text = new char[16];
        return new string(text, 0, reader.ReadBlock(text)).Trim();
    }
}

/// <summary>
/// Pickles one after another: a magic number, the version, facts of the machine, the object, and the keys of the storages, whose numbers
/// follow, each with their count before them.
/// </summary>
internal sealed class OldStorages : TorchStorages
{
    private const int Version = 1001;
    private readonly FileStream stream;
    private readonly Dictionary<string, (long Start, long Length)> places = [];

    private OldStorages(FileStream stream) => this.stream = stream;

    /// <summary>Opens a file that begins with the magic number.</summary>
    public static OldStorages Open(string path, FileStream stream)
    {
        object? Next()
        {
            // Each pickle has a memory of its own.
            using var unpickler = new TorchUnpickler();
            return unpickler.Read(path, stream);
        }

        Next();
        if (Next() is not Version) throw new DataException($"{path}: is of a version of torch.save that is not known; save it again");
        if (Next() is IDictionary facts && facts["little_endian"] is false)
            throw new DataException($"{path}: was written on a machine with big-endian numbers; save it again on another");
        var (used, root) = (new Dictionary<string, TorchStorage>(), (object?)null);
        using (var unpickler = new TorchUnpickler())
        {
            root = unpickler.Read(path, stream);
            foreach (var storage in unpickler.Storages) used[storage.Key] = storage;
        }

        var storages = new OldStorages(stream) { Root = root };
        foreach (var key in Next() as IList ?? throw new DataException($"{path}: has no list of its storages; fetch it again"))
            storages.Place(path, SafePickle.Text(key) ?? "", used);
        return storages;
    }

    public override long LengthOf(TorchStorage storage) => places.TryGetValue(storage.Key, out var place) ? place.Length : 0;

    public override void Read(TorchStorage storage, long offset, Span<byte> bytes)
    {
        stream.Position = places[storage.Key].Start + offset;
        stream.ReadExactly(bytes);
    }

    public override void Dispose() => stream.Dispose();

    private void Place(string path, string key, Dictionary<string, TorchStorage> used)
    {
        Span<byte> count = stackalloc byte[8];
        stream.ReadExactly(count);
        var (numbers, left) = (BinaryPrimitives.ReadInt64LittleEndian(count), stream.Length - stream.Position);
        // A storage that no tensor uses has no type, and so its bytes cannot be found.
        if (!used.TryGetValue(key, out var storage) || numbers < 0 || numbers > left / storage.Width)
            throw new DataException(
                $"{path}: says that a storage has {numbers} numbers in {left} bytes; it is cut off or damaged, fetch it again");
        places[key] = (stream.Position, numbers * storage.Width);
        stream.Position += numbers * storage.Width;
    }
}
