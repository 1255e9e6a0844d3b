using System.Globalization;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Training;

/// <summary>One option of a training.</summary>
public sealed class TrainOptionField : OptionDefinition
{
    private readonly Func<TrainOptions, string> show;
    private readonly Func<TrainOptions, bool> valid;

    internal TrainOptionField(
        string name, OptionKind kind, string allowed, string help, Func<TrainOptions, string> show, Func<TrainOptions, bool> valid, bool hasEffect = true)
        : base(name, kind, allowed, help) => (this.show, this.valid, HasEffect) = (show, valid, hasEffect);

    /// <summary>
    /// Whether a run computes something else when this option changes, so that a resume must keep it. Where the data lies has none: its
    /// fingerprint is compared instead.
    /// </summary>
    public bool HasEffect { get; }

    /// <summary>The value in some options, as it would be typed.</summary>
    public string Show(TrainOptions options) => show(options);

    internal OptionProblem? Check(TrainOptions options) => valid(options) ? null : OptionProblem.NotAllowed(Name, show(options), Allowed);
}

/// <summary>The table of all options of a training: names, ranges and help, from which validation, files and the command line work.</summary>
public static class TrainOptionFields
{
    /// <summary>All options in the order in which they are shown.</summary>
    public static IReadOnlyList<TrainOptionField> All { get; } = Array.AsReadOnly<TrainOptionField>(
    [
        Text("network", "a genotype, resnet20 or mobilenetv2", "What to train.", o => o.Network, text => text.Length > 0),
        Text("weights", "a safetensors file with the official PyTorch names, or nothing to draw them", "Weights to start from.", o => o.Weights, _ => true),
        new("new_classifier", OptionKind.Flag, "false, or true with weights", "Draw the classifier anew, as for other classes than those of the weights.",
            o => o.NewClassifier ? "true" : "false", o => !o.NewClassifier || o.Weights.Length > 0),
        Text("data", "fashion-mnist-slice or a folder", "Data set to train and test on.", o => o.Data, text => text.Length > 0, hasEffect: false),
        Integer("image_size", 0, 4096, "Rows and columns that images are brought to; 0 to keep theirs.", o => o.ImageSize),
        Number("held_out", "from 0, below 1", "Share of the training images to test on, where there are no test images.", o => o.HeldOut, x => x is >= 0 and < 1),
        Text("backend", BackendChoice.Allowed, "Where to compute.", o => o.Backend, BackendChoice.IsName, hasEffect: false),
        Integer("threads", 0, 1024, "Threads of a managed backend, at most one per processor; 0 for that many.", o => o.Threads, hasEffect: false),
        Flag("deterministic", "The same bits in every run on a GPU; false lets MIOpen and rocBLAS use faster solvers that sum in any order.", o => o.Deterministic, hasEffect: false),
        new("seed", OptionKind.Integer, $"a whole number from 0 to {ulong.MaxValue}", "Seed of every random draw.", o => Show(o.Seed), _ => true),
        Integer("epochs", 1, 100_000, "Passes over the training images.", o => o.Epochs),
        Integer("batch_size", 1, 65_536, "Images in a batch.", o => o.BatchSize),
        Text("stem", "cifar or imagenet", "What stands before the first cell.", o => o.Stem, text => text is "cifar" or "imagenet"),
        Integer("layers", 3, 100, "Cells of a genotype's network.", o => o.Layers),
        Integer("init_channels", 2, 1024, "Channels of the first cell.", o => o.InitChannels),
        Flag("auxiliary", "A second classifier behind two thirds of the cells.", o => o.Auxiliary),
        Number("auxiliary_weight", "from 0 to 10", "Weight of its loss.", o => o.AuxiliaryWeight, x => x is >= 0 and <= 10),
        Number("learning_rate", "over 0, up to 10", "Learning rate at the start.", o => o.LearningRate, x => x is > 0 and <= 10),
        Number("learning_rate_decay", "over 0, up to 1", "Factor of the rate each epoch; 1 for a cosine to zero.", o => o.LearningRateDecay, x => x is > 0 and <= 1),
        Number("momentum", "from 0, below 1", "Momentum of SGD.", o => o.Momentum, x => x is >= 0 and < 1),
        Number("weight_decay", "from 0 to 1", "L2 penalty.", o => o.WeightDecay, x => x is >= 0 and <= 1),
        Number("grad_clip", "over 0, up to 1000000", "Norm to which the gradient is clipped.", o => o.GradClip, x => x is > 0 and <= 1e6),
        Number("label_smoothing", "from 0, below 1", "Share of the target that is spread over all classes.", o => o.LabelSmoothing, x => x is >= 0 and < 1),
        Number("drop_path", "from 0, below 1", "Probability with which a path is dropped at the end.", o => o.DropPath, x => x is >= 0 and < 1),
        Flag("augment", "Random crop and horizontal flip.", o => o.Augment),
        Text(
            "crop", "padded (of its size, from a border of 4) or resized (8 to 100 % of it, scaled)",
            "How a training image is cropped; with resized no file is looked at before it is used, and a damaged one ends the training (the command data finds them).",
            o => o.Crop, text => text is TrainOptions.PaddedCrop or TrainOptions.ResizedCrop),
        Flag("color_jitter", "Vary brightness, contrast, saturation (0.4) and hue (0.2).", o => o.ColorJitter),
        Flag("cutout", "Blank a random square of every training image.", o => o.Cutout),
        Integer("cutout_length", 1, 1024, "Side of that square in pixels.", o => o.CutoutLength),
        Integer("data_workers", 0, 64, "Background threads that prepare batches.", o => o.DataWorkers, hasEffect: false),
        Integer("report_interval", 1, 1_000_000, "Steps between two progress reports.", o => o.ReportInterval, hasEffect: false),
        Integer("checkpoint_interval", 0, 1_000_000, "Steps between two checkpoints; 0 for the end of each epoch only.", o => o.CheckpointInterval, hasEffect: false),
        Integer("checkpoint_ring", 1, 100, "Checkpoints kept.", o => o.CheckpointRing, hasEffect: false),
    ]);

    /// <summary>Finds an option by its name in snake_case, camelCase or kebab-case.</summary>
    public static TrainOptionField? Find(string name) => All.FirstOrDefault(field => field.IsCalled(name));

    /// <summary>All problems of some options; empty when they can be used.</summary>
    public static IReadOnlyList<OptionProblem> Check(TrainOptions options) => [.. All.Select(field => field.Check(options)).OfType<OptionProblem>()];

    private static TrainOptionField Integer(string name, int min, int max, string help, Func<TrainOptions, int> value, bool hasEffect = true) =>
        new(name, OptionKind.Integer, $"a whole number from {min} to {max}", help, o => Show(value(o)), o => value(o) >= min && value(o) <= max, hasEffect);

    private static TrainOptionField Number(string name, string range, string help, Func<TrainOptions, double> value, Func<double, bool> inRange) =>
        new(name, OptionKind.Number, $"a number {range}", help, o => Show(value(o)), o => inRange(value(o)));

    private static TrainOptionField Flag(string name, string help, Func<TrainOptions, bool> value, bool hasEffect = true) =>
        new(name, OptionKind.Flag, "true or false", help, o => value(o) ? "true" : "false", _ => true, hasEffect);

    private static TrainOptionField Text(
        string name, string allowed, string help, Func<TrainOptions, string> value, Func<string, bool> valid, bool hasEffect = true) =>
        new(name, OptionKind.Text, allowed, help, value, o => valid(value(o)), hasEffect);

    private static string Show<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);
}
