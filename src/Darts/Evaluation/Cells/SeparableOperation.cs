using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Evaluation.Cells;

/// <summary>
/// ReLU, depthwise, pointwise and batch norm, once or twice: dilated and separable convolutions, and with no depthwise filter the
/// preprocessing of a cell. Of each block only the raw value in front of its batch norm is kept; what is between two blocks is made again
/// in the backward pass.
/// </summary>
internal sealed class SeparableOperation<T> : CellOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Backend<T> backend;
    private readonly Stage[] stages;

    /// <summary>A block: its branch, its raw value, and where its normalised output goes unless it is the last.</summary>
    private sealed record Stage(Operation<T> Branch, DeferredBatchNorm<T> Raw, Tensor<T> DiffRaw, Tensor<T>? Output);

    /// <summary>A dilated convolution (one block) or a separable one (two).</summary>
    public SeparableOperation(MemoryPlan<T> plan, Scratchpad<T> scratchpad, Lifetime kept, Tensor<T> src, params SeparableBlock<T>[] blocks)
    {
        backend = plan.Backend;
        stages = new Stage[blocks.Length];
        for (var i = 0; i < blocks.Length; i++)
        {
            var (block, last) = (blocks[i], i == blocks.Length - 1);
            stages[i] = Add(plan, scratchpad, kept, src, block.Depthwise, block.Pointwise, block.Norm, last);
            src = stages[i].Output ?? src;
        }
    }

    /// <summary>The preprocessing of a cell.</summary>
    public SeparableOperation(MemoryPlan<T> plan, Scratchpad<T> scratchpad, Lifetime kept, Tensor<T> src, ReluConvBn<T> block)
    {
        backend = plan.Backend;
        stages = [Add(plan, scratchpad, kept, src, null, block.Convolution, block.Norm, last: true)];
    }

    public override void Forward(in Pass pass, Tensor<T> dst)
    {
        foreach (var stage in stages)
        {
            stage.Branch.Forward(pass.Training);
            backend.NormalizationForward(stage.Raw.Value, stage.Raw.Norm, stage.Output ?? dst);
        }
    }

    public override void Backward(in Pass pass, Tensor<T> diffDst)
    {
        for (var i = stages.Length - 1; i >= 0; i--)
        {
            var stage = stages[i];
            if (i > 0)
            {
                var before = stages[i - 1];
                backend.NormalizationForward(before.Raw.Value, before.Raw.Norm, before.Output!);
                backend.Fill(before.Output!.Diff!, T.Zero);
            }

            backend.AffineGradient(stage.Raw, diffDst, stage.DiffRaw, pass.WeightGradients);
            stage.Branch.Backward(pass.WeightGradients);
            if (i > 0) diffDst = stages[i - 1].Output!.Diff!;
        }
    }

    private static Stage Add(
        MemoryPlan<T> plan, Scratchpad<T> scratchpad, Lifetime kept, Tensor<T> src, Convolution<T>? depthwise, Convolution<T> pointwise,
        BatchNorm<T> norm, bool last)
    {
        var window = depthwise?.Window ?? Window2D.Point;
        var (channels, height, width) = (
            pointwise.Weights.Capacity.N, window.OutputHeight(src.Capacity.H), window.OutputWidth(src.Capacity.W));
        var raw = new DeferredBatchNorm<T>(plan.Activation(pointwise.Weights.Name + " output", channels, height, width, kept), norm.Norm);
        raw.Plan(plan);
        var branch = plan.Backend.PlanSeparable(plan, new(
            new SeparableBranch<T>
            {
                Src = src,
                Depthwise = depthwise?.Weights,
                Pointwise = pointwise.Weights,
                Window = window,
                Dst = raw,
            }));
        Tensor<T>? output = null;
        if (!last)
        {
            output = scratchpad.Ask(ScratchpadSlot.Middle, channels, height, width);
            output.Diff = scratchpad.Ask(ScratchpadSlot.DiffMiddle, channels, height, width);
        }

        return new Stage(branch, raw, scratchpad.Ask(ScratchpadSlot.DiffRaw, channels, height, width), output);
    }
}
