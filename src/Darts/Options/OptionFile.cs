using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MIOpenDarts.Darts.Files;
using MIOpenDarts.Darts.Genotypes;
using YamlDotNet.RepresentationModel;

namespace MIOpenDarts.Darts.Options;

/// <summary>An option as a source gave it: either a typed text (command line, YAML) or a JSON value.</summary>
internal readonly record struct OptionOverride(string Name, string? Text, JsonNode? Json)
{
    public string Shown => Text is not null ? $"'{Text}'" : Json?.ToJsonString() ?? "null";

    public JsonNode? Parse(OptionDefinition field) => Text is not null ? field.ParseText(Text) : field.ParseJson(Json);

    /// <summary>The text that an option is given; null where it is not.</summary>
    public static string? Find(IEnumerable<OptionOverride> overrides, string name)
    {
        foreach (var item in overrides)
            if (item.IsOf(name)) return item.Text ?? item.Json?.ToString();
        return null;
    }

    public bool IsOf(string name) => string.Equals(Name, name, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Reads a configuration file into overrides: a JSON object or a YAML mapping of option names to values.</summary>
internal static partial class OptionFile
{
    private const string PresetKey = "preset";
    private const long MaxBytes = 1_000_000;

    /// <summary>Reads a file, if there is one, and takes its <c>preset</c> out, which is used unless one is given already.</summary>
    /// <param name="path">The file, or null.</param>
    /// <param name="presets">Names that a preset may have.</param>
    /// <param name="preset">The preset that is given; of the file where none is.</param>
    public static List<OptionOverride> Read(string? path, IReadOnlyList<string> presets, ref string? preset)
    {
        var overrides = path is null ? [] : Read(path);
        if (overrides.FindIndex(item => item.IsOf(PresetKey)) is >= 0 and var at)
        {
            var name = overrides[at].Text ?? overrides[at].Json?.ToString() ?? "";
            if (!presets.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                var problem = ValidationError.NotAllowed(PresetKey, $"'{name}'", string.Join(", ", presets));
                throw new OptionsException([problem with { Message = $"{path}: {problem}" }]);
            }

            preset ??= name;
            overrides.RemoveAt(at);
        }

        return overrides;
    }

    private static List<OptionOverride> Read(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists)
            {
                var why = Directory.Exists(path) ? "this is a folder, not a configuration file" : "there is no such configuration file";
                throw new OptionsException($"{path}: {why}");
            }

            if (file.Length > MaxBytes)
                throw new OptionsException($"{path}: {file.Length} bytes are too many for a configuration file; allowed are {MaxBytes}");
            var text = File.ReadAllText(path);
            return file.Extension.ToUpperInvariant() switch
            {
                ".JSON" => SaysNothingInJson().IsMatch(text) ? [] : ReadJson(text, path),
                ".YAML" or ".YML" => SaysNothingInYaml().IsMatch(text) ? [] : ReadYaml(text, path),
                _ => throw new OptionsException($"{path}: the extension '{file.Extension}' is unknown; use .json, .yaml or .yml"),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OptionsException($"{path}: the configuration file cannot be read: {UnreadableFile.Why(path, e)}", e);
        }
    }

    public static List<OptionOverride> ReadJson(string text, string source)
    {
        try
        {
            var options = new JsonDocumentOptions
            {
                AllowDuplicateProperties = false,
                AllowTrailingCommas = true,
                CommentHandling = JsonCommentHandling.Skip,
            };
            return JsonNode.Parse(text, documentOptions: options) is JsonObject map
                ? map.Select(pair => new OptionOverride(pair.Key, null, pair.Value)).ToList()
                : throw new OptionsException($"{source}: the configuration is not a JSON object of options");
        }
        catch (JsonException e)
        {
            throw new OptionsException($"{source}: the configuration is not valid JSON: {e.Message}", e);
        }
    }

    public static List<OptionOverride> ReadYaml(string text, string source)
    {
        try
        {
            return YamlText.Load(text) is YamlMappingNode map
                ? map.Select(pair => new OptionOverride(Scalar(pair.Key), Scalar(pair.Value), null)).ToList()
                : throw new FormatException("the configuration is not a mapping of options");
        }
        catch (FormatException e)
        {
            throw new OptionsException($"{source}: {e.Message}", e);
        }
    }

    // A file in which everything is commented out asks for the defaults, as an empty one does.
    [GeneratedRegex(@"\A(?>\s+|//[^\n]*|/\*.*?\*/)*\z", RegexOptions.Singleline)]
    private static partial Regex SaysNothingInJson();

    [GeneratedRegex(@"\A(?>\s+|#[^\n]*|---|\.\.\.)*\z")]
    private static partial Regex SaysNothingInYaml();

    private static string Scalar(YamlNode node) => node is YamlScalarNode { Value: { } value }
        ? value
        : throw new FormatException(
            $"line {node.Start.Line}, column {node.Start.Column}: an option has one value, not a list or a mapping");
}
