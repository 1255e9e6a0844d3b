using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Convolution;

/// <summary>A linear layer is a 1x1 convolution of images with one pixel.</summary>
internal sealed unsafe class Linear<S, V>(PointwiseConvolution<S, V> pointwise)
    where S : struct, ISimd<V>
    where V : struct
{
    public void Forward(Tensor<float> src, Tensor<float> weights, Tensor<float> bias, Tensor<float> dst)
    {
        var outputs = dst.Shape.C;
        for (var n = 0; n < dst.Shape.N; n++)
            Buffer.MemoryCopy(bias.Data(), dst.Data() + (long)n * outputs, outputs * sizeof(float), outputs * sizeof(float));
        pointwise.Product(ImagesAsPixels(src, dst), pointwise.PackFilters(weights, transposed: false), src.Shape.C, outputs, accumulate: true);
    }

    public void BackwardData(Tensor<float> diffDst, Tensor<float> weights, Tensor<float> diffSrc) =>
        pointwise.Product(
            ImagesAsPixels(diffDst, diffSrc), pointwise.PackFilters(weights, transposed: true), diffDst.Shape.C, diffSrc.Shape.C, accumulate: false);

    public void BackwardWeights(Tensor<float> src, Tensor<float> diffDst, Tensor<float> diffWeights, Tensor<float> diffBias)
    {
        pointwise.ProductGradient(ImagesAsPixels(src, diffDst), 1, diffWeights);
        for (var o = 0; o < diffDst.Shape.C; o++)
        {
            double sum = 0;
            for (var n = 0; n < diffDst.Shape.N; n++) sum += diffDst.Data()[(long)n * diffDst.Shape.C + o];
            diffBias.Data()[o] += (float)sum;
        }
    }

    private static PointwiseConvolution<S, V>.PixelRows ImagesAsPixels(Tensor<float> x, Tensor<float> y) => new()
    {
        X = x.Data(),
        Y = y.Data(),
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
