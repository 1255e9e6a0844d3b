using System.Text.Json;
using System.Text.Json.Serialization;

namespace MIOpenDarts.Darts.Genotypes;

/// <summary>
/// The JSON form of a genotype:
/// <c>{"normal": {"nodes": [[{"op": "sep_conv_3x3", "source": 0}, …], …], "concat": [2, 3, 4, 5]}, "reduce": {…}}</c>.
/// </summary>
public sealed class GenotypeJsonConverter : JsonConverter<Genotype>
{
    /// <summary>Reads a genotype from a JSON text.</summary>
    /// <exception cref="GenotypeFormatException">The text is not such JSON.</exception>
    public static Genotype Parse(string json)
    {
        try
        {
            return ToGenotype(JsonSerializer.Deserialize(json, GenotypeJsonContext.Default.GenotypeShape));
        }
        catch (JsonException e)
        {
            var place = e.LineNumber is { } line ? $", line {line + 1}, column {e.BytePositionInLine + 1}" : "";
            var path = string.IsNullOrEmpty(e.Path) ? "" : $" at {e.Path}";
            throw new GenotypeFormatException($"genotype JSON{place}{path}: {FirstSentence(e.Message)}", e);
        }
    }

    /// <summary>Writes a genotype as indented JSON.</summary>
    public static string Format(Genotype genotype) => JsonSerializer.Serialize(ToShape(genotype), GenotypeJsonContext.Default.GenotypeShape);

    /// <inheritdoc/>
    public override Genotype Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ToGenotype(JsonSerializer.Deserialize(ref reader, GenotypeJsonContext.Default.GenotypeShape));

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Genotype value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, ToShape(value), GenotypeJsonContext.Default.GenotypeShape);

    private static Genotype ToGenotype(GenotypeShape? shape) =>
        shape is { Normal: { } normal, Reduce: { } reduce }
            ? new Genotype(ToCell(normal, "normal"), ToCell(reduce, "reduce"))
            : throw new JsonException("a genotype is missing, or one of its cells is null");

    private static GenotypeCell ToCell(CellShape cell, string name)
    {
        try
        {
            var nodes = (cell.Nodes ?? []).Select(node => (node ?? []).Select(edge =>
                Primitives.TryParse(edge?.Op ?? "", out var operation)
                    ? new GenotypeEdge(operation, edge!.Source)
                    : throw new ArgumentException($"found the operation '{edge?.Op}', expected one of {string.Join(", ", Primitives.Names)}")));
            return new GenotypeCell(nodes, ToConcat(cell.Concat ?? []));
        }
        catch (ArgumentException e)
        {
            throw new JsonException($"in the cell '{name}' {e.Message}");
        }
    }

    // JSON does not tell a range from a list; consecutive states are written as a range, as the official search does.
    private static GenotypeConcat ToConcat(int[] states)
    {
        var consecutive = states.Length > 0 && states[0] >= 0 && states.Select((state, i) => state - i).All(first => first == states[0]);
        return consecutive ? GenotypeConcat.Range(states[0], states[^1] + 1) : GenotypeConcat.List(states);
    }

    private static GenotypeShape ToShape(Genotype genotype) => new() { Normal = ToShape(genotype.Normal), Reduce = ToShape(genotype.Reduce) };

    private static CellShape ToShape(GenotypeCell cell) => new()
    {
        Nodes = cell.Nodes.Select(node => node.Select(edge => new EdgeShape { Op = edge.Operation.Name(), Source = edge.Source }).ToArray()).ToArray(),
        Concat = cell.Concat.ToArray(),
    };

    private static string FirstSentence(string message)
    {
        var end = message.IndexOf(" Path:", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }
}

internal sealed record GenotypeShape
{
    public required CellShape Normal { get; init; }

    public required CellShape Reduce { get; init; }
}

internal sealed record CellShape
{
    public required EdgeShape[][] Nodes { get; init; }

    public required int[] Concat { get; init; }
}

internal sealed record EdgeShape
{
    public required string Op { get; init; }

    public required int Source { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    WriteIndented = true)]
[JsonSerializable(typeof(GenotypeShape))]
internal sealed partial class GenotypeJsonContext : JsonSerializerContext;
