using System.Numerics;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Composed;

/// <summary>Factorized reductions of one source by plain operations, one after the other.</summary>
internal sealed class ComposedFactorizedReduce<T> : Operation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Backend<T> backend;
    private readonly Tensor<T> src;
    private readonly ActiveList<FactorizedReduceBranch<T>> branches;
    private readonly Tensor<T> rectified;
    private readonly Tensor<T> diffRectified;
    private readonly Dictionary<FactorizedReduceBranch<T>, Tensor<T>> diffs;

    public ComposedFactorizedReduce(MemoryPlan<T> plan, Tensor<T> src, ActiveList<FactorizedReduceBranch<T>> branches)
    {
        (backend, this.src, this.branches) = (plan.Backend, src, branches);
        long used = 0;
        rectified = plan.Scratch("rectified", src.Capacity, ref used);
        diffRectified = plan.Scratch("d rectified", src.Capacity, ref used);
        diffs = branches.All.ToDictionary(b => b, b =>
        {
            var end = used;
            return plan.Scratch("d factorized reduction", b.Dst.Value.Capacity, ref end);
        });
    }

    public override string Describe() => $"composed of plain operations: {FactorizedReduceBranch<T>.Describe(src, branches.All)}";

    public override void Forward(bool training)
    {
        if (branches.Active.IsEmpty) return;
        backend.ReluForward(src, rectified);
        foreach (var b in branches.Active)
        {
            backend.FactorizedReduceForward(rectified, b.Even, b.Odd, b.Dst.Value);
            backend.UpdateStatistics(b.Dst.Value, b.Dst.Norm, training);
        }
    }

    // The rectified source is made anew: that is cheaper than keeping it through all later cells.
    public override void Backward(bool weightGradients)
    {
        if (branches.Active.IsEmpty) return;
        backend.ReluForward(src, rectified);
        var accumulate = false;
        foreach (var b in branches.Active)
        {
            var (dst, diff) = (b.Dst, diffs[b]);
            backend.NormalizationDiff(new ReadOnlySpan<DeferredBatchNorm<T>>(in dst), diff, accumulate: false);
            if (weightGradients) backend.FactorizedReduceBackwardWeights(rectified, diff, b.Even.Diff!, b.Odd.Diff!);
            backend.FactorizedReduceBackwardData(diff, b.Even, b.Odd, diffRectified, accumulate);
            accumulate = true;
        }

        backend.ReluBackward(rectified, diffRectified, src.Diff!, accumulate: true);
    }
}
