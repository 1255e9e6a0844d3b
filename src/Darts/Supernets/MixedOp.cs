using System.Numerics;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Supernets;

/// <summary>
/// The continuous relaxation of one edge, eq. (2) of the DARTS paper: y = Σ_k weight_k · o_k(x), computed operation by operation. With
/// partial channels (eq. (1) of Xu et al. 2020) that is the first part of the channels, the rest bypasses, and both are shuffled.
/// x: [N,C,H,W], y: [N,C,⌈H/stride⌉,⌈W/stride⌉].
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class MixedOp<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ArchitectureParameters<T> architecture;
    private readonly Module<T>[] operations;
    private readonly DropPath<T>?[] drops;
    private readonly int edge;
    private ChannelSplit<T>? split;
    private Tensor<T>? mixed;

    /// <summary>
    /// Declares all candidates of edge number <paramref name="edge"/> below <paramref name="prefix"/>. With <paramref name="dropPath"/>,
    /// a mask follows every operation but <c>none</c> and the identity.
    /// </summary>
    public MixedOp(
        ParameterSet<T> parameters, string prefix, int channels, int stride, ArchitectureParameters<T> architecture, int edge,
        bool dropPath = false)
    {
        (this.architecture, this.edge, Stride) = (architecture, edge, stride);
        var candidates = architecture.Space.Candidates;
        operations = new Module<T>[candidates.Count];
        drops = new DropPath<T>?[candidates.Count];
        for (var k = 0; k < operations.Length; k++)
        {
            operations[k] = candidates[k].Build(new OperationSite<T>(
                parameters, $"{prefix}_ops.{k}.", channels / architecture.Space.PartialChannels, stride, Affine: false,
                architecture.Space.PoolNorm));
            // Every operation that is dropped ends in a batch norm, so the number of batch norms so far is a number of its own.
            if (dropPath && !candidates[k].IsTrivial(stride)) drops[k] = new DropPath<T>(parameters.Counters.Count);
        }
    }

    /// <summary>One module for each candidate.</summary>
    public IReadOnlyList<Module<T>> Operations => operations;

    /// <summary>Stride of the edge.</summary>
    public int Stride { get; }

    /// <summary>Index of the weight of the edge.</summary>
    public int EdgeWeight => architecture.EdgeWeight(edge);

    /// <summary>Index of a candidate's weight.</summary>
    public int Path(Primitive primitive) => architecture.Path(edge, primitive);

    /// <summary>Index of the first candidate's weight.</summary>
    public int FirstPath => edge * operations.Length;

    /// <summary>Sets the probability with which an image's path through an operation is dropped.</summary>
    public void SetDropPath(double probability)
    {
        foreach (var drop in drops)
            if (drop is not null) drop.Probability = probability;
    }

    /// <inheritdoc/>
    public override void Forward(in Pass pass)
    {
        split?.Forward();
        var first = true;
        for (var k = 0; k < operations.Length; k++)
        {
            if (!architecture.Relaxation.IsActive(FirstPath + k)) continue;
            operations[k].Forward(pass);
            drops[k]?.Forward(pass);
            Backend.ScaleForward(Output(k), architecture.Mixing, FirstPath + k, mixed!, accumulate: !first);
            first = false;
        }

        if (split is not null) Backend.PartialMergeForward(mixed!, split.Bypass, Dst);
    }

    /// <inheritdoc/>
    public override void Backward(in Pass pass, bool accumulate)
    {
        if (split is not null) Backend.PartialMergeBackward(Dst.Diff!, mixed!.Diff!, split.Bypass.Diff!);
        var upstream = split is null ? Dst.Diff! : mixed!.Diff!;
        var first = !accumulate || split is not null;
        for (var k = 0; k < operations.Length; k++)
        {
            if (!architecture.Relaxation.IsActive(FirstPath + k)) continue;
            var dst = Output(k);
            Backend.ScaleBackwardWeights(dst, upstream, architecture.Mixing.Diff!, FirstPath + k);
            Backend.ScaleForward(upstream, architecture.Mixing, FirstPath + k, dst.Diff!, accumulate: false);
            drops[k]?.Backward(pass, accumulate: false);
            operations[k].Backward(pass, !first);
            first = false;
        }

        split?.Backward(accumulate);
    }

    /// <inheritdoc/>
    protected override Tensor<T> PlanDestination(MemoryPlan<T> plan, Tensor<T> source)
    {
        var parts = architecture.Space.PartialChannels;
        split = parts > 1 ? new ChannelSplit<T>(plan, source, parts, Stride) : null;
        for (var k = 0; k < operations.Length; k++)
        {
            operations[k].Plan(plan, split?.Head ?? source);
            drops[k]?.Plan(plan, operations[k].Dst);
        }

        var (_, c, h, w) = operations[0].Dst.Capacity;
        mixed = plan.ActivationWithDiff("mixed op", c, h, w);
        return split is null ? mixed : plan.ActivationWithDiff("merged channels", parts * c, h, w);
    }

    private Tensor<T> Output(int k) => drops[k]?.Dst ?? operations[k].Dst;
}
