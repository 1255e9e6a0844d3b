using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MIOpenDarts.Layers.Tensors;

/// <summary>
/// A safetensors file opened for reading: an 8-byte little-endian header length, a JSON header, raw little-endian data.
/// The header is checked in full when the file is opened; tensors are read on request, from any thread.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    private const int LengthBytes = 8;
    private const int ChunkBytes = 1 << 24;

    private readonly IDisposable owner;
    private readonly Action<long, Span<byte>> fill;
    private readonly Dictionary<string, SafetensorsEntry> entries;

    private SafetensorsFile(string path, IDisposable owner, Action<long, Span<byte>> fill, IReadOnlyList<SafetensorsEntry> list,
        Dictionary<string, string> metadata)
    {
        (Path, this.owner, this.fill) = (path, owner, fill);
        entries = list.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
        Names = [.. list.Select(entry => entry.Name)];
        Metadata = metadata;
    }

    /// <summary>The tensors of a file of another format, read on request as those of a safetensors file are.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">Its tensors, each in a range of offsets of its own.</param>
    /// <param name="fill">Reads so many bytes from an offset on; called from any thread.</param>
    /// <param name="owner">What is disposed of with the file.</param>
    internal static SafetensorsFile From(
        string path, IReadOnlyList<SafetensorsEntry> tensors, Action<long, Span<byte>> fill, IDisposable owner) =>
        new(path, owner, fill, tensors, []);

    /// <summary>The file's path as it was given.</summary>
    public string Path { get; }

    /// <summary>Names of the tensors in the order of their data.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The strings under <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Type, shape and place of a tensor.</summary>
    /// <exception cref="InvalidDataException">There is no such tensor.</exception>
    public SafetensorsEntry this[string name] => entries.TryGetValue(name, out var entry)
        ? entry
        : throw new InvalidDataException($"{Path}: there is no tensor '{name}' among its {entries.Count}");

    /// <summary>Opens a file and checks its header: type names, sizes, no hole, no overlap, exact end.</summary>
    /// <exception cref="InvalidDataException">The file is not a sound safetensors file; the message names the offending tensor.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SafetensorsFile Open(string path)
    {
        if (IsEmptyOrEndless(path))
            throw new InvalidDataException($"{path}: the file is empty, or it is a pipe or a device; give a safetensors file");
        var handle = File.OpenHandle(path);
        try
        {
            var fileBytes = RandomAccess.GetLength(handle);
            Span<byte> length = stackalloc byte[LengthBytes];
            RefuseForeign(handle, fileBytes, path);
            if (fileBytes < LengthBytes) throw new InvalidDataException($"{path}: {fileBytes} bytes are too few for a safetensors file");
            Fill(handle, length, 0, path);
            var headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(length);
            if (headerBytes > SafetensorsHeader.MaxBytes)
                throw new InvalidDataException(
                    $"{path}: a header of {headerBytes} bytes is over the format's limit of {SafetensorsHeader.MaxBytes}; is this a " +
                        $"safetensors file?");
            if (headerBytes > (ulong)(fileBytes - LengthBytes))
                throw new InvalidDataException(
                    $"{path}: the header should have {headerBytes} bytes, but the file ends after {fileBytes - LengthBytes}: it is " +
                    $"truncated");

            var json = new byte[(int)headerBytes];
            Fill(handle, json, LengthBytes, path);
            var dataStart = LengthBytes + (long)headerBytes;
            var (list, metadata) = SafetensorsHeader.Parse(json, fileBytes - dataStart, path);
            return new SafetensorsFile(path, handle, (offset, bytes) => Fill(handle, bytes, dataStart + offset, path), list, metadata);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Whether the file holds a tensor of this name.</summary>
    public bool Contains(string name) => entries.ContainsKey(name);

    /// <summary>Reads an F64 tensor, row-major.</summary>
    /// <exception cref="InvalidDataException">There is no such tensor, or it has another type.</exception>
    public double[] ReadDouble(string name) => Read<double>(name);

    /// <summary>Reads an F32 tensor, row-major.</summary>
    /// <exception cref="InvalidDataException">There is no such tensor, or it has another type.</exception>
    public float[] ReadSingle(string name) => Read<float>(name);

    /// <summary>Reads an I64 tensor, row-major.</summary>
    /// <exception cref="InvalidDataException">There is no such tensor, or it has another type.</exception>
    public long[] ReadInt64(string name) => Read<long>(name);

    /// <summary>Reads a tensor of float, double, half, long, ulong, int or byte, row-major.</summary>
    /// <exception cref="InvalidDataException">There is no such tensor, or it has another type.</exception>
    public T[] Read<T>(string name) where T : unmanaged
    {
        RequireType<T>(this[name]);
        if (this[name].Count > Array.MaxLength)
            throw new InvalidDataException($"{Path}: tensor '{name}' has {this[name].Count} elements, more than an array holds");
        var values = new T[this[name].Count];
        Read<T>(name, values);
        return values;
    }

    /// <summary>Reads numbers of any floating type as <typeparamref name="T"/>, rounded to the nearest.</summary>
    /// <exception cref="InvalidDataException">There is no such tensor, or it has no numbers of such a type.</exception>
    public T[] ReadNumbers<T>(string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => this[name].Type switch
        {
            SafetensorsType.F64 => Array.ConvertAll(ReadDouble(name), T.CreateChecked),
            SafetensorsType.F16 => Array.ConvertAll(Read<Half>(name), T.CreateChecked),
            SafetensorsType.BF16 => Array.ConvertAll(Read<BFloat16>(name), value => T.CreateChecked(value.ToSingle())),
            _ => Array.ConvertAll(ReadSingle(name), T.CreateChecked),
        };

    /// <summary>Reads a tensor into memory that the caller owns.</summary>
    /// <exception cref="InvalidDataException">There is no such tensor, or its type or element count differs from the
    /// destination's.</exception>
    public void Read<T>(string name, Span<T> destination) where T : unmanaged
    {
        var entry = this[name];
        RequireType<T>(entry);
        if (entry.Count != destination.Length)
            throw new InvalidDataException($"{Path}: tensor '{name}' has {entry.Count} elements, not {destination.Length}");

        var offset = entry.Offset;
        var step = ChunkBytes / SafetensorsEntry.SizeOf(entry.Type);
        while (!destination.IsEmpty)
        {
            var chunk = destination[..Math.Min(step, destination.Length)];
            var bytes = MemoryMarshal.AsBytes(chunk);
            fill(offset, bytes);
            offset += bytes.Length;
            destination = destination[chunk.Length..];
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => owner.Dispose();

    private void RequireType<T>(SafetensorsEntry entry) where T : unmanaged
    {
        if (entry.Type != SafetensorsEntry.TypeOf<T>())
            throw new InvalidDataException($"{Path}: tensor '{entry.Name}' is {entry.Type}, not {SafetensorsEntry.TypeOf<T>()}");
    }

    // Pipes and devices say that they have no bytes; opening one may wait without end, and bytes after others cannot be asked of it.
    private static bool IsEmptyOrEndless(string path)
    {
        var file = new FileInfo(path);
        if (file.LinkTarget is null) return file is { Exists: true, Length: 0 };
        // What a link to a pipe names is not there as a file.
        return file.ResolveLinkTarget(returnFinalTarget: true) is not FileInfo { Exists: true, Length: > 0 };
    }

    private static void RefuseForeign(SafeFileHandle handle, long fileBytes, string path)
    {
        Span<byte> head = stackalloc byte[(int)Math.Min(fileBytes, ForeignFormat.HeadBytes)];
        Fill(handle, head, 0, path);
        if (ForeignFormat.Describe(head) is { } format) throw new InvalidDataException($"{path}: is no safetensors file but {format}");
    }

    private static void Fill(SafeFileHandle handle, Span<byte> destination, long offset, string path)
    {
        while (!destination.IsEmpty)
        {
            var read = RandomAccess.Read(handle, destination, offset);
            if (read == 0) throw new InvalidDataException($"{path}: the file became shorter while it was read");
            offset += read;
            destination = destination[read..];
        }
    }
}
