using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Options;

/// <summary>Options of searches and trainings alike. Where their defaults differ, each says its own in its constructor.</summary>
public abstract record RunOptions
{
    internal const string WholeBatch = "sync";
    internal const string PerLeaf = "leaf";

    /// <summary>The data set: <c>fashion-mnist-slice</c> (embedded) or a folder with CIFAR files, IDX files, or images by class.</summary>
    public string Data { get; init; } = "fashion-mnist-slice";

    /// <summary>Rows and columns that images are brought to; 0 to keep theirs, which all images of a folder must share.</summary>
    public int ImageSize { get; init; }

    /// <summary>Where it computes: a name that <see cref="BackendChoice"/> knows.</summary>
    public string Backend { get; init; } = BackendChoice.Auto;

    /// <summary>Threads of a managed backend; 0 for one per processor. Results do not depend on it.</summary>
    public int Threads { get; init; }

    /// <summary>Whether a GPU's libraries may use only what sums in the same order every time; managed backends always do.</summary>
    public bool Deterministic { get; init; } = true;

    /// <summary>Seed of every random draw.</summary>
    public ulong Seed { get; init; }

    /// <summary>Passes over the images that train the weights.</summary>
    public int Epochs { get; init; }

    /// <summary>Images in a batch; the last batch of an epoch may have fewer.</summary>
    public int BatchSize { get; init; }

    /// <summary>
    /// Leaves that a batch is cut into, a power of two: what is summed over a batch is summed over a leaf first, then over the leaves by a
    /// binary tree, so that neither threads nor processes change a bit of it. At most so many processes share a batch.
    /// </summary>
    public int Leaves { get; init; } = BatchLeaves.Default;

    /// <summary>
    /// What batch norms take the statistics of in training: <c>sync</c>, the whole batch, or <c>leaf</c>, a leaf of it.
    /// </summary>
    public string BatchNorm { get; init; } = WholeBatch;

    /// <summary>
    /// Cells of a network like those of DARTS, of which those at one and two thirds reduce; 0 for one of NAS-Bench-201.
    /// </summary>
    public int Layers { get; init; }

    /// <summary>Cells in each of the three stages of a network of NAS-Bench-201; 0 for others.</summary>
    public int CellsPerStage { get; init; }

    /// <summary>How many cells a network has, in words.</summary>
    internal string CellsInWords => Skeleton == Skeleton.NasBench201 ? $"{CellsPerStage} cells a stage" : $"{Layers} cells";

    /// <summary>How the network puts cells together: what is asked for says it.</summary>
    internal abstract Skeleton Skeleton { get; }

    /// <summary>Channels of the first cell; doubled at each reduction.</summary>
    public int InitChannels { get; init; }

    /// <summary>Learning rate of the weights in the first epoch.</summary>
    public double LearningRate { get; init; } = 0.025;

    /// <summary>Momentum of the weights' SGD.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>L2 penalty on the weights.</summary>
    public double WeightDecay { get; init; } = 3e-4;

    /// <summary>Norm to which the gradient of the weights is clipped.</summary>
    public double GradClip { get; init; } = 5;

    /// <summary>Probability with which a path of a cell is dropped that the last epoch approaches.</summary>
    public double DropPath { get; init; }

    /// <summary>Random crop (padding 4) and horizontal flip.</summary>
    public bool Augment { get; init; } = true;

    /// <summary>Blank a random square of every training image (DeVries and Taylor 2017).</summary>
    public bool Cutout { get; init; }

    /// <summary>Side of that square in pixels.</summary>
    public int CutoutLength { get; init; } = 16;

    /// <summary>Background threads that prepare batches; 0 prepares them on the calling thread. Batches do not depend on it.</summary>
    public int DataWorkers { get; init; } = 4;

    /// <summary>Steps between two progress reports.</summary>
    public int ReportInterval { get; init; } = 50;

    /// <summary>Steps between two checkpoints; 0 writes one at the end of each epoch only.</summary>
    public int CheckpointInterval { get; init; } = 100;

    /// <summary>Checkpoints kept before the oldest is replaced.</summary>
    public int CheckpointRing { get; init; } = 3;

    /// <summary>The cut of batches, for one process or for several that share them.</summary>
    internal BatchLeaves Cut(ILeafExchange? exchange) => new(Leaves, exchange, perLeaf: BatchNorm == PerLeaf);
}
