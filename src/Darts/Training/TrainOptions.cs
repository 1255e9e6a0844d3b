using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Darts.Training;

/// <summary>
/// All options of a training from scratch. The defaults are those of the official <c>train.py</c> (Liu et al. 2019, section
/// 3.2). Immutable; <see cref="Table"/> builds one from preset, file and command line.
/// </summary>
public sealed record TrainOptions : RunOptions
{
    internal const string PaddedCrop = "padded";
    internal const string ResizedCrop = "resized";

    /// <summary>The settings of the paper on CIFAR-10.</summary>
    public TrainOptions() => (Epochs, BatchSize, Layers, InitChannels, DropPath, Cutout) = (600, 96, 20, 36, 0.2, true);

    /// <summary>Their table.</summary>
    internal static TrainOptionTable Table => TrainOptionTable.Instance;

    /// <summary>What is trained: a genotype's text, or <c>resnet20</c> or <c>mobilenetv2</c>.</summary>
    public string Network { get; init; } = "DARTS_V2";

    /// <inheritdoc/>
    internal override Skeleton Skeleton => NasBench201Cell.IsIn(Network) ? Skeleton.NasBench201 : Skeleton.Darts;

    /// <summary>A safetensors file with the weights to start from, by their official PyTorch names; empty to draw them.</summary>
    public string Weights { get; init; } = "";

    /// <summary>The folder of the run, in which a relative path of weights lies; empty for the current directory.</summary>
    internal string Folder { get; init; } = "";

    /// <summary>Where the weights are.</summary>
    internal string WeightsFile => Path.Combine(Folder, Weights);

    /// <summary>Whether the classifiers are drawn nevertheless, as for other classes than those of the weights.</summary>
    public bool NewClassifier { get; init; }

    /// <summary>Share of the training images that is held out to test on, where the data has no test images; 0 for none.</summary>
    public double HeldOut { get; init; }

    /// <summary>What stands before the first cell: <c>cifar</c> or <c>imagenet</c>.</summary>
    public string Stem { get; init; } = "cifar";

    /// <summary>A second classifier after two thirds of the cells, in training.</summary>
    public bool Auxiliary { get; init; } = true;

    /// <summary>Weight of its loss.</summary>
    public double AuxiliaryWeight { get; init; } = 0.4;

    /// <summary>Factor by which the rate falls each epoch; 1 for a cosine to zero instead.</summary>
    public double LearningRateDecay { get; init; } = 1;

    /// <summary>Share of the target that is spread over all classes.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>
    /// How a training image is cropped: <c>padded</c> (of its own size, from a border of 4) or <c>resized</c> (8 to 100 % of its area,
    /// scaled to the size of all, as ImageNet is trained on; a folder's images are then decoded at each use and tested on their middle).
    /// </summary>
    public string Crop { get; init; } = PaddedCrop;

    /// <summary>Vary brightness, contrast and saturation by up to 0.4 and hue by up to 0.2, as ImageNet is trained on.</summary>
    public bool ColorJitter { get; init; }
}
