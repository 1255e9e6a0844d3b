using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MIOpenDarts.Darts.Genotypes;

/// <summary>
/// The JSON form of a genotype, also inside other JSON: <c>{"normal": {"nodes": [[{"op": "sep_conv_3x3", "source": 0}, …], …], "concat":
/// [2, 3, 4, 5]}, "reduce": {…}}</c>, and of NAS-Bench-201 <c>{"cell": "|nor_conv_3x3~0|+…"}</c>.
/// </summary>
internal sealed class GenotypeJsonConverter : JsonConverter<Genotype>
{
    // Readers of genotypes take a string as it stands; this text is no part of a page.
    private static readonly GenotypeJsonContext Plain = new(
        new JsonSerializerOptions(GenotypeJsonContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Writes a genotype as indented JSON.</summary>
    public static string Format(Genotype genotype) => JsonSerializer.Serialize(ToShape(genotype), Plain.GenotypeShape);

    /// <inheritdoc/>
    public override Genotype Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ToGenotype(JsonSerializer.Deserialize(ref reader, GenotypeJsonContext.Default.GenotypeShape));

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Genotype value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, ToShape(value), GenotypeJsonContext.Default.GenotypeShape);

    private static Genotype ToGenotype(GenotypeShape? shape) =>
        shape is { Normal: { } normal, Reduce: { } reduce, Cell: null } ? new Genotype(ToCell(normal, "normal"), ToCell(reduce, "reduce"))
        : shape is { Normal: null, Reduce: null, Cell: { } cell } ? ToGenotype(cell)
            : throw new JsonException("a genotype is missing, or one of its cells is null");

    private static Genotype ToGenotype(string nasBench201)
    {
        try
        {
            return new Genotype(NasBench201Cell.Parse(nasBench201));
        }
        catch (GenotypeFormatException e)
        {
            throw new JsonException(e.Message, e);
        }
    }

    private static GenotypeCell ToCell(CellShape cell, string name)
    {
        try
        {
            var nodes = (cell.Nodes ?? []).Select(node => (node ?? []).Select(edge =>
                Primitives.TryParse(edge?.Op ?? "", out var operation)
                    ? new GenotypeEdge(operation, edge!.Source)
                    : throw new ArgumentException($"found the operation '{edge?.Op}', "
                            + $"expected one of {string.Join(", ", Primitives.Names)}")));
            return new GenotypeCell(nodes, GenotypeConcat.From(cell.Concat ?? []));
        }
        catch (ArgumentException e)
        {
            throw new JsonException($"in the cell '{name}' {e.Message}");
        }
    }

    private static GenotypeShape ToShape(Genotype genotype) => genotype.NasBench201 is { } cell
        ? new() { Cell = cell.ToString() }
        : new() { Normal = ToShape(genotype.Normal), Reduce = ToShape(genotype.Reduce) };

    private static CellShape ToShape(GenotypeCell cell) => new()
    {
        Nodes = cell.Nodes.Select(node =>
            node.Select(edge => new EdgeShape { Op = edge.Operation.Name, Source = edge.Source }).ToArray()).ToArray(),
        Concat = cell.Concat.ToArray(),
    };
}

internal sealed record GenotypeShape
{
    public CellShape? Normal { get; init; }

    public CellShape? Reduce { get; init; }

    public string? Cell { get; init; }
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
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(GenotypeShape))]
internal sealed partial class GenotypeJsonContext : JsonSerializerContext;
