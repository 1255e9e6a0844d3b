using System.Numerics;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Prepared;

/// <summary>A convolution. src: [N,I,H,W], weights: [O,I/groups,kh,kw], dst: [N,O,H',W'].</summary>
internal sealed class PreparedConvolution<T>(
    Backend<T> backend, Tensor<T> src, Tensor<T> weights, Tensor<T> dst, Window2D window, int groups) : LayerOperation<T>(src, dst)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private PlainOperation Kind =>
        groups > 1 && weights.Capacity.C == 1 && weights.Capacity.N == groups ? PlainOperation.DepthwiseConvolution
        : groups == 1 && window with { Dilation = 1 } == Window2D.Point ? PlainOperation.PointwiseConvolution
        : PlainOperation.Convolution;

    public override string Describe() =>
        $"{backend.Implementation(Kind)}: convolution {window.Describe()}, {weights.Capacity} over {Src.Capacity}";

    public override void Forward(bool training) => backend.ConvolutionForward(Src, weights, Dst, window, groups);

    public override void Backward(bool weightGradients, bool accumulate)
    {
        if (weightGradients) backend.ConvolutionBackwardWeights(Src, Dst.Diff!, weights.Diff!, window, groups);
        if (Src.Diff is { } diffSrc) backend.ConvolutionBackwardData(Dst.Diff!, weights, diffSrc, window, groups, accumulate);
    }
}
