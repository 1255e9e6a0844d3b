using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu;

internal sealed unsafe partial class CpuBackend<S, V>
{
    /// <inheritdoc/>
    public override void ConvolutionForward(Tensor<float> src, Tensor<float> weights, Tensor<float> dst, Window2D window, int groups)
    {
        if (IsDepthwise(weights.Shape, groups)) DepthwiseForward(src, weights, dst, window);
        else if (IsPointwise(window, groups)) PointwiseForward(src, weights, dst, window);
        else DenseForward(src, weights, dst, window, groups);
    }

    /// <inheritdoc/>
    public override void ConvolutionBackwardData(
        Tensor<float> diffDst, Tensor<float> weights, Tensor<float> diffSrc, Window2D window, int groups, bool accumulate)
    {
        if (IsDepthwise(weights.Shape, groups)) DepthwiseBackwardData(diffDst, weights, diffSrc, window, accumulate);
        else if (IsPointwise(window, groups)) PointwiseBackwardData(diffDst, weights, diffSrc, window, accumulate);
        else DenseBackwardData(diffDst, weights, diffSrc, window, groups, accumulate);
    }

    /// <inheritdoc/>
    public override void ConvolutionBackwardWeights(Tensor<float> src, Tensor<float> diffDst, Tensor<float> diffWeights, Window2D window, int groups)
    {
        if (IsDepthwise(diffWeights.Shape, groups)) DepthwiseBackwardWeights(src, diffDst, diffWeights, window);
        else if (IsPointwise(window, groups)) PointwiseBackwardWeights(src, diffDst, diffWeights, window);
        else DenseBackwardWeights(src, diffDst, diffWeights, window, groups);
    }

    private static bool IsDepthwise(Shape weights, int groups) => weights.C == 1 && weights.N == groups;

    private static bool IsPointwise(Window2D window, int groups) =>
        window is { KernelH: 1, KernelW: 1, PaddingH: 0, PaddingW: 0 } && groups == 1;
}
