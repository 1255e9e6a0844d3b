using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Convolution;

/// <summary>A linear layer is a 1x1 convolution of one image whose pixels are the batch.</summary>
internal sealed unsafe class Linear<S, V>(CpuContext context)
    where S : struct, ISimd<V>
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
        // Here every image is one, as sums over the batch are cut by images.
        gemm.BackwardWeights(new(src.Shape, diffDst.Shape, Window2D.Point, 1, diffDst.Shape.C), src, diffDst, diffWeights);
        var groups = new ImageGroups(src.Shape.N, context.Leaves.Parts);
        var sums = stackalloc float[groups.Count + S.Width];
        for (var o = 0; o < diffDst.Shape.C; o++)
        {
            for (var g = 0; g < groups.Count; g++)
            {
                sums[g] = 0;
                for (var n = groups.First(g); n < groups.First(g + 1); n++) sums[g] += diffDst.Data()[(nint)n * diffDst.Shape.C + o];
            }

            LaneStores<S, V>.AddGroups(sums, groups.Count, 1);
            diffBias.Data()[o] += *sums;
        }
    }

    private static ConvolutionCall Call(Tensor<float> src, Tensor<float> dst) =>
        new(new Shape(1, src.Shape.C, src.Shape.N, 1), new Shape(1, dst.Shape.C, dst.Shape.N, 1), Window2D.Point, 1, dst.Shape.C);
}
