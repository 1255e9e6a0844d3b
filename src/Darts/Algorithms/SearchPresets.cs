using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Darts.Algorithms;

/// <summary>Named starting points for <see cref="SearchOptions"/>: a method's own settings in another size.</summary>
public static class SearchPresets
{
    /// <summary>The preset that is used when none is named.</summary>
    public const string Default = "demo";

    /// <summary>The preset that leaves a method's own settings as they are.</summary>
    public const string Paper = "darts";

    private static readonly PresetList<Func<SearchAlgorithm, SearchOptions>> Presets = new(
        (Paper, algorithm => algorithm.Paper),
        ("rx580", algorithm => Narrow(algorithm, algorithm.Paper) with { BatchSize = 32 }),
        ("demo", algorithm => Narrow(algorithm, algorithm.WithEpochs(algorithm.Paper, 3)) with
        {
            BatchSize = 64,
            Layers = 5,
            ReportInterval = 8,
            Augment = false,
        }));

    /// <summary>
    /// Known names: <c>darts</c> (the paper), <c>rx580</c> (fits and is fast on 8 GB), <c>demo</c> (minutes on two cores).
    /// </summary>
    public static IReadOnlyList<string> Names => Presets.Names;

    /// <summary>The options of a preset for DARTS.</summary>
    /// <exception cref="OptionsException">The name is unknown; the message lists the known ones.</exception>
    public static SearchOptions Get(string name) => Size(name, SearchAlgorithm.All[0]);

    /// <summary>A method's own settings in the size of a preset: number of images, cells, channels and epochs.</summary>
    /// <exception cref="OptionsException">The name is unknown; the message lists the known ones.</exception>
    internal static SearchOptions Size(string name, SearchAlgorithm algorithm) => Presets[name](algorithm);

    // At least eight channels, and so many that the partial channels of all stages are whole.
    private static SearchOptions Narrow(SearchAlgorithm algorithm, SearchOptions options)
    {
        var multiple = algorithm.ChannelMultiple(options);
        return options with { InitChannels = (8 + multiple - 1) / multiple * multiple };
    }
}
