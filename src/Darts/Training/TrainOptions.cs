using MIOpenDarts.Darts.Options;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Training;

/// <summary>
/// Everything a training from scratch can be told. The defaults are those of the official <c>train.py</c> (Liu et al. 2019, section
/// 3.2). Immutable; <see cref="TrainOptionsResolver"/> builds one from preset, file and command line.
/// </summary>
public sealed record TrainOptions : IRunOptions
{
    internal const string PaddedCrop = "padded";
    internal const string ResizedCrop = "resized";

    /// <summary>What is trained: a genotype's text, or <c>resnet20</c> or <c>mobilenetv2</c>.</summary>
    public string Network { get; init; } = "DARTS_V2";

    /// <summary>A safetensors file with the weights to start from, by their official PyTorch names; empty to draw them.</summary>
    public string Weights { get; init; } = "";

    /// <summary>Whether the classifiers are drawn nevertheless, as for other classes than those of the weights.</summary>
    public bool NewClassifier { get; init; }

    /// <summary>The data set: <c>fashion-mnist-slice</c> (embedded) or a folder.</summary>
    public string Data { get; init; } = "fashion-mnist-slice";

    /// <summary>Rows and columns that images are brought to; 0 to keep theirs, which all images of a folder must share.</summary>
    public int ImageSize { get; init; }

    /// <summary>Share of the training images that is held out to test on, where the data has no test images; 0 for none.</summary>
    public double HeldOut { get; init; }

    /// <summary>Where it computes: a name that <see cref="BackendChoice"/> knows.</summary>
    public string Backend { get; init; } = "auto";

    /// <summary>Threads of a managed backend; 0 for one per processor. Results do not depend on it.</summary>
    public int Threads { get; init; }

    /// <summary>Whether a GPU's libraries may use only what sums in the same order every time; managed backends always do.</summary>
    public bool Deterministic { get; init; } = true;

    /// <summary>Seed of every random draw.</summary>
    public ulong Seed { get; init; }

    /// <summary>Passes over the training images.</summary>
    public int Epochs { get; init; } = 600;

    /// <summary>Images in a batch; the last batch of an epoch may have fewer.</summary>
    public int BatchSize { get; init; } = 96;

    /// <summary>What stands before the first cell: <c>cifar</c> or <c>imagenet</c>.</summary>
    public string Stem { get; init; } = "cifar";

    /// <summary>Cells of a genotype's network; those at one and two thirds reduce.</summary>
    public int Layers { get; init; } = 20;

    /// <summary>Channels of the first cell; doubled at each reduction.</summary>
    public int InitChannels { get; init; } = 36;

    /// <summary>A second classifier behind two thirds of the cells, in training.</summary>
    public bool Auxiliary { get; init; } = true;

    /// <summary>Weight of its loss.</summary>
    public double AuxiliaryWeight { get; init; } = 0.4;

    /// <summary>Learning rate in the first epoch.</summary>
    public double LearningRate { get; init; } = 0.025;

    /// <summary>Factor by which the rate falls each epoch; 1 for a cosine to zero instead.</summary>
    public double LearningRateDecay { get; init; } = 1;

    /// <summary>Momentum of SGD.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>L2 penalty.</summary>
    public double WeightDecay { get; init; } = 3e-4;

    /// <summary>Norm to which the gradient is clipped.</summary>
    public double GradClip { get; init; } = 5;

    /// <summary>Share of the target that is spread over all classes.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Probability with which a path is dropped that the last epoch approaches.</summary>
    public double DropPath { get; init; } = 0.2;

    /// <summary>Random crop and horizontal flip.</summary>
    public bool Augment { get; init; } = true;

    /// <summary>
    /// How a training image is cropped: <c>padded</c> (of its own size, from a border of 4) or <c>resized</c> (8 to 100 % of its area,
    /// scaled to the size of all, as ImageNet is trained on; a folder's images are then decoded at each use and tested on their middle).
    /// </summary>
    public string Crop { get; init; } = PaddedCrop;

    /// <summary>Vary brightness, contrast and saturation by up to 0.4 and hue by up to 0.2, as ImageNet is trained on.</summary>
    public bool ColorJitter { get; init; }

    /// <summary>Blank a random square of every training image (DeVries and Taylor 2017).</summary>
    public bool Cutout { get; init; } = true;

    /// <summary>Side of that square in pixels.</summary>
    public int CutoutLength { get; init; } = 16;

    /// <summary>Background threads that prepare batches. Batches do not depend on it.</summary>
    public int DataWorkers { get; init; } = 4;

    /// <summary>Steps between two progress reports.</summary>
    public int ReportInterval { get; init; } = 50;

    /// <summary>Steps between two checkpoints; 0 writes one at the end of each epoch only.</summary>
    public int CheckpointInterval { get; init; } = 100;

    /// <summary>Checkpoints kept before the oldest is replaced.</summary>
    public int CheckpointRing { get; init; } = 3;
}
