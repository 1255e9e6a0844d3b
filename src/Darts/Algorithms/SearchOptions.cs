using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Darts.Algorithms;

/// <summary>
/// All options of a search (the specification's <c>DARTSConfig</c>). The defaults are those of the official code
/// (Liu et al. 2019). Immutable; <see cref="Table"/> builds one from preset, file and command line.
/// </summary>
public sealed record SearchOptions : RunOptions
{
    /// <summary>The settings of DARTS.</summary>
    public SearchOptions() => (Seed, Epochs, BatchSize, Layers, InitChannels) = (2, 50, 64, 8, 16);

    /// <summary>Their table.</summary>
    internal static SearchOptionTable Table => SearchOptionTable.Instance;

    /// <summary>The method: one of <see cref="SearchAlgorithm.Names"/>.</summary>
    public string Algorithm { get; init; } = "darts";

    /// <summary>What edges choose from: one of <see cref="CellSpace.Names"/>.</summary>
    public string Space { get; init; } = CellSpace.Darts.Name;

    /// <inheritdoc/>
    internal override Skeleton Skeleton => CellSpace.TryFind(Space, out var space) ? space.Skeleton : Skeleton.Darts;

    /// <summary>How cells of the search are wired.</summary>
    internal CellTopology Topology => CellSpace.Named(Space).Topology with { Nodes = Nodes, Multiplier = Multiplier };

    /// <summary>Intermediate nodes of a cell.</summary>
    public int Nodes { get; init; } = 4;

    /// <summary>How many of the last nodes make the output of a cell.</summary>
    public int Multiplier { get; init; } = 4;

    /// <summary>Channels of the stem, as a multiple of <see cref="RunOptions.InitChannels"/>.</summary>
    public int StemMultiplier { get; init; } = 3;

    /// <summary>Learning rate that the cosine schedule approaches.</summary>
    public double LearningRateMin { get; init; } = 0.001;

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

    /// <summary>Watchdogs: <c>none</c>, or some of <c>skip</c>, <c>rank</c> and <c>eigenvalue</c> with commas between.</summary>
    public string Watch { get; init; } = "none";

    /// <summary>
    /// What an alarm does: <c>report</c> it, <c>stop</c> the search, or <c>rollback</c> to the genotype of an earlier epoch.
    /// </summary>
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

    /// <summary>What the search is to know the cost of, see <c>CostName</c>: <c>none</c>, <c>macs</c>, <c>latency:TABLE</c>.</summary>
    public string Cost { get; init; } = CostName.None;

    /// <summary>
    /// λ, the weight of the expected cost in the validation loss, as a share of the space's range; with <see cref="Target"/> that of the
    /// first epoch.
    /// </summary>
    public double CostWeight { get; init; }

    /// <summary>r of (E − r)/r in place of the share of the range; 0 for that.</summary>
    public double CostReference { get; init; }

    /// <summary>Most that the derived genotype may cost, in the unit of the cost; 0 for no limit.</summary>
    public double Target { get; init; }

    /// <summary>Channels of the first cell of the network that is to be built.</summary>
    public int TargetChannels { get; init; } = 36;

    /// <summary>Its cells.</summary>
    public int TargetLayers { get; init; } = 20;

    /// <summary>Cells in each of its three stages, in the space of NAS-Bench-201.</summary>
    public int TargetCellsPerStage { get; init; } = 5;

    /// <summary>Rows and columns of its images; 0 for those of the data.</summary>
    public int TargetImageSize { get; init; }

    /// <summary>What one method alone reads, of every method; see <see cref="Own{TOwn}"/>.</summary>
    internal MethodOptions Methods { get; init; } = MethodOptions.Defaults;

    /// <summary>All problems of these options; empty when they can be used.</summary>
    public IReadOnlyList<ValidationError> Validate() => Table.Validate(this);

    /// <summary>The options that the method alone reads.</summary>
    public TOwn Own<TOwn>()
        where TOwn : class, new() => Methods.Get<TOwn>();

    /// <summary>The same options with others that a method alone reads.</summary>
    public SearchOptions With<TOwn>(TOwn own)
        where TOwn : class, new() => this with { Methods = Methods.With(own) };
}
