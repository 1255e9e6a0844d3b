using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends;

public abstract partial class Backend<T>
{
    /// <summary>dst = max(src, 0). Both of one shape; they may be one tensor.</summary>
    public abstract void ReluForward(Tensor<T> src, Tensor<T> dst);

    /// <summary>diffSrc (+)= diffDst where src is positive, and zero elsewhere. All of one shape.</summary>
    public abstract void ReluBackward(Tensor<T> src, Tensor<T> diffDst, Tensor<T> diffSrc, bool accumulate);

    /// <summary>dst = the sources side by side in the channels. sources: [N,Ci,H,W], dst: [N,ΣCi,H,W].</summary>
    public abstract void ConcatForward(ReadOnlySpan<Tensor<T>> sources, Tensor<T> dst);

    /// <summary>diffSource_i (+)= its channels of diffDst. diffSources: [N,Ci,H,W], diffDst: [N,ΣCi,H,W].</summary>
    public abstract void ConcatBackward(Tensor<T> diffDst, ReadOnlySpan<Tensor<T>> diffSources, bool accumulate);

    /// <summary>dst (+)= weights[index] · src: a path of a mixed operation (eq. 2 of the DARTS paper). src and dst of one shape.</summary>
    public abstract void ScaleForward(Tensor<T> src, Tensor<T> weights, int index, Tensor<T> dst, bool accumulate);

    /// <summary>
    /// diffWeights[index] += Σ diffDst · src, both of one shape. (The data gradient is <see cref="ScaleForward"/> of diffDst.)
    /// </summary>
    public abstract void ScaleBackwardWeights(Tensor<T> src, Tensor<T> diffDst, Tensor<T> diffWeights, int index);

    /// <summary>
    /// dst (+)= factors · src with one factor an image (drop path: mask/keep; Larsson et al. 2017). src and dst: [N,C,H,W],
    /// factors: [N,1,1,1]. Its own backward pass.
    /// </summary>
    public abstract void ScaleImages(Tensor<T> src, Tensor<T> factors, Tensor<T> dst, bool accumulate);

    /// <summary>
    /// dst (+)= factors · src element by element (dropout: mask/keep; Srivastava et al. 2014). All of one shape. Its own backward pass.
    /// </summary>
    public abstract void Multiply(Tensor<T> src, Tensor<T> factors, Tensor<T> dst, bool accumulate);

    /// <summary>
    /// Softmax cross entropy, mean over the batch. logits: [N,K,1,1], labels: [N,1,1,1], each from 0 to K − 1; result: [2] = mean loss in
    /// nats and number of right answers. diffLogits like logits, where not null, = its gradient times <paramref name="lossScale"/>. Of
    /// equal logits the first is the answer.
    /// </summary>
    /// <param name="logits">Read.</param>
    /// <param name="labels">Read.</param>
    /// <param name="result">Overwritten; <paramref name="lossScale"/> does not enter it.</param>
    /// <param name="diffLogits">Overwritten; null for none.</param>
    /// <param name="labelSmoothing">ε of the target goes to the uniform distribution (Szegedy et al. 2016, section 7).</param>
    /// <param name="lossScale">Factor of the gradient.</param>
    public abstract void CrossEntropy(
        Tensor<T> logits, Tensor<int> labels, Tensor<T> result, Tensor<T>? diffLogits, double labelSmoothing = 0, double lossScale = 1);
}
