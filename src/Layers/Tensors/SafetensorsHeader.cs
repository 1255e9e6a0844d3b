using System.Text.Json;

namespace MIOpenDarts.Layers.Tensors;

/// <summary>Parses the JSON header of a safetensors file and treats every number in it as hostile.</summary>
internal static class SafetensorsHeader
{
    /// <summary>The format's own limit on the header.</summary>
    public const int MaxBytes = 100_000_000;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>Entries in file order and the metadata.</summary>
    /// <exception cref="InvalidDataException">The header is malformed or does not tile <paramref name="dataBytes"/> exactly.</exception>
    public static (List<SafetensorsEntry> Entries, Dictionary<string, string> Metadata) Parse(
        ReadOnlyMemory<byte> json, long dataBytes, string file)
    {
        var entries = new List<SafetensorsEntry>();
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw Bad(file, "the header is not a JSON object");
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Name == "__metadata__") ReadMetadata(property.Value, metadata, file);
                else entries.Add(ReadEntry(property, file));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // A text that is not UTF-8 passes the parser and only fails when it is fetched, as an invalid operation.
            throw new InvalidDataException($"{file}: the header is not valid JSON ({e.Message})", e);
        }

        entries.Sort((a, b) => (a.Offset, a.ByteCount).CompareTo((b.Offset, b.ByteCount)));
        RequireTiling(entries, dataBytes, file);
        return (entries, metadata);
    }

    private static void ReadMetadata(JsonElement element, Dictionary<string, string> metadata, string file)
    {
        if (element.ValueKind != JsonValueKind.Object) throw Bad(file, "__metadata__ is not a JSON object");
        foreach (var pair in element.EnumerateObject())
        {
            if (pair.Value.ValueKind != JsonValueKind.String) throw Bad(file, $"__metadata__ '{pair.Name}' is not a string");
            metadata[pair.Name] = pair.Value.GetString()!;
        }
    }

    private static SafetensorsEntry ReadEntry(JsonProperty property, string file)
    {
        var name = property.Name;
        var value = property.Value;
        if (value.ValueKind != JsonValueKind.Object) throw Bad(file, name, "is not described by a JSON object");
        foreach (var field in value.EnumerateObject())
            if (field.Name is not ("dtype" or "shape" or "data_offsets")) throw Bad(file, name, $"has the unknown field '{field.Name}'");

        var type = ReadType(value, file, name);
        var shape = ReadNumbers(value, "shape", file, name);
        var offsets = ReadNumbers(value, "data_offsets", file, name);
        if (offsets.Length != 2 || offsets[1] < offsets[0])
            throw Bad(file, name, $"has data_offsets [{string.Join(", ", offsets)}]; two ascending numbers are needed");

        long bytes = SafetensorsEntry.SizeOf(type);
        try
        {
            foreach (var extent in shape) bytes = checked(bytes * extent);
        }
        catch (OverflowException)
        {
            throw Bad(file, name, $"has shape [{string.Join(", ", shape)}], more bytes than a 64-bit number can count");
        }

        if (bytes != offsets[1] - offsets[0])
            throw Bad(file, name,
                $"is {type} [{string.Join(", ", shape)}], which needs {bytes} bytes, but its offsets span {offsets[1] - offsets[0]}");
        return new SafetensorsEntry(name, type, shape, offsets[0], bytes);
    }

    private static SafetensorsType ReadType(JsonElement value, string file, string name)
    {
        if (!value.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String) throw Bad(file, name, "has no dtype");
        var text = dtype.GetString()!;
        foreach (var type in Enum.GetValues<SafetensorsType>())
            if (type.ToString() == text) return type;
        throw Bad(file, name, $"has the unknown dtype '{text}'; known are {string.Join(", ", Enum.GetNames<SafetensorsType>())}");
    }

    private static long[] ReadNumbers(JsonElement value, string field, string file, string name)
    {
        if (!value.TryGetProperty(field, out var array) || array.ValueKind != JsonValueKind.Array) throw Bad(file, name, $"has no {field}");
        var numbers = new long[array.GetArrayLength()];
        for (var i = 0; i < numbers.Length; i++)
        {
            if (array[i].ValueKind != JsonValueKind.Number || !array[i].TryGetInt64(out numbers[i]) || numbers[i] < 0)
                throw Bad(file, name, $"has {array[i].GetRawText()} in its {field}; whole numbers from 0 are needed");
        }

        return numbers;
    }

    private static void RequireTiling(List<SafetensorsEntry> entries, long dataBytes, string file)
    {
        long end = 0;
        foreach (var entry in entries)
        {
            if (entry.Offset < end)
                throw Bad(file, entry.Name, $"starts at byte {entry.Offset}, inside the tensor before it, which ends at {end}");
            if (entry.Offset > end) throw Bad(file, entry.Name, $"starts at byte {entry.Offset}, which leaves a hole after byte {end}");
            if (entry.ByteCount > dataBytes - end)
                throw Bad(file, entry.Name,
                    $"ends at byte {entry.Offset + entry.ByteCount}, but the file has only {dataBytes} bytes of data: it is truncated");
            end = entry.Offset + entry.ByteCount;
        }

        if (end != dataBytes) throw Bad(file, $"{dataBytes - end} bytes follow the last tensor");
    }

    private static InvalidDataException Bad(string file, string problem) => new($"{file}: {problem}");

    private static InvalidDataException Bad(string file, string name, string problem) => new($"{file}: tensor '{name}' {problem}");
}
