using MIOpenDarts.Darts.Options;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Algorithms;

/// <summary>
/// Everything a search can be told (the specification's <c>DARTSConfig</c>). The defaults are those of the official code
/// (Liu et al. 2019). Immutable; <see cref="SearchOptionsResolver"/> builds one from preset, file and command line.
/// </summary>
public sealed record SearchOptions : IRunOptions
{
    /// <summary>The data set: <c>fashion-mnist-slice</c> (embedded) or a folder with CIFAR files, IDX files, or images by class.</summary>
    public string Data { get; init; } = "fashion-mnist-slice";

    /// <summary>Rows and columns that images are brought to; 0 to keep theirs, which all images of a folder must share.</summary>
    public int ImageSize { get; init; }

    /// <summary>The method: <c>darts</c>, <c>pc-darts</c>, <c>fair-darts</c>, <c>dr-nas</c>, <c>gdas</c> or <c>random</c>.</summary>
    public string Algorithm { get; init; } = "darts";

    /// <summary>Where it computes: a name that <see cref="BackendChoice"/> knows.</summary>
    public string Backend { get; init; } = "auto";

    /// <summary>Threads of a managed backend; 0 for one per processor. Results do not depend on it.</summary>
    public int Threads { get; init; }

    /// <summary>Whether a GPU's libraries may use only what sums in the same order every time; managed backends always do.</summary>
    public bool Deterministic { get; init; } = true;

    /// <summary>Seed of every random draw.</summary>
    public ulong Seed { get; init; } = 2;

    /// <summary>Passes over the training half.</summary>
    public int Epochs { get; init; } = 50;

    /// <summary>Images in a batch; the last batch of an epoch may have fewer.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Cells of the supernet; those at one and two thirds reduce.</summary>
    public int Layers { get; init; } = 8;

    /// <summary>Channels of the first cell; doubled at each reduction.</summary>
    public int InitChannels { get; init; } = 16;

    /// <summary>Intermediate nodes of a cell.</summary>
    public int Nodes { get; init; } = 4;

    /// <summary>How many of the last nodes make the output of a cell.</summary>
    public int Multiplier { get; init; } = 4;

    /// <summary>Channels of the stem, as a multiple of <see cref="InitChannels"/>.</summary>
    public int StemMultiplier { get; init; } = 3;

    /// <summary>Learning rate of the weights in the first epoch.</summary>
    public double LearningRate { get; init; } = 0.025;

    /// <summary>Learning rate that the cosine schedule approaches.</summary>
    public double LearningRateMin { get; init; } = 0.001;

    /// <summary>Momentum of the weights' SGD.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>L2 penalty on the weights.</summary>
    public double WeightDecay { get; init; } = 3e-4;

    /// <summary>Norm to which the gradient of the weights is clipped.</summary>
    public double GradClip { get; init; } = 5;

    /// <summary>Learning rate of the architecture parameters.</summary>
    public double AlphaLearningRate { get; init; } = 3e-4;

    /// <summary>First-moment decay of the architecture's Adam.</summary>
    public double AlphaBeta1 { get; init; } = 0.5;

    /// <summary>Second-moment decay of the architecture's Adam.</summary>
    public double AlphaBeta2 { get; init; } = 0.999;

    /// <summary>L2 penalty on the architecture parameters (coupled, inside Adam).</summary>
    public double AlphaWeightDecay { get; init; } = 1e-3;

    /// <summary>Share of the training images that trains the weights; the rest trains the architecture.</summary>
    public double TrainPortion { get; init; } = 0.5;

    /// <summary>Second-order architecture gradient through one unrolled weight step.</summary>
    public bool Unrolled { get; init; }

    /// <summary>Random crop (padding 4) and horizontal flip.</summary>
    public bool Augment { get; init; } = true;

    /// <summary>Blank a random square of every training image (DeVries and Taylor 2017).</summary>
    public bool Cutout { get; init; }

    /// <summary>Side of that square in pixels.</summary>
    public int CutoutLength { get; init; } = 16;

    /// <summary>Probability with which a path of a cell is dropped.</summary>
    public double DropPath { get; init; }

    /// <summary>Watchdogs: <c>none</c>, or some of <c>skip</c>, <c>rank</c> and <c>eigenvalue</c> with commas between.</summary>
    public string Watch { get; init; } = "none";

