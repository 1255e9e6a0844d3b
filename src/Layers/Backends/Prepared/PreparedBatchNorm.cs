using System.Numerics;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Prepared;

/// <summary>A batch norm (Ioffe and Szegedy 2015). src and dst: [N,C,H,W].</summary>
internal sealed class PreparedBatchNorm<T>(Backend<T> backend, Tensor<T> src, BatchNormState<T> norm, Tensor<T> dst)
    : LayerOperation<T>(src, dst)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override string Describe() =>
        $"{backend.Implementation(PlainOperation.BatchNorm)}: {(norm.Scale is null ? "" : "affine ")}batch norm over {Src.Capacity}";

    public override void Forward(bool training) => backend.BatchNormForward(Src, norm, Dst, training);

    public override void Backward(bool weightGradients, bool accumulate)
    {
        var diffSrc = Src.Diff
            ?? throw new InvalidOperationException($"{Src.Name} has no gradient, which a batch norm's backward pass writes.");
        backend.NormalizationBackward(Src, norm, Dst.Diff!, diffSrc, accumulate, weightGradients);
    }
}
