using System.Numerics;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Composed;

/// <summary>Node sums by plain operations, one term after the other.</summary>
internal sealed class ComposedNodeSum<T> : Operation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Backend<T> backend;
    private readonly NodeSum<T> sum;
    private readonly Tensor<T> normalized;

    public ComposedNodeSum(MemoryPlan<T> plan, NodeSum<T> sum)
    {
        (backend, this.sum) = (plan.Backend, sum);
        long used = 0;
        normalized = plan.Scratch("normalized term", sum.Extent, ref used);
    }

    public override string Describe() => $"composed of plain operations: {sum.Describe()}";

    public override void Forward(bool training) => Forward(sum.Terms.Active, sum.Accumulate);

    /// <summary>The nodes that some of the terms enter.</summary>
    public void Forward(ReadOnlySpan<NodeSumTerm<T>> terms, bool accumulate)
    {
        Tensor<T>? node = null;
        foreach (var term in terms)
        {
            var adds = accumulate || ReferenceEquals(node, term.Dst);
            node = term.Dst!;
            if (term.Normalized is { } v) backend.NormalizationForward(v.Value, v.Norm, normalized);
            backend.ScaleForward(term.Identity ?? normalized, sum.Weights, term.Index, node, adds);
        }
    }

    public override void Backward(bool weightGradients)
    {
        var (weights, diffWeights) = (sum.Weights, sum.Weights.Diff!);
        foreach (var term in sum.Terms.Active)
        {
            if (term.Normalized is { } v)
            {
                backend.NormalizationGradient(v, weights, term.Index, diffWeights);
            }
            else
            {
                backend.ScaleBackwardWeights(term.Identity!, term.Dst!.Diff!, diffWeights, term.Index);
                backend.ScaleForward(term.Dst!.Diff!, weights, term.Index, term.Identity!.Diff!, accumulate: true);
            }
        }
    }
}
