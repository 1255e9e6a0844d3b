namespace MIOpenDarts.Darts.Configuration;

/// <summary>Builds options from three sources; a later one wins: preset, configuration file, command line.</summary>
public static class SearchOptionsResolver
{
    private const string PresetKey = "preset";

    /// <summary>Resolves all sources and validates the result.</summary>
    /// <param name="preset">Preset named on the command line, or null: then the file's <c>preset</c>, then <see cref="SearchPresets.Default"/>.</param>
    /// <param name="configFile">A .json or .yaml file, or null.</param>
    /// <param name="commandLine">Options by name in any case style, with their values as typed.</param>
    /// <exception cref="OptionsException">Anything is wrong; all problems are listed.</exception>
    public static SearchOptions Resolve(string? preset, string? configFile, IEnumerable<KeyValuePair<string, string>> commandLine)
    {
        var fromFile = configFile is null ? [] : OptionFile.Read(configFile);
        var filePreset = fromFile.FindIndex(item => item.Name == PresetKey);
        if (filePreset >= 0)
        {
            preset ??= fromFile[filePreset].Text ?? fromFile[filePreset].Json?.ToString() ?? "";
            fromFile.RemoveAt(filePreset);
        }

        var problems = new List<OptionProblem>();
        var options = SearchPresets.Get(preset ?? SearchPresets.Default);
        options = Merge(options, fromFile, configFile ?? "", problems);
        options = Merge(options, commandLine.Select(item => new OptionOverride(item.Key, item.Value, null)), "", problems);
        return Validated(options, problems);
    }

    /// <summary>Replaces some options by name and validates the result.</summary>
    /// <exception cref="OptionsException">A name is unknown, a value is malformed or out of range; all problems are listed.</exception>
    public static SearchOptions Apply(SearchOptions options, IEnumerable<KeyValuePair<string, string>> overrides) =>
        Apply(options, overrides.Select(item => new OptionOverride(item.Key, item.Value, null)), "");

    internal static SearchOptions Apply(SearchOptions options, IEnumerable<OptionOverride> overrides, string source)
    {
        var problems = new List<OptionProblem>();
        return Validated(Merge(options, overrides, source, problems), problems);
    }

    private static SearchOptions Merge(SearchOptions options, IEnumerable<OptionOverride> overrides, string source, List<OptionProblem> problems)
    {
        var merged = SearchOptionsJson.ToObject(options);
        var seen = new HashSet<OptionField>();
        var prefix = source.Length == 0 ? "" : source + ": ";
        foreach (var item in overrides)
        {
            var field = SearchOptionFields.Find(item.Name);
            if (field is null)
                problems.Add(new OptionProblem(item.Name, $"{prefix}{item.Name} is not an option; did you mean {Spelling.Nearest(item.Name, SearchOptionFields.All.Select(f => f.Name))}?"));
            else if (!seen.Add(field))
                problems.Add(new OptionProblem(field.Name, $"{prefix}{item.Name} is given twice; keep one"));
            else if (item.Parse(field) is { } value && Fits(field, value))
                merged[field.Name] = value;
            else
                problems.Add(new OptionProblem(field.Name, $"{prefix}{field.Name} is {item.Shown}; allowed is {field.Allowed}"));
        }

        return SearchOptionsJson.FromObject(merged);
    }

    // A whole number beyond the property's type would only fail when the object is built, without naming the option.
    private static bool Fits(OptionField field, System.Text.Json.Nodes.JsonNode value) =>
        field.Kind != OptionKind.Integer || (field.Name == "seed" ? ulong.TryParse(value.ToJsonString(), out _) : int.TryParse(value.ToJsonString(), out _));

    private static SearchOptions Validated(SearchOptions options, List<OptionProblem> problems)
    {
        problems.AddRange(options.Validate());
        return problems.Count == 0 ? options : throw new OptionsException(problems);
    }
}
