using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace MIOpenDarts.Layers.Tensors;

/// <summary>
/// Collects tensors and streams them as one safetensors file. Values are not copied: they are read when
/// <see cref="WriteTo"/> runs. Wider types come first, so that every tensor is aligned for memory mapping.
/// </summary>
public sealed class SafetensorsWriter
{
    private const int ChunkElements = 1 << 20;

    private readonly List<(string Name, SafetensorsType Type, long[] Shape, long Bytes, Action<Stream> Write)> tensors = [];
    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> metadata = new(StringComparer.Ordinal);

    /// <summary>Adds a string to <c>__metadata__</c>, replacing an earlier one of the same name.</summary>
    public void AddMetadata(string name, string value) => metadata[name] = value;

    /// <summary>Adds a tensor of float, double, long, ulong, int or byte, row-major.</summary>
    /// <param name="name">Name, unique in the file and not <c>__metadata__</c>.</param>
    /// <param name="shape">Extents, outermost first; empty for a scalar.</param>
    /// <param name="values">As many values as the shape holds.</param>
    /// <exception cref="ArgumentException">The name is taken, or the values do not fill the shape.</exception>
    public void Add<T>(string name, ReadOnlySpan<long> shape, ReadOnlyMemory<T> values) where T : unmanaged
    {
        long count = 1;
        foreach (var extent in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(extent, nameof(shape));
            count = checked(count * extent);
        }

        if (count != values.Length)
            throw new ArgumentException($"tensor '{name}' has {values.Length} values for a shape of {count}", nameof(values));
        if (name == "__metadata__" || !names.Add(name)) throw new ArgumentException($"the tensor name '{name}' is taken", nameof(name));
        var type = SafetensorsEntry.TypeOf<T>();
        tensors.Add((name, type, shape.ToArray(), count * SafetensorsEntry.SizeOf(type), stream => Write(stream, values.Span)));
    }

    /// <summary>Adds a float tensor, row-major.</summary>
    /// <exception cref="ArgumentException">The name is taken, or the values do not fill the shape.</exception>
    public void Add(string name, float[] values, params ReadOnlySpan<long> shape) => Add<float>(name, shape, values);

    /// <summary>Adds a double tensor, row-major.</summary>
    /// <exception cref="ArgumentException">The name is taken, or the values do not fill the shape.</exception>
    public void Add(string name, double[] values, params ReadOnlySpan<long> shape) => Add<double>(name, shape, values);

    /// <summary>Adds a 64-bit integer tensor, row-major.</summary>
    /// <exception cref="ArgumentException">The name is taken, or the values do not fill the shape.</exception>
    public void Add(string name, long[] values, params ReadOnlySpan<long> shape) => Add<long>(name, shape, values);

    /// <summary>Writes the whole file, front to back, without seeking. The stream stays open.</summary>
    /// <exception cref="IOException">The stream cannot take the data.</exception>
    public void WriteTo(Stream stream)
    {
        var ordered = tensors.OrderByDescending(tensor => SafetensorsEntry.SizeOf(tensor.Type)).ToList();
        var header = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(header))
        {
            json.WriteStartObject();
            WriteMetadata(json);
            long offset = 0;
            foreach (var (name, type, shape, bytes, _) in ordered)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", type.ToString());
                WriteNumbers(json, "shape", shape);
                WriteNumbers(json, "data_offsets", [offset, offset += bytes]);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        // The data starts on a multiple of eight, the widest element; the format allows trailing spaces for that.
        var padding = -header.WrittenCount & 7;
        header.GetSpan(padding)[..padding].Fill((byte)' ');
        header.Advance(padding);

        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.WrittenCount);
        stream.Write(length);
        stream.Write(header.WrittenSpan);
        foreach (var tensor in ordered) tensor.Write(stream);
    }

    private void WriteMetadata(Utf8JsonWriter json)
    {
        if (metadata.Count == 0) return;
        json.WriteStartObject("__metadata__");
        foreach (var (name, value) in metadata) json.WriteString(name, value);
        json.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string field, ReadOnlySpan<long> numbers)
    {
        json.WriteStartArray(field);
        foreach (var number in numbers) json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    private static void Write<T>(Stream stream, ReadOnlySpan<T> values) where T : unmanaged
    {
        while (!values.IsEmpty)
        {
            var chunk = values[..Math.Min(ChunkElements, values.Length)];
            stream.Write(MemoryMarshal.AsBytes(chunk));
            values = values[chunk.Length..];
        }
    }
}
