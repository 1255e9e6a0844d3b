using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends;

public abstract partial class Backend<T>
{
    /// <summary>
    /// Statistics of src [N,C,H,W] over N, H and W (Ioffe and Szegedy 2015, algorithm 1): norm's Mean and InverseDeviation [C] are
    /// overwritten (biased variance), its running statistics move towards the batch's by <see cref="BatchNormState{T}.Momentum"/>
    /// (unbiased variance).
    /// </summary>
    public abstract void NormalizationStatistics(Tensor<T> src, BatchNormState<T> norm);

    /// <summary>Makes the running statistics [C] the active ones: norm's Mean and InverseDeviation are overwritten.</summary>
    public abstract void NormalizationInference(BatchNormState<T> norm);

    /// <summary>
    /// dst = scale · (src − mean) · inverse deviation + shift, with the active statistics. src and dst: [N,C,H,W]; they may be one tensor.
    /// </summary>
    public abstract void NormalizationForward(Tensor<T> src, BatchNormState<T> norm, Tensor<T> dst);

    /// <summary>
    /// A whole batch norm: dst = scale · (src − mean) · inverse deviation + shift with the statistics of the batch in training, which
    /// become active, and the running ones otherwise. src and dst: [N,C,H,W].
    /// </summary>
    public virtual void BatchNormForward(Tensor<T> src, BatchNormState<T> norm, Tensor<T> dst, bool training)
    {
        UpdateStatistics(src, norm, training);
        NormalizationForward(src, norm, dst);
    }

    /// <summary>
    /// Gradient of training-mode batch norm through the batch's statistics, which are active (Ioffe and Szegedy 2015, section 3; the
    /// formula is at <see cref="BatchNormGradient{T}"/>): diffSrc (+)= dz, and, if <paramref name="weightGradients"/> and where there are
    /// scale and shift, their Diff [C] +=. src is what was normalised; src, diffDst and diffSrc: [N,C,H,W].
    /// </summary>
    public abstract void NormalizationBackward(
        Tensor<T> src, BatchNormState<T> norm, Tensor<T> diffDst, Tensor<T> diffSrc, bool accumulate, bool weightGradients);

    /// <summary>
    /// Makes the statistics of the batch src [N,C,H,W] active in training (<see cref="NormalizationStatistics"/>), and counts the batch;
    /// the running ones otherwise.
    /// </summary>
    public void UpdateStatistics(Tensor<T> src, BatchNormState<T> norm, bool training)
    {
        if (!training)
        {
            NormalizationInference(norm);
            return;
        }

        NormalizationStatistics(src, norm);
        norm.BatchesTracked++;
    }

    /// <summary>
    /// From v.Diff [N,C,H,W], z and its statistics: the vectors Dy, Z and Constant [C] of v.Gradient, which say dz for a loss through
    /// weight · BN(z), are overwritten, and diffWeights[index] += Σ Diff · BN(z). Formula and source: <see cref="BatchNormGradient{T}"/>.
    /// </summary>
    /// <param name="v">z, or ẑ where its batch norm has been applied in place; its statistics are those of the batch.</param>
    /// <param name="weights">Mixing weights; null with a negative index.</param>
    /// <param name="index">Which weight follows the norm; negative for none, so that the factor is one.</param>
    /// <param name="diffWeights">Gradients of the mixing weights; null for none.</param>
    public abstract void NormalizationGradient(DeferredBatchNorm<T> v, Tensor<T>? weights, int index, Tensor<T>? diffWeights);

    /// <summary>
    /// diffSrc (+)= Σ dz of all <paramref name="values"/>, which share z [N,C,H,W], each with its own Diff and gradient vectors
    /// (<see cref="NormalizationGradient"/> made them).
    /// </summary>
    public abstract void NormalizationDiff(ReadOnlySpan<DeferredBatchNorm<T>> values, Tensor<T> diffSrc, bool accumulate);
}
