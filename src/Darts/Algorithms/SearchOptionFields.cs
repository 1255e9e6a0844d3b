using System.Globalization;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Algorithms;

/// <summary>The table of all options: names, ranges and help, from which validation, files and the command line work.</summary>
public static class SearchOptionFields
{
    private const string MixedPrecisionRefusal =
        "false: gfx803 computes half precision no faster than single, so it would cost accuracy and gain nothing";

    /// <summary>All options in the order in which they are shown.</summary>
    public static IReadOnlyList<OptionField> All { get; } = Array.AsReadOnly<OptionField>(
    [
        Text("data", "fashion-mnist-slice or a folder", "Data set to search on.", o => o.Data, o => o.Data.Length > 0),
        Integer("image_size", 0, 4096, "Rows and columns that images are brought to; 0 to keep theirs.", o => o.ImageSize),
        Text("algorithm", string.Join(", ", SearchAlgorithm.Names), "Method.", o => o.Algorithm, o => SearchAlgorithm.Find(o.Algorithm) is not null),
        Text("backend", BackendChoice.Allowed, "Where to compute.", o => o.Backend, o => BackendChoice.IsName(o.Backend)),
        Integer("threads", 0, 1024, "Threads of a managed backend, at most one per processor; 0 for that many.", o => o.Threads),
        Flag("deterministic", "The same bits in every run on a GPU; false lets MIOpen and rocBLAS use faster solvers that sum in any order.", o => o.Deterministic),
        Seed(),
        Integer("epochs", 1, 100_000, "Passes over the training half.", o => o.Epochs),
        Integer("batch_size", 1, 65_536, "Images in a batch.", o => o.BatchSize),
        Integer("layers", 3, 100, "Cells of the supernet.", o => o.Layers),
        Integer("init_channels", 1, 1024, "Channels of the first cell.", o => o.InitChannels),
        Integer("nodes", 1, 16, "Intermediate nodes of a cell.", o => o.Nodes),
        Integer("multiplier", 1, o => o.Nodes, "nodes", "Nodes that make the output of a cell.", o => o.Multiplier),
        Integer("stem_multiplier", 1, 16, "Channels of the stem, as a multiple of init_channels.", o => o.StemMultiplier),
        Number("learning_rate", "over 0, up to 10", "Learning rate of the weights at the start.", o => o.LearningRate, IsRate),
        LearningRateMin(),
        Number("momentum", "from 0, below 1", "Momentum of the weights' SGD.", o => o.Momentum, x => x is >= 0 and < 1),
        Number("weight_decay", "from 0 to 1", "L2 penalty on the weights.", o => o.WeightDecay, x => x is >= 0 and <= 1),
        Number("grad_clip", "over 0, up to 1000000", "Norm to which the weights' gradient is clipped.", o => o.GradClip, x => x is > 0 and <= 1e6),
        Number("alpha_learning_rate", "over 0, up to 10", "Learning rate of the architecture.", o => o.AlphaLearningRate, x => x is > 0 and <= 10),
        Number("alpha_beta1", "from 0, below 1", "First-moment decay of the architecture's Adam.", o => o.AlphaBeta1, x => x is >= 0 and < 1),
        Number("alpha_beta2", "from 0, below 1", "Second-moment decay of the architecture's Adam.", o => o.AlphaBeta2, x => x is >= 0 and < 1),
        Number("alpha_weight_decay", "from 0 to 1", "L2 penalty on the architecture.", o => o.AlphaWeightDecay, x => x is >= 0 and <= 1),
        Number("train_portion", "over 0, below 1", "Share of the images that trains the weights.", o => o.TrainPortion, x => x is > 0 and < 1),
        PartialChannels("partial_channels", "Mix one K-th of the channels, let the rest bypass; 1 mixes all.", o => o.PartialChannels),
        Flag("edge_normalization", "Weights for the edges into a node, beside those of their operations.", o => o.EdgeNormalization),
        WarmupEpochs(),
        Number("zero_one_weight", "from 0 to 1000", "Weight of the loss that drives sigmoids to zero or one (fair-darts).", o => o.ZeroOneWeight, x => x is >= 0 and <= 1000).OnlyFor(FairDartsAlgorithm.Word),
        Choice("zero_one_form", ["l2", "l1"], "Form of that loss.", o => o.ZeroOneForm).OnlyFor(FairDartsAlgorithm.Word),
        Choice("genotype_rule", FairDartsAlgorithm.Rules, "How a genotype is read (fair-darts).", o => o.GenotypeRule).OnlyFor(FairDartsAlgorithm.Word),
        Number("threshold", "over 0, below 1", "Least weight of an operation that a threshold rule keeps.", o => o.Threshold, x => x is > 0 and < 1).OnlyFor(FairDartsAlgorithm.Word),
        Number("divergence_weight", "from 0 to 1000", "Weight of the divergence from the uniform distribution, for alpha_weight_decay 0 (dr-nas).", o => o.DivergenceWeight, x => x is >= 0 and <= 1000).OnlyFor(DrNasAlgorithm.Word),
        SecondStageEpoch().OnlyFor(DrNasAlgorithm.Word),
        PartialChannels("second_stage_partial_channels", "K of the second stage.", o => o.SecondStagePartialChannels).OnlyFor(DrNasAlgorithm.Word),
        Integer("second_stage_operations", 1, 7, "Operations that an edge keeps in the second stage.", o => o.SecondStageOperations).OnlyFor(DrNasAlgorithm.Word),
        Number("temperature_start", "over 0, up to 1000", "Temperature of the draws in the first epoch (gdas).", o => o.TemperatureStart, x => x is > 0 and <= 1000).OnlyFor(GdasAlgorithm.Word),
        Number("temperature_end", "over 0, up to 1000", "Temperature in the last epoch.", o => o.TemperatureEnd, x => x is > 0 and <= 1000).OnlyFor(GdasAlgorithm.Word),
        Flag("nesterov", "Nesterov's momentum for the weights.", o => o.Nesterov),
        Flag("unrolled", "Second-order architecture gradient.", o => o.Unrolled),
        Flag("augment", "Random crop and horizontal flip.", o => o.Augment),
        Flag("cutout", "Blank a random square of every training image.", o => o.Cutout),
        Integer("cutout_length", 1, 1024, "Side of that square in pixels.", o => o.CutoutLength),
        Number("drop_path", "from 0, below 1", "Probability with which a path is dropped.", o => o.DropPath, x => x is >= 0 and < 1),
        new OptionField("watch", OptionKind.Text, WatchNames.Allowed, "Watchdogs of the search.", o => o.Watch, WatchNames.Check),
        Text("watch_action", "report, stop or rollback (to an earlier epoch's genotype)", "What an alarm does.", o => o.WatchAction, o => WatchNames.Actions.Contains(o.WatchAction)),
        Integer("watch_from", 0, 100_000, "First epoch that may raise an alarm.", o => o.WatchFrom),
        Integer("watch_skip_normal", 0, 1000, "Skip connections that the normal cell may have.", o => o.WatchSkipNormal),
        Integer("watch_skip_reduce", 0, 1000, "Skip connections that the reduction cell may have.", o => o.WatchSkipReduce),
        Integer("watch_rank_epochs", 1, 100_000, "Epochs of equal ranking of the operations that raise an alarm.", o => o.WatchRankEpochs),
        Integer("watch_interval", 1, 1000, "Epochs from one eigenvalue to the next.", o => o.WatchInterval),
        Integer("watch_window", 1, 1000, "Eigenvalues in a mean.", o => o.WatchWindow),
        Integer("watch_distance", 1, 1000, "Eigenvalues from the earlier mean to the present one.", o => o.WatchDistance),
        Number("watch_ratio", "from 1 to 1000", "Quotient of the means that raises an alarm.", o => o.WatchRatio, x => x is >= 1 and <= 1000),
        Integer("data_workers", 0, 64, "Background threads that prepare batches.", o => o.DataWorkers),
        new OptionField("mixed_precision", OptionKind.Flag, "false", "Half-precision arithmetic (refused on gfx803).", o => Show(o.MixedPrecision), o => o.MixedPrecision ? MixedPrecisionRefusal : null),
        Integer("report_interval", 1, 1_000_000, "Steps between two progress reports.", o => o.ReportInterval),
        Integer("checkpoint_interval", 0, 1_000_000, "Steps between two checkpoints; 0 for the end of each epoch only.", o => o.CheckpointInterval),
        Integer("checkpoint_ring", 1, 100, "Checkpoints kept.", o => o.CheckpointRing),
    ]);

