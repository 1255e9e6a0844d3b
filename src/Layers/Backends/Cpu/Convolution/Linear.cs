using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Convolution;

/// <summary>A linear layer is a 1x1 convolution of one image whose pixels are the batch.</summary>
internal sealed unsafe class Linear<S, V>(CpuContext context)
    where S : struct, ISimd<V>
    where V : struct
{
    private readonly GemmConvolution<S, V> gemm = new(context);

    public void Forward(Tensor<float> src, Tensor<float> weights, Tensor<float> bias, Tensor<float> dst)
    {
        gemm.Forward(Call(src, dst), src, weights, dst);
        for (var n = 0; n < dst.Shape.N; n++)
            LaneStores<S, V>.PutRun(bias.Data(), dst.Data() + (nint)n * dst.Shape.C, dst.Shape.C, accumulate: true);
    }

    public void BackwardData(Tensor<float> diffDst, Tensor<float> weights, Tensor<float> diffSrc) =>
        gemm.BackwardData(Call(diffSrc, diffDst), diffDst, weights, diffSrc, accumulate: false);

    public void BackwardWeights(Tensor<float> src, Tensor<float> diffDst, Tensor<float> diffWeights, Tensor<float> diffBias)
    {
        gemm.BackwardWeights(Call(src, diffDst), src, diffDst, diffWeights);
        for (var o = 0; o < diffDst.Shape.C; o++)
        {
            double sum = 0;
            for (var n = 0; n < diffDst.Shape.N; n++) sum += diffDst.Data()[(nint)n * diffDst.Shape.C + o];
            diffBias.Data()[o] += (float)sum;
        }
    }

    private static ConvolutionCall Call(Tensor<float> src, Tensor<float> dst) =>
        new(new Shape(1, src.Shape.C, src.Shape.N, 1), new Shape(1, dst.Shape.C, dst.Shape.N, 1), Window2D.Point, 1, dst.Shape.C);
}
