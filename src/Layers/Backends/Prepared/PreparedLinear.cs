using System.Numerics;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Prepared;

/// <summary>A linear layer, the only consumer of its source. src: [N,I,1,1], weights: [O,I,1,1], bias: [O], dst: [N,O,1,1].</summary>
internal sealed class PreparedLinear<T>(Backend<T> backend, Tensor<T> src, Tensor<T> weights, Tensor<T> bias, Tensor<T> dst)
    : LayerOperation<T>(src, dst)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override string Describe() =>
        $"{backend.Implementation(PlainOperation.Linear)}: linear layer to {Dst.Capacity.C} over {Src.Capacity}";

    public override void Forward(bool training) => backend.LinearForward(Src, weights, bias, Dst);

    public override void Backward(bool weightGradients, bool accumulate)
    {
        if (accumulate) throw new NotSupportedException("A linear layer is the only consumer of its source.");
        if (weightGradients) backend.LinearBackwardWeights(Src, Dst.Diff!, weights.Diff!, bias.Diff!);
        if (Src.Diff is { } diffSrc) backend.LinearBackwardData(Dst.Diff!, weights, diffSrc);
    }
}
