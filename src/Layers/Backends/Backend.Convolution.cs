using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends;

public abstract partial class Backend<T>
{
    /// <summary>
    /// dst = src ∗ weights, a cross-correlation as in PyTorch, with zeros outside the image. src: [N,I,H,W], weights: [O,I/groups,kh,kw],
    /// dst: [N,O,H',W'].
    /// </summary>
    public abstract void ConvolutionForward(Tensor<T> src, Tensor<T> weights, Tensor<T> dst, Window2D window, int groups);

    /// <summary>diffSrc (+)= diffDst ∗ᵀ weights. Shapes as in <see cref="ConvolutionForward"/>.</summary>
    public abstract void ConvolutionBackwardData(Tensor<T> diffDst, Tensor<T> weights, Tensor<T> diffSrc, Window2D window, int groups,
        bool accumulate);

    /// <summary>diffWeights += src ⋆ diffDst. Shapes as in <see cref="ConvolutionForward"/>.</summary>
    public abstract void ConvolutionBackwardWeights(Tensor<T> src, Tensor<T> diffDst, Tensor<T> diffWeights, Window2D window, int groups);

    /// <summary>
    /// dst = a factorized reduction of src (<c>FactorizedReduce</c> in the official operations.py): two 1x1 convolutions with stride 2, on
    /// x and on x shifted by one pixel, whose outputs are the two halves of dst's channels. src: [N,I,H,W], even and odd: [O/2,I,1,1],
    /// dst: [N,O,⌈H/2⌉,⌈W/2⌉]; outside the image is zero.
    /// </summary>
    public abstract void FactorizedReduceForward(Tensor<T> src, Tensor<T> even, Tensor<T> odd, Tensor<T> dst);

    /// <summary>diffSrc (+)= gradient of <see cref="FactorizedReduceForward"/> in src, with its shapes.</summary>
    public abstract void FactorizedReduceBackwardData(Tensor<T> diffDst, Tensor<T> even, Tensor<T> odd, Tensor<T> diffSrc, bool accumulate);

    /// <summary>diffEven, diffOdd += gradient of <see cref="FactorizedReduceForward"/> in its filters, with its shapes.</summary>
    public abstract void FactorizedReduceBackwardWeights(Tensor<T> src, Tensor<T> diffDst, Tensor<T> diffEven, Tensor<T> diffOdd);

    /// <summary>dst = src·weightsᵀ + bias. src: [N,I,1,1], weights: [O,I,1,1], bias: [O], dst: [N,O,1,1].</summary>
    public abstract void LinearForward(Tensor<T> src, Tensor<T> weights, Tensor<T> bias, Tensor<T> dst);

    /// <summary>diffSrc = diffDst·weights. Shapes as in <see cref="LinearForward"/>.</summary>
    public abstract void LinearBackwardData(Tensor<T> diffDst, Tensor<T> weights, Tensor<T> diffSrc);

    /// <summary>diffWeights += diffDstᵀ·src; diffBias += Σ diffDst over images. Shapes as in <see cref="LinearForward"/>.</summary>
    public abstract void LinearBackwardWeights(Tensor<T> src, Tensor<T> diffDst, Tensor<T> diffWeights, Tensor<T> diffBias);
}
