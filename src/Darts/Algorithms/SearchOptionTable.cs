using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Darts.Algorithms;

/// <summary>The table of all options of a search: what every run has, what every method reads, and what each method adds.</summary>
internal sealed class SearchOptionTable : RunOptionTable<SearchOptions>
{
    private const string MixedPrecisionRefusal =
        "false: gfx803 computes half precision no faster than single, so it would cost accuracy and gain nothing";

    private SearchOptionTable()
        : base(
        [
            Data, ImageSize,
            Text(
                "algorithm", string.Join(", ", SearchAlgorithm.Names), "Method.", o => o.Algorithm, (o, v) => o with { Algorithm = v },
                IsMethod),
            Text("space", () => string.Join(", ", CellSpace.Names), "Search space.", o => o.Space, (o, v) => o with { Space = v }, IsSpace),
            .. Place, .. Length, .. Layers("Cells of the supernet."), InitChannels(1), .. Cells, LearningRate, LearningRateMin,
            .. WeightSteps,
            Flag("nesterov", "Nesterov's momentum for the weights.", o => o.Nesterov, (o, v) => o with { Nesterov = v }),
            .. Alphas, .. Edges, .. Costs, .. SearchAlgorithm.All.SelectMany(algorithm => algorithm.Options),
            Augment, .. CutoutSquare, DropPath, .. Watch, DataWorkers,
            Flag(
                "mixed_precision", "Half-precision arithmetic (refused on gfx803).", o =>
                    o.MixedPrecision, (o, v) => o with { MixedPrecision = v },
                "false", o => o.MixedPrecision ? MixedPrecisionRefusal : null),
            .. Intervals,
        ])
    {
    }

    /// <summary>The only one.</summary>
    internal static SearchOptionTable Instance { get; } = new();

    private static IEnumerable<OptionField<SearchOptions>> Cells =>
    [
        Integer("nodes", 1, 16, "Intermediate nodes of a cell.", o => o.Nodes, (o, v) => o with { Nodes = v }),
        Integer(
            "multiplier", "a whole number from 1 to nodes", "Nodes that make the output of a cell.", o =>
                o.Multiplier, (o, v) => o with { Multiplier = v },
            o => o.Multiplier >= 1 && o.Multiplier <= o.Nodes ? null : $"a whole number from 1 to nodes, which is {o.Nodes}"),
        Integer(
            "stem_multiplier", 1, 16, "Channels of the stem, as a multiple of init_channels.",
            o => o.StemMultiplier, (o, v) => o with { StemMultiplier = v }),
    ];

    private static OptionField<SearchOptions> LearningRateMin => Number(
        "learning_rate_min", "a number from 0 to learning_rate", "Learning rate that the cosine schedule approaches.",
        o => o.LearningRateMin, (o, v) => o with { LearningRateMin = v },
        // A learning rate that is none is reported as what it is.
        o => o.LearningRateMin >= 0 && (o.LearningRateMin <= o.LearningRate || !IsRate(o.LearningRate))
            ? null
            : $"a number from 0 to learning_rate, which is {LearningRate.Show(o)}");

    private static IEnumerable<OptionField<SearchOptions>> Alphas =>
    [
        Number(
            "alpha_learning_rate", "over 0, up to 10", "Learning rate of the architecture.",
            o => o.AlphaLearningRate, (o, v) => o with { AlphaLearningRate = v }, IsRate),
        Number(
            "alpha_beta1", "from 0, below 1", "First-moment decay of the architecture's Adam.",
            o => o.AlphaBeta1, (o, v) => o with { AlphaBeta1 = v }, x => x is >= 0 and < 1),
        Number(
            "alpha_beta2", "from 0, below 1", "Second-moment decay of the architecture's Adam.",
            o => o.AlphaBeta2, (o, v) => o with { AlphaBeta2 = v }, x => x is >= 0 and < 1),
        Number(
            "alpha_weight_decay", "from 0 to 1", "L2 penalty on the architecture.",
            o => o.AlphaWeightDecay, (o, v) => o with { AlphaWeightDecay = v }, x => x is >= 0 and <= 1),
        Number(
            "train_portion", "over 0, below 1", "Share of the images that trains the weights.",
            o => o.TrainPortion, (o, v) => o with { TrainPortion = v }, x => x is > 0 and < 1),
        Flag("unrolled", "Second-order architecture gradient.", o => o.Unrolled, (o, v) => o with { Unrolled = v }),
    ];

