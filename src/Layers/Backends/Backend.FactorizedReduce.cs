using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends;

// Factorized reductions that share a source, composed as a fused form must compute them.
public abstract partial class Backend<T>
{
    /// <summary>
    /// Raw outputs of factorized reductions of ReLU(src), and their statistics. <paramref name="rectified"/> is like src, for the composed
    /// form.
    /// </summary>
    public virtual void SharedFactorizedReduceForward(Tensor<T> src, ReadOnlySpan<FactorizedReduceBranch<T>> branches, Tensor<T> rectified,
        bool training)
    {
        ReluForward(src, rectified);
        foreach (var b in branches)
        {
            FactorizedReduceForward(rectified, b.Even, b.Odd, b.Dst.Value);
            UpdateStatistics(b.Dst.Value, b.Dst.Norm, training);
        }
    }

    /// <summary>
    /// From the branches' gradient vectors: the source's Diff +=, and the filters' gradients += if <paramref name="weightGradients"/>.
    /// <paramref name="rectified"/> and <paramref name="diffRectified"/> are like src, for the composed form.
    /// </summary>
    public virtual void SharedFactorizedReduceBackward(
        Tensor<T> src, ReadOnlySpan<FactorizedReduceBranch<T>> branches, Tensor<T> rectified, Tensor<T> diffRectified, bool weightGradients)
    {
        ReluForward(src, rectified);
        var accumulate = false;
        foreach (var b in branches)
        {
            var dst = b.Dst;
            NormalizationDiff(new ReadOnlySpan<DeferredBatchNorm<T>>(in dst), b.Scratch, accumulate: false);
            if (weightGradients) FactorizedReduceBackwardWeights(rectified, b.Scratch, b.Even.Diff!, b.Odd.Diff!);
            FactorizedReduceBackwardData(b.Scratch, b.Even, b.Odd, diffRectified, accumulate);
            accumulate = true;
        }

        ReluBackward(rectified, diffRectified, src.Diff!, accumulate: true);
    }
}
