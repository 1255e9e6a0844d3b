using System.Numerics;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Prepared;

/// <summary>The convolutions of a factorized reduction. src: [N,I,H,W], even and odd: [O/2,I,1,1], dst: [N,O,⌈H/2⌉,⌈W/2⌉].</summary>
internal sealed class PreparedFactorizedReduce<T>(Backend<T> backend, Tensor<T> src, Tensor<T> even, Tensor<T> odd, Tensor<T> dst)
    : LayerOperation<T>(src, dst)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override string Describe() =>
        $"{backend.Implementation(PlainOperation.FactorizedReduce)}: factorized reduction to {Dst.Capacity.C} channels over {Src.Capacity}";

    public override void Forward(bool training) => backend.FactorizedReduceForward(Src, even, odd, Dst);

    public override void Backward(bool weightGradients, bool accumulate)
    {
        if (weightGradients) backend.FactorizedReduceBackwardWeights(Src, Dst.Diff!, even.Diff!, odd.Diff!);
        if (Src.Diff is { } diffSrc) backend.FactorizedReduceBackwardData(Dst.Diff!, even, odd, diffSrc, accumulate);
    }
}
