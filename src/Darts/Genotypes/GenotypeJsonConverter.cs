using System.Text.Json;
using System.Text.Json.Serialization;

namespace MIOpenDarts.Darts.Genotypes;

/// <summary>
/// The JSON form of a genotype, also inside other JSON: <c>{"normal": {"nodes": [[{"op": "sep_conv_3x3", "source": 0}, …], …], "concat":
/// [2, 3, 4, 5]}, "reduce": {…}}</c>.
/// </summary>
internal sealed class GenotypeJsonConverter : JsonConverter<Genotype>
{
    /// <summary>Writes a genotype as indented JSON.</summary>
    public static string Format(Genotype genotype) =>
        JsonSerializer.Serialize(ToShape(genotype), GenotypeJsonContext.Default.GenotypeShape);

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
                    : throw new ArgumentException($"found the operation '{edge?.Op}', "
                            + $"expected one of {string.Join(", ", Primitives.Names)}")));
            return new GenotypeCell(nodes, GenotypeConcat.Of(cell.Concat ?? []));
        }
        catch (ArgumentException e)
        {
            throw new JsonException($"in the cell '{name}' {e.Message}");
        }
    }

    private static GenotypeShape ToShape(Genotype genotype) =>
        new() { Normal = ToShape(genotype.Normal), Reduce = ToShape(genotype.Reduce) };

    private static CellShape ToShape(GenotypeCell cell) => new()
    {
        Nodes = cell.Nodes.Select(node =>
            node.Select(edge => new EdgeShape { Op = edge.Operation.Name, Source = edge.Source }).ToArray()).ToArray(),
        Concat = cell.Concat.ToArray(),
    };
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
