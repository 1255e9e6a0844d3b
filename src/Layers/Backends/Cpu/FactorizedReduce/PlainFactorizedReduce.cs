using MIOpenDarts.Layers.Backends.Cpu.Convolution;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.FactorizedReduce;

/// <summary>Two 1x1 convolutions of stride 2, from pixel (0, 0) and from (1, 1) on, into the two halves of dst's channels.</summary>
internal sealed class PlainFactorizedReduce<S, V>(CpuContext context)
    where S : struct, ISimd<V>
{
    private readonly GemmConvolution<S, V> gemm = new(context);

    public void Forward(Tensor<float> src, Tensor<float> even, Tensor<float> odd, Tensor<float> dst)
    {
        gemm.Forward(Even(src, dst, even), src, even, dst);
        gemm.Forward(Odd(src, dst, odd), src, odd, dst);
    }

    public void BackwardData(Tensor<float> diffDst, Tensor<float> even, Tensor<float> odd, Tensor<float> diffSrc, bool accumulate)
    {
        gemm.BackwardData(Even(diffSrc, diffDst, even), diffDst, even, diffSrc, accumulate);
        gemm.BackwardData(Odd(diffSrc, diffDst, odd), diffDst, odd, diffSrc, accumulate: true);
    }

    public void BackwardWeights(Tensor<float> src, Tensor<float> diffDst, Tensor<float> diffEven, Tensor<float> diffOdd)
    {
        gemm.BackwardWeights(Even(src, diffDst, diffEven), src, diffDst, diffEven);
        gemm.BackwardWeights(Odd(src, diffDst, diffOdd), src, diffDst, diffOdd);
    }

    private static ConvolutionCall Even(Tensor<float> src, Tensor<float> dst, Tensor<float> filter) =>
        new(src.Shape, dst.Shape, Window2D.Square(1, 2, 0), 1, filter.Shape.N);

    // A padding of −1 is the shift by one pixel; what lies after the image's end is zero.
    private static ConvolutionCall Odd(Tensor<float> src, Tensor<float> dst, Tensor<float> filter) =>
        new(src.Shape, dst.Shape, Window2D.Square(1, 2, -1), 1, filter.Shape.N, dst.Shape.C - filter.Shape.N);
}
