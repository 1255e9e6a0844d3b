using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Darts.Algorithms;

/// <summary>Named starting points for <see cref="SearchOptions"/>.</summary>
public static class SearchPresets
{
    /// <summary>The preset that is used when none is named.</summary>
    public const string Default = "demo";

    /// <summary>The preset that leaves a method's own settings as they are.</summary>
    public const string Paper = "darts";

    private static readonly (string Name, Func<SearchOptions, SearchOptions> Size)[] Presets =
    [
        (Paper, paper => paper),
        ("rx580", paper => paper with { BatchSize = 32, InitChannels = Channels(paper, 8) }),
        ("demo", Demo),
    ];

    /// <summary>Known names: <c>darts</c> (the paper), <c>rx580</c> (fits and is fast on 8 GB), <c>demo</c> (minutes on two cores).</summary>
    public static IReadOnlyList<string> Names { get; } = Array.AsReadOnly(Array.ConvertAll(Presets, preset => preset.Name));

    /// <summary>The options of a preset for DARTS.</summary>
    /// <exception cref="OptionsException">The name is unknown; the message lists the known ones.</exception>
    public static SearchOptions Get(string name) => Size(name, new SearchOptions());

    /// <summary>A method's own settings in the size of a preset: number of images, cells, channels and epochs.</summary>
    /// <exception cref="OptionsException">The name is unknown; the message lists the known ones.</exception>
    public static SearchOptions Size(string name, SearchOptions paper)
    {
        foreach (var preset in Presets)
            if (string.Equals(preset.Name, name, StringComparison.OrdinalIgnoreCase)) return preset.Size(paper);
        throw new OptionsException([OptionProblem.NotAllowed("preset", $"'{name}'", string.Join(", ", Names))]);
    }

    private static SearchOptions Demo(SearchOptions paper)
    {
        const int epochs = 3;
        return paper with
        {
            BatchSize = 64,
            InitChannels = Channels(paper, 8),
            Layers = 5,
            Epochs = epochs,
            WarmupEpochs = paper.WarmupEpochs * epochs / paper.Epochs,
            SecondStageEpoch = paper.SecondStageEpoch * epochs / paper.Epochs,
            ReportInterval = 8,
            Augment = false,
        };
    }

    // At least so many channels that the partial channels of all stages are whole.
    private static int Channels(SearchOptions paper, int atLeast)
    {
        var channels = atLeast;
        while (channels % paper.PartialChannels != 0 || channels % paper.SecondStagePartialChannels != 0) channels++;
        return channels;
    }
}
