using System.Numerics;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Prepared;

/// <summary>A max pool. src: [N,C,H,W], dst and indices: [N,C,H',W'].</summary>
internal sealed class PreparedMaxPool<T>(Backend<T> backend, Tensor<T> src, Tensor<T> dst, Tensor<byte> indices, Window2D window)
    : LayerOperation<T>(src, dst)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override string Describe() => $"{backend.Implementation(PlainOperation.Pool)}: max pool {window.Describe()} over {Src.Capacity}";

    public override void Forward(bool training) => backend.MaxPoolForward(Src, Dst, indices, window);

    public override void Backward(bool weightGradients, bool accumulate)
    {
        if (Src.Diff is { } diffSrc) backend.MaxPoolBackward(Dst.Diff!, indices, diffSrc, window, accumulate);
    }
}

/// <summary>An average pool. src: [N,C,H,W], dst: [N,C,H',W'].</summary>
internal sealed class PreparedAveragePool<T>(Backend<T> backend, Tensor<T> src, Tensor<T> dst, Window2D window)
    : LayerOperation<T>(src, dst)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override string Describe() =>
        $"{backend.Implementation(PlainOperation.Pool)}: average pool {window.Describe()} over {Src.Capacity}";

    public override void Forward(bool training) => backend.AveragePoolForward(Src, Dst, window);

    public override void Backward(bool weightGradients, bool accumulate)
    {
        if (Src.Diff is { } diffSrc) backend.AveragePoolBackward(Dst.Diff!, diffSrc, window, accumulate);
    }
}

/// <summary>The mean over all pixels. src: [N,C,H,W], dst: [N,C,1,1].</summary>
internal sealed class PreparedGlobalAverage<T>(Backend<T> backend, Tensor<T> src, Tensor<T> dst) : LayerOperation<T>(src, dst)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override string Describe() => $"{backend.Implementation(PlainOperation.GlobalAverage)}: mean of all pixels over {Src.Capacity}";

    public override void Forward(bool training) => backend.GlobalAverageForward(Src, Dst);

    public override void Backward(bool weightGradients, bool accumulate)
    {
        if (Src.Diff is { } diffSrc) backend.GlobalAverageBackward(Dst.Diff!, diffSrc, accumulate);
    }
}