    /// <summary>Finds an option by its name in snake_case, camelCase or kebab-case.</summary>
    public static OptionField? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return All.FirstOrDefault(field => field.IsCalled(name));
    }

    internal static IReadOnlyList<OptionProblem> Check(SearchOptions options) =>
        All.Select(field => field.Check(options)).OfType<OptionProblem>().ToList();

    private static OptionField Integer(string name, int min, int max, string help, Func<SearchOptions, int> value)
    {
        var allowed = $"a whole number from {min} to {max}";
        return new OptionField(name, OptionKind.Integer, allowed, help, o => Show(value(o)), o => value(o) >= min && value(o) <= max ? null : allowed);
    }

    private static OptionField Integer(string name, int min, Func<SearchOptions, int> max, string maxName, string help, Func<SearchOptions, int> value) =>
        new(name, OptionKind.Integer, $"a whole number from {min} to {maxName}", help, o => Show(value(o)),
            o => value(o) >= min && value(o) <= max(o) ? null : $"a whole number from {min} to {maxName}, which is {max(o)}");

    private static OptionField Number(string name, string range, string help, Func<SearchOptions, double> value, Func<double, bool> inRange) =>
        new(name, OptionKind.Number, $"a number {range}", help, o => Show(value(o)), o => inRange(value(o)) ? null : $"a number {range}");

    private static OptionField Flag(string name, string help, Func<SearchOptions, bool> value) =>
        new(name, OptionKind.Flag, "true or false", help, o => Show(value(o)), _ => null);

    private static OptionField Text(string name, string allowed, string help, Func<SearchOptions, string> value, Func<SearchOptions, bool> valid) =>
        new(name, OptionKind.Text, allowed, help, value, o => valid(o) ? null : allowed);

    private static OptionField Choice(string name, IReadOnlyList<string> values, string help, Func<SearchOptions, string> value) =>
        Text(name, string.Join(", ", values), help, value, o => values.Contains(value(o)));

    private static OptionField PartialChannels(string name, string help, Func<SearchOptions, int> value) =>
        new(name, OptionKind.Integer, "a divisor of init_channels", help, o => Show(value(o)),
            o => value(o) >= 1 && o.InitChannels % value(o) == 0 ? null : $"a divisor of init_channels, which is {o.InitChannels}");

    private static OptionField WarmupEpochs() =>
        new("warmup_epochs", OptionKind.Integer, "a whole number from 0, below epochs", "Epochs at the start of each stage in which the architecture rests.",
            o => Show(o.WarmupEpochs),
            o => o.WarmupEpochs >= 0 && !WarmsUpTooLong(o) ? null : $"a whole number from 0 to {ShortestStage(o) - 1}, so that the architecture moves in every stage");

    private static OptionField SecondStageEpoch() =>
        new("second_stage_epoch", OptionKind.Integer, "0, or a whole number below epochs", "Epoch in which the second stage begins (dr-nas); 0 for one stage.",
            o => Show(o.SecondStageEpoch),
            o => o.SecondStageEpoch == 0 || (o.SecondStageEpoch > 0 && o.SecondStageEpoch < o.Epochs) ? null : $"0, or a whole number below epochs, which is {o.Epochs}");

    internal static bool WarmsUpTooLong(SearchOptions o) => o.WarmupEpochs > 0 && o.WarmupEpochs >= ShortestStage(o);

    private static int ShortestStage(SearchOptions o) =>
        o.SecondStageEpoch <= 0 || o.SecondStageEpoch >= o.Epochs ? o.Epochs : Math.Min(o.SecondStageEpoch, o.Epochs - o.SecondStageEpoch);

    private static OptionField Seed() =>
        new("seed", OptionKind.Integer, $"a whole number from 0 to {ulong.MaxValue}", "Seed of every random draw.", o => Show(o.Seed), _ => null);

    private static OptionField LearningRateMin() =>
        new("learning_rate_min", OptionKind.Number, "a number from 0 to learning_rate", "Learning rate that the cosine schedule approaches.",
            o => Show(o.LearningRateMin),
            // A learning rate that is none is told as what it is.
            o => o.LearningRateMin >= 0 && (o.LearningRateMin <= o.LearningRate || !IsRate(o.LearningRate)) ? null : $"a number from 0 to learning_rate, which is {Show(o.LearningRate)}");

    private static bool IsRate(double rate) => rate is > 0 and <= 10;

    private static string Show<T>(T value) where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);

    private static string Show(bool value) => value ? "true" : "false";
}
