using System.Buffers.Binary;

namespace MIOpenDarts.Layers.Tensors;

/// <summary>Recognises by its first bytes what else a file of weights may be, so that the refusal can name it with the cure.</summary>
internal static class ForeignFormat
{
    /// <summary>Bytes that are looked at.</summary>
    public const int HeadBytes = 512;

    private const string SaveFile =
        "save its state dict by safetensors.torch.save_file(model.state_dict(), \"weights.safetensors\") in Python, and give that file";
    private const int ZipNameLength = 26;
    private const int ZipName = 30;

    /// <summary>What the file is and what to do; null where nothing tells, and where it may be a safetensors file.</summary>
    public static string? Describe(ReadOnlySpan<byte> head)
    {
        // The length of a header may look like any format; the bracket after it is the format's own mark.
        if (head.Length > 8 && head[8] == '{') return null;
        if (head.StartsWith("PK\u0003\u0004"u8)) return OfZip(head);
        if (head is [0x80, >= 1 and <= 5, ..]) return $"a pickle, as torch.save of PyTorch before 1.6 writes it; {SaveFile}";
        if (head is [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', ..])
            return "a NumPy array (.npy), one tensor without a name; write all by safetensors.numpy.save_file";
        if (head is [0x89, (byte)'H', (byte)'D', (byte)'F', ..])
            return "an HDF5 file, as Keras writes it; only networks of the official PyTorch code can be read, as safetensors";
        if (head.StartsWith("GGUF"u8)) return "a GGUF file, which holds a language model";
        if (head is [0x1f, 0x8b, ..]) return "a gzip archive; unpack it first";
        if (head.Length > 262 && head[257..].StartsWith("ustar"u8)) return "a tar archive; unpack it first";
        if (head.Length > 8 && head[4..].StartsWith("TFL3"u8))
            return "a TensorFlow Lite model; only networks of the official PyTorch code can be read, as safetensors";
        if (head.StartsWith("version https://git-lfs"u8)) return "a pointer of Git LFS, not the file itself; fetch it by: git lfs pull";
        if (head.TrimStart(" \t\r\n"u8).StartsWith("<"u8)) return "a web page or XML; download the file itself";
        // A model begins with its IR version and then a text or the operator sets.
        if (head is [0x08, >= 1 and <= 32, 0x12 or 0x1a or 0x3a or 0x42, ..])
            return $"an ONNX model, which has no names of the official code; {SaveFile}";
        return null;
    }

    private static string OfZip(ReadOnlySpan<byte> head)
    {
        // The name of the first member.
        var name = head.Length > ZipName ? head.Slice(ZipName,
            Math.Min(head.Length - ZipName, BinaryPrimitives.ReadUInt16LittleEndian(head[ZipNameLength..]))) : default;
        return name.EndsWith(".npy"u8)
            ? "a NumPy archive (.npz); write its arrays by safetensors.numpy.save_file in Python, and give that file"
            : $"a zip archive, as torch.save of PyTorch writes it (.pt, .pth, .pth.tar); {SaveFile}";
    }
}
