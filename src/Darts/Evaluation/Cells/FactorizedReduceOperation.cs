using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Evaluation.Cells;

/// <summary>
/// A factorized reduction. The raw value in front of the batch norm is kept; the ReLU is made again in the backward pass.
/// </summary>
internal sealed class FactorizedReduceOperation<T> : CellOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Backend<T> backend;
    private readonly FactorizedReduce<T> module;
    private readonly Tensor<T> src;
    private readonly Tensor<T> raw;
    private readonly Tensor<T> diffRaw;
    private readonly Tensor<T> rectified;
    private readonly Tensor<T> diffRectified;

    public FactorizedReduceOperation(MemoryPlan<T> plan, Scratchpad<T> scratchpad, Lifetime kept, Tensor<T> src, FactorizedReduce<T> module)
    {
        (backend, this.module, this.src) = (plan.Backend, module, src);
        var (_, c, h, w) = src.Capacity;
        var (channels, height, width) = (2 * module.Convolutions.Even.Capacity.N, (h + 1) / 2, (w + 1) / 2);
        raw = plan.Activation(module.Convolutions.Even.Name + " output", channels, height, width, kept);
        module.Norm.Norm.Plan(plan);
        diffRaw = scratchpad.Ask(ScratchpadSlot.DiffRaw, channels, height, width);
        rectified = scratchpad.Ask(ScratchpadSlot.Middle, c, h, w);
        diffRectified = scratchpad.Ask(ScratchpadSlot.DiffMiddle, c, h, w);
    }

    public override void Forward(in Pass pass, Tensor<T> dst)
    {
        backend.ReluForward(src, rectified);
        backend.FactorizedReduceForward(rectified, module.Convolutions.Even, module.Convolutions.Odd, raw);
        backend.BatchNormForward(raw, module.Norm.Norm, dst, pass.Training);
    }

    public override void Backward(in Pass pass, Tensor<T> diffDst)
    {
        var (even, odd) = (module.Convolutions.Even, module.Convolutions.Odd);
        backend.NormalizationBackward(raw, module.Norm.Norm, diffDst, diffRaw, accumulate: false, pass.WeightGradients);
        backend.ReluForward(src, rectified);
        if (pass.WeightGradients) backend.FactorizedReduceBackwardWeights(rectified, diffRaw, even.Diff!, odd.Diff!);
        backend.FactorizedReduceBackwardData(diffRaw, even, odd, diffRectified, accumulate: false);
        backend.ReluBackward(rectified, diffRectified, src.Diff!, accumulate: true);
    }
}
