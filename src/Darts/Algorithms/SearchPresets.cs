using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Darts.Algorithms;

/// <summary>Named starting points for <see cref="SearchOptions"/>: a method's own settings in another size.</summary>
public static class SearchPresets
{
    /// <summary>The preset that is used when none is named.</summary>
    public const string Default = "demo";

    /// <summary>The preset that leaves a method's own settings as they are.</summary>
    public const string Paper = "darts";

    private static readonly PresetList<Func<SearchAlgorithm, CellSpace, SearchOptions>> Presets = new(
        (Paper, (algorithm, space) => algorithm.SettingsFor(space)),
        ("rx580", (algorithm, space) => Narrow(algorithm, algorithm.SettingsFor(space)) with { BatchSize = 32 }),
        ("demo", (algorithm, space) => Narrow(algorithm, algorithm.WithEpochs(algorithm.SettingsFor(space), 3)) with
        {
            BatchSize = 64,
            Layers = space.Skeleton == Skeleton.Darts ? 5 : 0,
            CellsPerStage = space.Skeleton == Skeleton.Darts ? 0 : 1,
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

    /// <summary>A method's own settings for a space in the size of a preset: number of images, cells, channels and epochs.</summary>
    /// <param name="name">Name of the preset.</param>
    /// <param name="algorithm">The method.</param>
    /// <param name="space">The space; that of DARTS if null.</param>
    /// <exception cref="OptionsException">The name is unknown; the message lists the known ones.</exception>
    internal static SearchOptions Size(string name, SearchAlgorithm algorithm, CellSpace? space = null) =>
        Presets[name](algorithm, space ?? CellSpace.Darts);

    // At least eight channels, and so many that the partial channels of all stages are whole.
    private static SearchOptions Narrow(SearchAlgorithm algorithm, SearchOptions options)
    {
        var multiple = algorithm.ChannelMultiple(options);
        return options with { InitChannels = (8 + multiple - 1) / multiple * multiple };
    }
}
