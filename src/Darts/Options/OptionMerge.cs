using System.Text.Json.Nodes;

namespace MIOpenDarts.Darts.Options;

/// <summary>Lays named values over a JSON object of options; the same for every kind of run.</summary>
internal static class OptionMerge
{
    private const string PresetKey = "preset";

    /// <summary>Typed words as overrides.</summary>
    public static IEnumerable<OptionOverride> Typed(IEnumerable<KeyValuePair<string, string>> words) =>
        words.Select(item => new OptionOverride(item.Key, item.Value, null));

    /// <summary>Reads a configuration file, if there is one, and takes its <c>preset</c> out, which is used unless one is given already.</summary>
    /// <param name="path">The file, or null.</param>
    /// <param name="presets">Names that a preset may have.</param>
    /// <param name="preset">The preset that is given; of the file where none is.</param>
    public static List<OptionOverride> ReadFile(string? path, IReadOnlyList<string> presets, ref string? preset)
    {
        var overrides = path is null ? [] : OptionFile.Read(path);
        if (overrides.FindIndex(item => IsCalled(item, PresetKey)) is >= 0 and var at)
        {
            var name = overrides[at].Text ?? overrides[at].Json?.ToString() ?? "";
            if (!presets.Contains(name, StringComparer.OrdinalIgnoreCase))
                throw new OptionsException([new OptionProblem(PresetKey, $"{path}: {OptionProblem.NotAllowed(PresetKey, $"'{name}'", string.Join(", ", presets))}")]);
            preset ??= name;
            overrides.RemoveAt(at);
        }

        return overrides;
    }

    /// <summary>The text that an option is given; null where it is not.</summary>
    public static string? Find(IEnumerable<OptionOverride> overrides, string name)
    {
        foreach (var item in overrides)
            if (IsCalled(item, name)) return item.Text ?? item.Json?.ToString();
        return null;
    }

    /// <summary>Replaces values in <paramref name="options"/>; what cannot be used becomes a problem.</summary>
    public static void Into(
        JsonObject options, IReadOnlyList<OptionDefinition> fields, IEnumerable<OptionOverride> overrides, string source, List<OptionProblem> problems)
    {
        var seen = new HashSet<OptionDefinition>();
        var prefix = source.Length == 0 ? "" : source + ": ";
        foreach (var item in overrides)
        {
            var field = fields.FirstOrDefault(f => f.IsCalled(item.Name));
            if (field is null)
                problems.Add(new OptionProblem(item.Name, $"{prefix}{item.Name} is not an option{Spelling.Guess(item.Name, fields.Select(f => f.Name))}"));
            else if (!seen.Add(field))
                problems.Add(new OptionProblem(field.Name, $"{prefix}{item.Name} is given twice; keep one"));
            else if (item.Parse(field) is { } value && Fits(field, value))
                options[field.Name] = value;
            else
                problems.Add(new OptionProblem(field.Name, $"{prefix}{field.Name} is {item.Shown}; allowed is {field.Allowed}"));
        }
    }

    private static bool IsCalled(OptionOverride item, string name) => string.Equals(item.Name, name, StringComparison.OrdinalIgnoreCase);

    // A whole number beyond the property's type would only fail when the object is built, without naming the option.
    private static bool Fits(OptionDefinition field, JsonNode value) =>
        field.Kind != OptionKind.Integer || (field.Name == "seed" ? ulong.TryParse(value.ToJsonString(), out _) : int.TryParse(value.ToJsonString(), out _));
}
