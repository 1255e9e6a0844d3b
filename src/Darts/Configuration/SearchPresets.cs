namespace MIOpenDarts.Darts.Configuration;

/// <summary>Named starting points for <see cref="SearchOptions"/>.</summary>
public static class SearchPresets
{
    /// <summary>The preset that is used when none is named.</summary>
    public const string Default = "demo";

    private static readonly (string Name, SearchOptions Options)[] Presets =
    [
        ("darts", new SearchOptions()),
        ("rx580", new SearchOptions { BatchSize = 32, InitChannels = 8 }),
        ("demo", new SearchOptions { InitChannels = 8, Layers = 5, Epochs = 3, ReportInterval = 8, Augment = false }),
    ];

    /// <summary>Known names: <c>darts</c> (the paper), <c>rx580</c> (fits and is fast on 8 GB), <c>demo</c> (minutes on two cores).</summary>
    public static IReadOnlyList<string> Names { get; } = Array.AsReadOnly(Array.ConvertAll(Presets, preset => preset.Name));

    /// <summary>The options of a preset.</summary>
    /// <exception cref="OptionsException">The name is unknown; the message lists the known ones.</exception>
    public static SearchOptions Get(string name)
    {
        foreach (var preset in Presets)
            if (string.Equals(preset.Name, name, StringComparison.OrdinalIgnoreCase)) return preset.Options;
        throw new OptionsException([OptionProblem.NotAllowed("preset", $"'{name}'", string.Join(", ", Names))]);
    }
}
