using MIOpenDarts.Interop.Memory;
using MIOpenDarts.Interop.MIOpen;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.MIOpen;

// MIOpen passes over NaN in a maximum. It only overwrites, so a gradient that is to be added goes through scratch memory.
internal sealed partial class MIOpenBackend
{
    /// <inheritdoc/>
    public override void MaxPoolForward(Tensor<float> src, Tensor<float> dst, Tensor<byte> indices, Window2D window) =>
        PoolForward(PoolingMode.Max, src, dst, memory.Span(indices.Address, indices.Shape.Count), window);

    /// <inheritdoc/>
    public override void MaxPoolBackward(Tensor<float> diffDst, Tensor<byte> indices, Tensor<float> diffSrc, Window2D window,
        bool accumulate) =>
        PoolBackward(PoolingMode.Max, diffDst, memory.Span(indices.Address, indices.Shape.Count), diffSrc, window, accumulate);

    /// <inheritdoc/>
    public override void AveragePoolForward(Tensor<float> src, Tensor<float> dst, Window2D window) =>
        PoolForward(PoolingMode.Average, src, dst, DeviceSpan.None, window);

    /// <inheritdoc/>
    public override void AveragePoolBackward(Tensor<float> diffDst, Tensor<float> diffSrc, Window2D window, bool accumulate) =>
        PoolBackward(PoolingMode.Average, diffDst, DeviceSpan.None, diffSrc, window, accumulate);

    /// <inheritdoc/>
    public override void GlobalAverageForward(Tensor<float> src, Tensor<float> dst) => AveragePoolForward(src, dst, Whole(src.Shape));

    /// <inheritdoc/>
    public override void GlobalAverageBackward(Tensor<float> diffDst, Tensor<float> diffSrc, bool accumulate) =>
        AveragePoolBackward(diffDst, diffSrc, Whole(diffSrc.Shape), accumulate);

    private static Window2D Whole(Shape s) => new(s.H, s.W, 1, 1, 0, 0, 1);

    private void PoolForward(PoolingMode mode, Tensor<float> src, Tensor<float> dst, DeviceSpan taps, Window2D window) =>
        Library("pooling forward", src.Shape.Count + dst.Shape.Count + taps.Bytes / sizeof(float))
            .PoolForward(descriptors.Pool(mode, window), Described(src), Described(dst), taps);

    private void PoolBackward(PoolingMode mode, Tensor<float> diffDst, DeviceSpan taps, Tensor<float> diffSrc, Window2D window,
        bool accumulate)
    {
        var target = accumulate ? memory.Scratch(diffSrc.Shape.Count * sizeof(float)) : diffSrc.Address;
        var (dy, dx) = (Described(diffDst), Described(diffSrc.Shape, target));
        Library("pooling backward", diffSrc.Shape.Count + diffDst.Shape.Count + taps.Bytes / sizeof(float))
            .PoolBackward(descriptors.Pool(mode, window), dy.Descriptor, dy, dx.Descriptor, dx, taps);
        if (accumulate) AddTo(diffSrc, target);
    }
}
