using MIOpenDarts.Layers.Backends.MIOpen.Kernels;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.MIOpen;

// Kernels of our own: MIOpen's maximum passes over NaN, keeps its positions in a format of its own, and knows no fused pair.
public sealed partial class MIOpenBackend
{
    /// <inheritdoc/>
    public override void MaxPoolForward(Tensor<float> src, Tensor<float> dst, Tensor<byte> indices, Window window)
    {
        var count = (int)dst.Shape.Count;
        Arguments.Add(src.Address).Add(dst.Address).Add(indices.Address).Add(new PoolWindow(window)).Add(PlanesOf(src.Shape, dst.Shape)).Add(count);
        Launch("max_pool_forward", Groups(count), moved: src.Shape.Count + count + count / 4);
    }

    /// <inheritdoc/>
    public override void MaxPoolBackward(Tensor<float> diffDst, Tensor<byte> indices, Tensor<float> diffSrc, Window window, bool accumulate) =>
        PoolBackward(diffDst.Address, indices.Address, 0, diffDst.Shape, diffSrc, window, accumulate);

    /// <inheritdoc/>
    public override void AveragePoolForward(Tensor<float> src, Tensor<float> dst, Window window)
    {
        var count = (int)dst.Shape.Count;
        Arguments.Add(src.Address).Add(dst.Address).Add(new PoolWindow(window)).Add(PlanesOf(src.Shape, dst.Shape)).Add(count);
        Launch("average_pool_forward", Groups(count), moved: src.Shape.Count + count);
    }

    /// <inheritdoc/>
    public override void AveragePoolBackward(Tensor<float> diffDst, Tensor<float> diffSrc, Window window, bool accumulate) =>
        PoolBackward(0, 0, diffDst.Address, diffDst.Shape, diffSrc, window, accumulate);

    /// <inheritdoc/>
    public override void GlobalAverageForward(Tensor<float> src, Tensor<float> dst)
    {
        Arguments.Add(src.Address).Add(dst.Address).Add(src.Shape.Pixels);
        Launch("global_average_forward", src.Shape.N * src.Shape.C, moved: src.Shape.Count);
    }

    /// <inheritdoc/>
    public override void GlobalAverageBackward(Tensor<float> diffDst, Tensor<float> diffSrc, bool accumulate)
    {
        var count = (int)diffSrc.Shape.Count;
        Arguments.Add(diffDst.Address).Add(diffSrc.Address).Add(diffSrc.Shape.Pixels).Add(Flag(accumulate)).Add(count);
        Launch("global_average_backward", Groups(count), moved: count);
    }

    private static Planes PlanesOf(Shape src, Shape dst) => new() { Height = src.H, Width = src.W, OutHeight = dst.H, OutWidth = dst.W };

    private void PoolBackward(nint diffMax, nint indices, nint diffAverage, Shape dst, Tensor<float> diffSrc, Window window, bool accumulate)
    {
        var count = (int)diffSrc.Shape.Count;
        Arguments.Add(diffMax).Add(indices).Add(diffAverage).Add(diffSrc.Address).Add(new PoolWindow(window)).Add(PlanesOf(diffSrc.Shape, dst))
            .Add(Flag(accumulate)).Add(count);
        Launch("pool_backward", Groups(count), moved: 2L * dst.Count + dst.Count / 4 + (accumulate ? 2L : 1L) * count);
    }
}
