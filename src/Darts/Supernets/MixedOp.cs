using System.Numerics;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Supernets;

/// <summary>
/// The continuous relaxation of one edge, eq. (2) of the DARTS paper: y = Σ_k weight_k · o_k(x), computed operation by operation.
/// x: [N,C,H,W], y: [N,C,⌈H/stride⌉,⌈W/stride⌉].
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class MixedOp<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Module<T>[] operations;
    private readonly int firstWeight;

    /// <summary>Declares all primitives below <paramref name="prefix"/>; weight k is element <paramref name="firstWeight"/> + k.</summary>
    public MixedOp(ParameterSet<T> parameters, string prefix, int channels, int stride, Tensor<T> weights, int firstWeight)
    {
        Weights = weights;
        Stride = stride;
        this.firstWeight = firstWeight;
        operations = [.. Primitives.SearchSpace.Select((primitive, k) =>
            OperationFactory.Create(parameters, primitive, $"{prefix}_ops.{k}.", channels, stride, affine: false, poolNorm: true))];
    }

    /// <summary>One module for each primitive, in the official order.</summary>
    public IReadOnlyList<Module<T>> Operations => operations;

    /// <summary>Stride of the edge.</summary>
    public int Stride { get; }

    /// <summary>Mixing weights of all edges of a kind of cell, with their gradient.</summary>
    public Tensor<T> Weights { get; }

    /// <summary>Index of the weight of <paramref name="primitive"/>.</summary>
    public int WeightIndex(Primitive primitive) => firstWeight + (int)primitive;

    /// <inheritdoc/>
    public override void Forward(in Pass pass)
    {
        for (var k = 0; k < operations.Length; k++)
        {
            operations[k].Forward(pass);
            Backend.ScaleForward(operations[k].Dst, Weights, firstWeight + k, Dst, accumulate: k > 0);
        }
    }

    /// <inheritdoc/>
    public override void Backward(in Pass pass, bool accumulate)
    {
        for (var k = 0; k < operations.Length; k++)
        {
            var dst = operations[k].Dst;
            Backend.ScaleBackwardWeights(dst, Dst.Diff!, Weights.Diff!, firstWeight + k);
            Backend.ScaleForward(Dst.Diff!, Weights, firstWeight + k, dst.Diff!, accumulate: false);
            operations[k].Backward(pass, accumulate || k > 0);
        }
    }

    /// <inheritdoc/>
    protected override Tensor<T> PlanDestination(MemoryPlan<T> plan, Tensor<T> source)
    {
        foreach (var operation in operations) operation.Plan(plan, source);
        var (_, c, h, w) = operations[0].Dst.Capacity;
        return plan.ActivationWithDiff("mixed op", c, h, w);
    }
}
