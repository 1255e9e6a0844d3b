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
    private readonly DropPath<T>?[] drops;
    private readonly int firstWeight;

    /// <summary>
    /// Declares all primitives below <paramref name="prefix"/>; weight k is element <paramref name="firstWeight"/> + k. With
    /// <paramref name="dropPath"/>, a mask follows every operation but <c>none</c> and the identity.
    /// </summary>
    public MixedOp(ParameterSet<T> parameters, string prefix, int channels, int stride, Tensor<T> weights, int firstWeight, bool dropPath = false)
    {
        Weights = weights;
        Stride = stride;
        this.firstWeight = firstWeight;
        var primitives = Primitives.SearchSpace;
        operations = new Module<T>[primitives.Count];
        drops = new DropPath<T>?[primitives.Count];
        for (var k = 0; k < operations.Length; k++)
        {
            operations[k] = OperationFactory.Create(parameters, primitives[k], $"{prefix}_ops.{k}.", channels, stride, affine: false, poolNorm: true);
            // Every operation that is dropped ends in a batch norm, so the number of batch norms so far is a number of its own.
            if (dropPath && operations[k] is not (Zero<T> or Identity<T>)) drops[k] = new DropPath<T>(parameters.Counters.Count);
        }
    }

    /// <summary>Sets the probability with which an image's path through an operation is dropped.</summary>
    public void SetDropPath(double probability)
    {
        foreach (var drop in drops)
            if (drop is not null) drop.Probability = probability;
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
            drops[k]?.Forward(pass);
            Backend.ScaleForward(Output(k), Weights, firstWeight + k, Dst, accumulate: k > 0);
        }
    }

    /// <inheritdoc/>
    public override void Backward(in Pass pass, bool accumulate)
    {
        for (var k = 0; k < operations.Length; k++)
        {
            var dst = Output(k);
            Backend.ScaleBackwardWeights(dst, Dst.Diff!, Weights.Diff!, firstWeight + k);
            Backend.ScaleForward(Dst.Diff!, Weights, firstWeight + k, dst.Diff!, accumulate: false);
            drops[k]?.Backward(pass, accumulate: false);
            operations[k].Backward(pass, accumulate || k > 0);
        }
    }

    /// <inheritdoc/>
    protected override Tensor<T> PlanDestination(MemoryPlan<T> plan, Tensor<T> source)
    {
        for (var k = 0; k < operations.Length; k++)
        {
            operations[k].Plan(plan, source);
            drops[k]?.Plan(plan, operations[k].Dst);
        }

        var (_, c, h, w) = operations[0].Dst.Capacity;
        return plan.ActivationWithDiff("mixed op", c, h, w);
    }

    private Tensor<T> Output(int k) => drops[k]?.Dst ?? operations[k].Dst;
}
