using MIOpenDarts.Layers.Backends.Cpu.Kernels;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu;

// A linear layer is a 1x1 convolution of images with one pixel.
internal sealed unsafe partial class CpuBackend<S, V>
{
    /// <inheritdoc/>
    public override void LinearForward(Tensor<float> src, Tensor<float> weights, Tensor<float> bias, Tensor<float> dst)
    {
        var outputs = dst.Shape.C;
        for (var n = 0; n < dst.Shape.N; n++)
            Buffer.MemoryCopy(P(bias), P(dst) + (long)n * outputs, outputs * sizeof(float), outputs * sizeof(float));
        Product(ImagesAsPixels(src, dst), PackFilters(weights, transposed: false), src.Shape.C, outputs, accumulate: true);
    }

    /// <inheritdoc/>
    public override void LinearBackwardData(Tensor<float> diffDst, Tensor<float> weights, Tensor<float> diffSrc) =>
        Product(
            ImagesAsPixels(diffDst, diffSrc), PackFilters(weights, transposed: true), diffDst.Shape.C, diffSrc.Shape.C, accumulate: false);

    /// <inheritdoc/>
    public override void LinearBackwardWeights(Tensor<float> src, Tensor<float> diffDst, Tensor<float> diffWeights, Tensor<float> diffBias)
    {
        ProductGradient(ImagesAsPixels(src, diffDst), 1, diffWeights);
        for (var o = 0; o < diffDst.Shape.C; o++)
        {
            double sum = 0;
            for (var n = 0; n < diffDst.Shape.N; n++) sum += P(diffDst)[(long)n * diffDst.Shape.C + o];
            P(diffBias)[o] += (float)sum;
        }
    }

    private static PixelRows ImagesAsPixels(Tensor<float> x, Tensor<float> y) => new()
    {
        X = P(x),
        Y = P(y),
        Images = 1,
        Grid = new PixelGrid
        {
            XStep = x.Shape.C,
            YStep = y.Shape.C,
            XRow = x.Shape.C,
            YRow = y.Shape.C,
            Rows = x.Shape.N,
            Pixels = 1,
        },
    };
}
