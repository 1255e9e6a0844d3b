using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Darts.Training;

/// <summary>The table of all options of a training: what every run has, and what a discrete network adds.</summary>
internal sealed class TrainOptionTable : RunOptionTable<TrainOptions>
{
    private TrainOptionTable()
        : base(
        [
            .. Network, Data, ImageSize,
            Number(
                "held_out", "from 0, below 1", "Share of the training images to test on, where there are no test images.",
                o => o.HeldOut, (o, v) => o with { HeldOut = v }, x => x is >= 0 and < 1),
            .. Place, .. Length.Select(field => field.Name == "epochs" ? Epochs : field), Choice(
                "stem", ["cifar", "imagenet"], "What stands before the first cell.", o => o.Stem, (o, v) => o with { Stem = v }),
            .. Layers("Cells of a genotype's network."), InitChannels(2), .. Loss, LearningRate,
            Number(
                "learning_rate_decay", "over 0, up to 1", "Factor of the rate each epoch; 1 for a cosine to zero.",
                o => o.LearningRateDecay, (o, v) => o with { LearningRateDecay = v }, x => x is > 0 and <= 1),
            .. WeightSteps, DropPath, Augment, .. Pictures, .. CutoutSquare, DataWorkers, .. Intervals,
        ])
    {
    }

    /// <summary>The only one.</summary>
    internal static TrainOptionTable Instance { get; } = new();

    private static OptionField<TrainOptions> Epochs => Integer(
        "epochs", 0, MostEpochs, "Passes over the training images; 0 tests given weights as they are.",
        o => o.Epochs, (o, v) => o with { Epochs = v }).Checked(o =>
            o.Epochs <= MostEpochs && o.Epochs >= (o.Weights.Length > 0 ? 0 : 1)
                ? null
                : $"a whole number from 1 to {MostEpochs}, or 0 with weights");

    private static IEnumerable<OptionField<TrainOptions>> Network =>
    [
        Text(
            "network", "a genotype, resnet20 or mobilenetv2", "What to train.",
            o => o.Network, (o, v) => o with { Network = v }, text => text.Length > 0),
        Text(
            "weights", "a safetensors file with the official PyTorch names, or nothing to draw them", "Weights to start from.",
            o => o.Weights, (o, v) => o with { Weights = v }, _ => true),
        Flag(
            "new_classifier", "Draw the classifier anew, as for other classes than those of the weights.",
            o => o.NewClassifier, (o, v) => o with { NewClassifier = v }, "false, or true with weights",
            o => o.NewClassifier && o.Weights.Length == 0 ? "false, or true with weights" : null),
    ];

    private static IEnumerable<OptionField<TrainOptions>> Loss =>
    [
        Flag("auxiliary", "A second classifier after two thirds of the cells.", o => o.Auxiliary, (o, v) => o with { Auxiliary = v }),
        Number(
            "auxiliary_weight", "from 0 to 10", "Weight of its loss.",
            o => o.AuxiliaryWeight, (o, v) => o with { AuxiliaryWeight = v }, x => x is >= 0 and <= 10),
        Number(
            "label_smoothing", "from 0, below 1", "Share of the target that is spread over all classes.",
            o => o.LabelSmoothing, (o, v) => o with { LabelSmoothing = v }, x => x is >= 0 and < 1),
    ];

    private static IEnumerable<OptionField<TrainOptions>> Pictures =>
    [
        Text(
            "crop", "padded (of its size, from a border of 4) or resized (8 to 100 % of it, scaled)",
            "How a training image is cropped; with resized no file is looked at before it is used, and a damaged one ends the training "
            + "(the command data finds them).",
            o => o.Crop, (o, v) => o with { Crop = v }, text => text is TrainOptions.PaddedCrop or TrainOptions.ResizedCrop),
        Flag(
            "color_jitter", "Vary brightness, contrast, saturation (0.4) and hue (0.2).",
            o => o.ColorJitter, (o, v) => o with { ColorJitter = v }),
    ];

    private protected override IReadOnlyList<string> PresetNames => TrainPresets.Names;

    /// <inheritdoc/>
    public override IReadOnlyList<ValidationError> Validate(TrainOptions options) => [.. base.Validate(options), .. Unread(options)];

    private protected override TrainOptions Start(string? preset, Func<string, string?> given) =>
        given("network") is { } network && NasBench201Cell.IsIn(network)
            ? TrainPresets.ForNasBench201(preset) with { Network = network }
            : TrainPresets.Get(preset ?? TrainPresets.Default);

    // A network of NAS-Bench-201 has one stem, one classifier, and drops no path.
    private IEnumerable<ValidationError> Unread(TrainOptions options)
    {
        if (options.Skeleton != Skeleton.NasBench201) yield break;
        var without = options with { Stem = "cifar", Auxiliary = false, DropPath = 0 };
        foreach (var field in All.Where(field => field.Show(options) != field.Show(without)))
            yield return ValidationError.NotAllowed(
                field.Name, field.Show(options), $"{field.Show(without)} for a cell of {CellSpace.NasBench201.Name}");
    }
}