    private static IEnumerable<OptionField<SearchOptions>> Edges =>
    [
        Integer(
            "partial_channels", "a divisor of init_channels", "Mix one K-th of the channels, let the rest bypass; 1 mixes all.",
            o => o.PartialChannels, (o, v) => o with { PartialChannels = v },
            o => SearchAlgorithm.Divides(o.PartialChannels, o) ? null : $"a divisor of init_channels, which is {o.InitChannels}"),
        Flag(
            "edge_normalization", "Weights for the edges into a node, beside those of their operations.",
            o => o.EdgeNormalization, (o, v) => o with { EdgeNormalization = v }),
        Integer(
            "warmup_epochs", "a whole number from 0, below epochs", "Epochs at the start of each stage in which the architecture rests.",
            o => o.WarmupEpochs, (o, v) => o with { WarmupEpochs = v },
            o => o.WarmupEpochs >= 0 && !WarmsUpTooLong(o)
                ? null
                : $"a whole number from 0 to {ShortestStage(o) - 1}, so that the architecture moves in every stage"),
    ];

    private static IEnumerable<OptionField<SearchOptions>> Costs =>
    [
        Text(
            "cost", CostName.Allowed, "What of the network to be built the search knows.", o => o.Cost, (o, v) => o with { Cost = v },
            CostName.IsName),
        Number(
            "cost_weight", "from 0 to 1000000, with cost", "Weight of the expected cost in the loss, over the space's range of costs.",
            o => o.CostWeight, (o, v) => o with { CostWeight = v },
            o => NeedsCost(o, o.CostWeight) ?? (o.CostWeight is >= 0 and <= 1e6 ? null : "from 0 to 1000000")),
        Number(
            "cost_reference", "a number from 0, with cost", "Cost r of the form (E - r)/r in place of the range; 0 for the range.",
            o => o.CostReference, (o, v) => o with { CostReference = v },
            o => NeedsCost(o, o.CostReference) ?? (double.IsFinite(o.CostReference) && o.CostReference >= 0 ? null : "a number from 0")),
        Number(
            "target", "a number from 0, with cost", "Most that the found genotype may cost, in the cost's unit; 0 for no limit.",
            o => o.Target, (o, v) => o with { Target = v },
            o => NeedsCost(o, o.Target) ?? (double.IsFinite(o.Target) && o.Target >= 0 ? null : "a number from 0")),
        Integer(
            "target_channels", 2, 1024, "Channels of the first cell of the network to be built.",
            o => o.TargetChannels, (o, v) => o with { TargetChannels = v }),
        Integer("target_layers", 3, 100, "Its cells.", o => o.TargetLayers, (o, v) => o with { TargetLayers = v }),
        Integer(
            "target_cells_per_stage", 1, 33, $"Its cells in each of the three stages of {CellSpace.NasBench201.Name}.",
            o => o.TargetCellsPerStage, (o, v) => o with { TargetCellsPerStage = v }),
        Integer(
            "target_image_size", 0, 4096, "Rows and columns of its images; 0 for those of the data.",
            o => o.TargetImageSize, (o, v) => o with { TargetImageSize = v }),
    ];

