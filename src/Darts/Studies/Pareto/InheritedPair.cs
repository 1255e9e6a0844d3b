using System.Text.Json;
using System.Text.Json.Serialization;
using MIOpenDarts.Darts.Files;

namespace MIOpenDarts.Darts.Studies.Pareto;

/// <summary>A genotype, and how often it errs by the weights that it inherits from a supernet.</summary>
/// <param name="Genotype">Its text.</param>
/// <param name="Error">In percent.</param>
internal sealed record InheritedError([property: JsonRequired] string Genotype, [property: JsonRequired] double Error);

/// <summary>What a search has found, and a random genotype of about its cost, both judged by the weights of the search.</summary>
/// <param name="Identity">The search, and what they cost: what differs is judged anew.</param>
/// <param name="Found">What the search has found.</param>
/// <param name="Random">The baseline.</param>
internal sealed record InheritedPair(
    [property: JsonRequired] string Identity, [property: JsonRequired] InheritedError Found, [property: JsonRequired] InheritedError Random)
{
    /// <summary>Reads the file of a pair; null where there is none, or none of this identity.</summary>
    /// <exception cref="InvalidDataException">It is something else; the message names the cure.</exception>
    public static InheritedPair? Read(string path, string identity)
    {
        if (!File.Exists(path)) return null;
        try
        {
            var read = JsonSerializer.Deserialize(File.ReadAllText(path), InheritedPairJson.Default.InheritedPair);
            return read?.Identity == identity ? read : null;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: is no pair of genotypes; remove the file, and they are judged again", e);
        }
    }

    /// <summary>Writes it, whole or not at all.</summary>
    public void Write(string path) =>
        WholeFile.Write(path, JsonSerializer.Serialize(this, InheritedPairJson.Default.InheritedPair) + "\n");
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(InheritedPair))]
internal sealed partial class InheritedPairJson : JsonSerializerContext;
