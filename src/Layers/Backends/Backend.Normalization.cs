using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends;

public abstract partial class Backend<T>
{
    /// <summary>
    /// Statistics of src: [N,C,H,W] into Mean and InverseDeviation (biased variance), and into the running statistics
    /// (unbiased variance) with momentum 0.1.
    /// </summary>
    public abstract void NormalizationStatistics(Tensor<T> src, BatchNormState<T> norm);

    /// <summary>Makes the running statistics the active ones.</summary>
    public abstract void NormalizationInference(BatchNormState<T> norm);

    /// <summary>dst = scale · (src − mean) · inverse deviation + shift, with the active statistics.</summary>
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
    /// Gradient of training-mode batch norm, with the active statistics: diffSrc (+)= …, and of scale and shift where there are any and
    /// <paramref name="weightGradients"/>.
    /// </summary>
    public abstract void NormalizationBackward(
        Tensor<T> src, BatchNormState<T> norm, Tensor<T> diffDst, Tensor<T> diffSrc, bool accumulate, bool weightGradients);

    /// <summary>Statistics of the batch in training, the running ones otherwise.</summary>
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
    /// From v.Diff, z and its statistics: the three vectors of dz for the loss through weight · BN(z), and
    /// diffWeights[index] += Σ Diff · BN(z). A negative <paramref name="index"/> means weight one.
    /// </summary>
    public abstract void NormalizationGradient(DeferredBatchNorm<T> v, Tensor<T>? weights, int index, Tensor<T>? diffWeights);

    /// <summary>diffSrc (+)= Σ dz of all <paramref name="values"/>, which share z.</summary>
    public abstract void NormalizationDiff(ReadOnlySpan<DeferredBatchNorm<T>> values, Tensor<T> diffSrc, bool accumulate);
}