    private static IEnumerable<OptionField<SearchOptions>> Watch =>
    [
        Text("watch", WatchNames.Allowed, "Watchdogs of the search.", o => o.Watch, (o, v) => o with { Watch = v }, WatchNames.AreNames),
        Text(
            "watch_action", "report, stop or rollback (to an earlier epoch's genotype)", "What an alarm does.",
            o => o.WatchAction, (o, v) => o with { WatchAction = v }, WatchNames.Actions.Contains),
        Integer("watch_from", 0, 100_000, "First epoch that may raise an alarm.", o => o.WatchFrom, (o, v) => o with { WatchFrom = v }),
        Integer(
            "watch_skip_normal", 0, 1000, "Skip connections that the normal cell may have.",
            o => o.WatchSkipNormal, (o, v) => o with { WatchSkipNormal = v }),
        Integer(
            "watch_skip_reduce", 0, 1000, "Skip connections that the reduction cell may have.",
            o => o.WatchSkipReduce, (o, v) => o with { WatchSkipReduce = v }),
        Integer(
            "watch_rank_epochs", 1, 100_000, "Epochs of equal ranking of the operations that raise an alarm.",
            o => o.WatchRankEpochs, (o, v) => o with { WatchRankEpochs = v }),
        Integer(
            "watch_interval", 1, 1000, "Epochs from one eigenvalue to the next.", o => o.WatchInterval,
            (o, v) => o with { WatchInterval = v }),
        Integer("watch_window", 1, 1000, "Eigenvalues in a mean.", o => o.WatchWindow, (o, v) => o with { WatchWindow = v }),
        Integer(
            "watch_distance", 1, 1000, "Eigenvalues from the earlier mean to the present one.",
            o => o.WatchDistance, (o, v) => o with { WatchDistance = v }),
        Number(
            "watch_ratio", "from 1 to 1000", "Quotient of the means that raises an alarm.",
            o => o.WatchRatio, (o, v) => o with { WatchRatio = v }, x => x is >= 1 and <= 1000),
    ];

    private protected override IReadOnlyList<string> PresetNames => SearchPresets.Names;

    /// <inheritdoc/>
    public override IReadOnlyList<ValidationError> Validate(SearchOptions options) =>
        [.. base.Validate(options), .. SpaceOptions.Validate(options), .. SearchAlgorithm.Find(options.Algorithm)?.Validate(options) ?? []];

    /// <summary>Whether the alphas would rest in the whole of a stage.</summary>
    internal static bool WarmsUpTooLong(SearchOptions options) =>
        options.WarmupEpochs > 0 && options.WarmupEpochs >= ShortestStage(options);

    // An algorithm's own settings in the size of a preset; an unknown algorithm is reported with all other problems, when the options are
    // checked.
    private protected override SearchOptions Start(string? preset, Func<string, string?> given)
    {
        var (name, space) = (given("algorithm"), given("space"));
        var algorithm = name is null ? null : SearchAlgorithm.Find(name);
        var known = space is not null && CellSpace.TryFind(space, out var found) ? found : CellSpace.Darts;
        return SearchPresets.Size(
            preset ?? (name is null && known.Skeleton == Skeleton.Darts ? SearchPresets.Default : SearchPresets.Paper),
            algorithm ?? SearchAlgorithm.All[0], known);
    }

    private protected override SearchOptions Follow(
        SearchOptions start, SearchOptions options, IReadOnlyList<OptionOverride> given, List<ValidationError> problems) =>
        new DependentOptions(start, given, problems).Follow(options);

    private static string? NeedsCost(SearchOptions options, double value) =>
        value != 0 && options.Cost == CostName.None ? $"0 without a cost; give cost, one of {CostName.Allowed}" : null;

    private static bool IsSpace(string name) => CellSpace.TryFind(name, out _);

    private static bool IsMethod(string name) => SearchAlgorithm.Find(name) is not null;

    private static int ShortestStage(SearchOptions options)
    {
        var starts = SearchAlgorithm.Find(options.Algorithm)?.StageStarts(options) ?? [0];
        return starts.Append(options.Epochs).Zip(starts.Skip(1).Append(options.Epochs), (first, next) => next - first).Take(
            starts.Count).Min();
    }
}
