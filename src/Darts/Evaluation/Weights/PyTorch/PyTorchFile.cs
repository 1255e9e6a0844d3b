using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Files;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Evaluation.Weights.PyTorch;

/// <summary>
/// What <c>torch.save</c> wrote, a state dict or a checkpoint with one in it: since PyTorch 1.6 a zip archive, before it pickles one after
/// another. Nothing in it is evaluated; tensors are read when they are asked for.
/// </summary>
internal static class PyTorchFile
{
    // The first pickle of the old form: the number 0x1950a86a20f9469cfc6c.
    private static ReadOnlySpan<byte> OldMagic =>
        [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, (byte)'.'];

    /// <summary>Opens a file; null where its first bytes are of another format.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or has objects that weights do not need.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SafetensorsFile? Open(string path)
    {
        if (RegularFile.Length(path) is null or 0) return null;
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            var head = new byte[OldMagic.Length];
            var read = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            stream.Position = 0;
            if (head.AsSpan(0, read).StartsWith("PK\u0003\u0004"u8) && ZipStorages.Open(path, stream) is { } zip) return Read(path, zip);
            if (head.AsSpan(0, read).SequenceEqual(OldMagic)) return Read(path, OldStorages.Open(path, stream));
            stream.Dispose();
            return null;
        }
        catch (Exception e) when (e is DataException or InvalidDataException or EndOfStreamException or OverflowException)
        {
            stream.Dispose();
            throw e is DataException ? new InvalidDataException(e.Message, e) : Damaged(path, e);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    private static InvalidDataException Damaged(string path, Exception e) => e.Message.StartsWith(path, StringComparison.Ordinal)
        ? new InvalidDataException(e.Message, e)
        : new InvalidDataException(
            $"{path}: the file cannot be read ({OneLine.Of(UnreadableFile.Why(path, e))}); it is cut off or damaged, fetch it again", e);

    private static SafetensorsFile Read(string path, TorchStorages storages)
    {
        var (tensors, entries, offset) = (new Dictionary<long, TorchTensor>(), new List<SafetensorsEntry>(), 0L);
        foreach (var (name, tensor) in TorchNames.Of(path, storages.Root))
        {
            if (tensor.Check(storages.LengthOf(tensor.Storage)) is { } fault)
                throw new InvalidDataException($"{path}: tensor '{OneLine.Of(name)}' {fault}");
            tensors[offset] = tensor;
            entries.Add(new SafetensorsEntry(name, tensor.Storage.Type, tensor.Shape, offset, tensor.ByteCount));
            // Each has offsets of its own, also one without elements.
            offset = checked(offset + tensor.ByteCount + 1);
        }

        if (entries.Count == 0) throw new InvalidDataException($"{path}: there are no tensors in it; save model.state_dict()");
        var starts = entries.ConvertAll(entry => entry.Offset);
        var gate = new Lock();
        return SafetensorsFile.From(path, entries, Fill, storages);

        void Fill(long from, Span<byte> bytes)
        {
            var start = starts[starts.BinarySearch(from) is >= 0 and var exact ? exact : ~starts.BinarySearch(from) - 1];
            try
            {
                lock (gate) tensors[start].Read(storages, bytes, from - start);
            }
            catch (Exception e) when (e is IOException or InvalidDataException)
            {
                throw Damaged(path, e);
            }
        }
    }
}
