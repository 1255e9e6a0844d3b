using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Darts.Algorithms;

/// <summary>Options as JSON with snake_case names, written fully resolved.</summary>
public static class SearchOptionsJson
{
    /// <summary>All options as an indented JSON object.</summary>
    public static string Format(SearchOptions options) => JsonSerializer.Serialize(options, SearchOptionsContext.Default.SearchOptions);

    /// <summary>Reads a JSON object of options; what it does not name keeps the official default.</summary>
    /// <exception cref="OptionsException">The text is not JSON, or an option is unknown or out of range; all problems are listed.</exception>
    public static SearchOptions Parse(string json) => Parse(json, "options");

    internal static SearchOptions Parse(string json, string source) =>
        SearchOptionsResolver.Apply(new SearchOptions(), OptionFile.ReadJson(json, source), source);

    internal static JsonObject ToObject(SearchOptions options) =>
        JsonSerializer.SerializeToNode(options, SearchOptionsContext.Default.SearchOptions)!.AsObject();

    internal static SearchOptions FromObject(JsonObject all) => all.Deserialize(SearchOptionsContext.Default.SearchOptions)!;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(SearchOptions))]
internal sealed partial class SearchOptionsContext : JsonSerializerContext;
