using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends;

public abstract partial class Backend<T>
{
    /// <summary>dst = max(src, 0).</summary>
    public abstract void ReluForward(Tensor<T> src, Tensor<T> dst);

    /// <summary>diffSrc (+)= diffDst where src is positive.</summary>
    public abstract void ReluBackward(Tensor<T> src, Tensor<T> diffDst, Tensor<T> diffSrc, bool accumulate);

    /// <summary>dst = the sources side by side in the channels. sources: [N,Ci,H,W], dst: [N,ΣCi,H,W].</summary>
    public abstract void ConcatForward(ReadOnlySpan<Tensor<T>> sources, Tensor<T> dst);

    /// <summary>diffSource_i (+)= its channels of diffDst.</summary>
    public abstract void ConcatBackward(Tensor<T> diffDst, ReadOnlySpan<Tensor<T>> diffSources, bool accumulate);

    /// <summary>dst (+)= weights[index] · src.</summary>
    public abstract void ScaleForward(Tensor<T> src, Tensor<T> weights, int index, Tensor<T> dst, bool accumulate);

    /// <summary>diffWeights[index] += Σ diffDst · src. (The data gradient is <see cref="ScaleForward"/> of diffDst.)</summary>
    public abstract void ScaleBackwardWeights(Tensor<T> src, Tensor<T> diffDst, Tensor<T> diffWeights, int index);

    /// <summary>
    /// dst (+)= factors · src with one factor an image (drop path: mask/keep). factors: [N,1,1,1]. Its own backward.
    /// </summary>
    public abstract void ScaleImages(Tensor<T> src, Tensor<T> factors, Tensor<T> dst, bool accumulate);

    /// <summary>dst (+)= factors · src element by element (dropout: mask/keep). factors like src. Its own backward.</summary>
    public abstract void Multiply(Tensor<T> src, Tensor<T> factors, Tensor<T> dst, bool accumulate);

    /// <summary>
    /// Softmax cross entropy, mean over the batch. logits: [N,K,1,1], labels: [N,1,1,1], result: [2] = loss and number of
    /// right answers. diffLogits, where not null, gets the gradient times <paramref name="lossScale"/>. Label smoothing ε moves
    /// ε of the target to the uniform distribution (Szegedy et al. 2016).
    /// </summary>
    public abstract void CrossEntropy(
        Tensor<T> logits, Tensor<int> labels, Tensor<T> result, Tensor<T>? diffLogits, double labelSmoothing = 0, double lossScale = 1);
}
