using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Darts.Algorithms;

/// <summary>Builds options from three sources; a later one wins: preset, configuration file, command line.</summary>
public static class SearchOptionsResolver
{
    /// <summary>Resolves all sources and validates the result.</summary>
    /// <param name="preset">
    /// Preset named on the command line, or null: then the file's <c>preset</c>, then the size of the algorithm's paper where an algorithm
    /// is named, else <see cref="SearchPresets.Default"/>.
    /// </param>
    /// <param name="configFile">A .json or .yaml file, or null.</param>
    /// <param name="commandLine">Options by name in any case style, with their values as typed.</param>
    /// <exception cref="OptionsException">Anything is wrong; all problems are listed.</exception>
    public static SearchOptions Resolve(string? preset, string? configFile, IEnumerable<KeyValuePair<string, string>> commandLine)
    {
        var fromFile = OptionMerge.ReadFile(configFile, SearchPresets.Names, ref preset);
        var typed = OptionMerge.Typed(commandLine).ToList();
        var problems = new List<OptionProblem>();
        var algorithm = OptionMerge.Find(typed, "algorithm") ?? OptionMerge.Find(fromFile, "algorithm");
        // An unknown algorithm is told with all other problems, when the options are checked.
        var paper = algorithm is null ? new SearchOptions() : SearchAlgorithm.Find(algorithm)?.Paper ?? new SearchOptions();
        var start = SearchPresets.Size(preset ?? (algorithm is null ? SearchPresets.Default : SearchPresets.Paper), paper);
        var options = Merge(start, fromFile, configFile ?? "", problems);
        options = Merge(options, typed, "", problems);
        return Validated(start, options, [.. fromFile, .. typed], problems);
    }

    /// <summary>Replaces some options by name and validates the result.</summary>
    /// <exception cref="OptionsException">A name is unknown, a value is malformed or out of range; all problems are listed.</exception>
    public static SearchOptions Apply(SearchOptions options, IEnumerable<KeyValuePair<string, string>> overrides) =>
        Apply(options, OptionMerge.Typed(overrides), "");

    internal static SearchOptions Apply(SearchOptions options, IEnumerable<OptionOverride> overrides, string source)
    {
        var (problems, given) = (new List<OptionProblem>(), overrides.ToList());
        return Validated(options, Merge(options, given, source, problems), given, problems);
    }

    private static SearchOptions Merge(SearchOptions options, IEnumerable<OptionOverride> overrides, string source, List<OptionProblem> problems)
    {
        var merged = SearchOptionsJson.ToObject(options);
        OptionMerge.Into(merged, SearchOptionFields.All, overrides, source, problems);
        return SearchOptionsJson.FromObject(merged);
    }

    private static SearchOptions Validated(SearchOptions start, SearchOptions merged, List<OptionOverride> given, List<OptionProblem> problems)
    {
        var options = new DependentOptions(start, given).Follow(merged, problems);
        problems.AddRange(options.Validate());
        return problems.Count == 0 ? options : throw new OptionsException(problems);
    }
}