    /// <summary>What an alarm does: <c>report</c> it, <c>stop</c> the search, or <c>rollback</c> to the genotype of an earlier epoch.</summary>
    public string WatchAction { get; init; } = "report";

    /// <summary>First epoch that may raise an alarm, and the first that the eigenvalue's rule goes back to.</summary>
    public int WatchFrom { get; init; } = 10;

    /// <summary>Skip connections that the normal cell may have: DARTS+ stops at two.</summary>
    public int WatchSkipNormal { get; init; } = 1;

    /// <summary>Skip connections that the reduction cell may have: no published rule limits them.</summary>
    public int WatchSkipReduce { get; init; } = 8;

    /// <summary>Epochs without a change of the operations' ranking that raise an alarm.</summary>
    public int WatchRankEpochs { get; init; } = 10;

    /// <summary>Epochs from one eigenvalue to the next.</summary>
    public int WatchInterval { get; init; } = 2;

    /// <summary>Eigenvalues in a mean.</summary>
    public int WatchWindow { get; init; } = 5;

    /// <summary>Eigenvalues from the mean that is compared with to the present one.</summary>
    public int WatchDistance { get; init; } = 4;

    /// <summary>Quotient of the two means that raises an alarm.</summary>
    public double WatchRatio { get; init; } = 1.3;

    /// <summary>Background threads that prepare batches; 0 prepares them on the calling thread. Batches do not depend on it.</summary>
    public int DataWorkers { get; init; } = 4;

    /// <summary>Half-precision arithmetic; refused, because gfx803 gains nothing from it.</summary>
    public bool MixedPrecision { get; init; }

    /// <summary>K: one K-th of the channels goes through mixed operations, the rest bypasses them; 1 for all (PC-DARTS).</summary>
    public int PartialChannels { get; init; } = 1;

    /// <summary>Weights of their own, softmaxed, for the edges into a node (PC-DARTS).</summary>
    public bool EdgeNormalization { get; init; }

    /// <summary>Epochs, at the start of the search or of a stage, in which the alphas rest.</summary>
    public int WarmupEpochs { get; init; }

    /// <summary>Nesterov's momentum for the weights.</summary>
    public bool Nesterov { get; init; }

    /// <summary>Weight of the zero-one loss (Fair DARTS); 0 for none.</summary>
    public double ZeroOneWeight { get; init; }

    /// <summary>Its form: <c>l2</c> or <c>l1</c>.</summary>
    public string ZeroOneForm { get; init; } = "l2";

    /// <summary>How a genotype is read (Fair DARTS): <c>darts</c>, <c>threshold_sparse</c> or <c>threshold_edge</c>.</summary>
    public string GenotypeRule { get; init; } = "darts";

    /// <summary>Least sigmoid of an operation that a threshold rule keeps.</summary>
    public double Threshold { get; init; } = 0.85;

    /// <summary>Weight of the divergence from the uniform Dirichlet distribution (DrNAS); 0 for none.</summary>
    public double DivergenceWeight { get; init; }

    /// <summary>Epoch in which the second stage begins (DrNAS); 0 for one stage.</summary>
    public int SecondStageEpoch { get; init; }

    /// <summary>K of the second stage.</summary>
    public int SecondStagePartialChannels { get; init; } = 1;

    /// <summary>Operations that an edge keeps in the second stage.</summary>
    public int SecondStageOperations { get; init; } = 7;

    /// <summary>Temperature of the first epoch (GDAS).</summary>
    public double TemperatureStart { get; init; } = 10;

    /// <summary>Temperature of the last epoch (GDAS).</summary>
    public double TemperatureEnd { get; init; } = 0.1;

    /// <summary>Steps between two progress reports.</summary>
    public int ReportInterval { get; init; } = 50;

    /// <summary>Steps between two checkpoints; 0 writes one at the end of each epoch only.</summary>
    public int CheckpointInterval { get; init; } = 100;

    /// <summary>Checkpoints kept before the oldest is replaced.</summary>
    public int CheckpointRing { get; init; } = 3;

    /// <summary>All problems of these options; empty when they can be used.</summary>
    public IReadOnlyList<OptionProblem> Validate() => SearchOptionFields.Check(this);
}
