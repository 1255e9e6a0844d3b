using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Supernets;

/// <summary>
/// The separable and dilated convolutions of all edges that leave one state: first blocks in one call, second blocks in another.
/// </summary>
/// <param name="plan">Where memory comes from.</param>
/// <param name="src">The state, or its first channels: [N,C,H,W].</param>
/// <param name="diffs">When gradients between two blocks hold their contents.</param>
internal sealed class SharedSeparable<T>(MemoryPlan<T> plan, Tensor<T> src, Lifetime diffs)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PathList<SeparableBranch<T>> first = new();
    private readonly PathList<SeparableBranch<T>> second = new();
    private Operation<T>? firstBlocks;
    private Operation<T>? secondBlocks;

    /// <summary>Adds the convolution of a path and returns its raw output [N,C,H',W'] with its batch norm.</summary>
    /// <exception cref="ArgumentException">It has more than two blocks.</exception>
    public DeferredBatchNorm<T> Add(int path, ISeparable<T> module)
    {
        if (module.Blocks.Count > 2)
            throw new ArgumentException($"{module.Blocks.Count} blocks cannot be shared, only one or two", nameof(module));
        var start = Branch(src, null, module.Blocks[0]);
        first.Add(path, start);
        if (module.Blocks.Count == 1) return start.Dst;
        var (_, c, h, w) = start.Dst.Value.Capacity;
        start.Dst.Diff = plan.Activation("d " + start.Dst.Value.Name, c, h, w, diffs);
        var end = Branch(start.Dst.Value, start.Dst, module.Blocks[1]);
        second.Add(path, end);
        return end.Dst;
    }

    /// <summary>Prepares both calls, once all are added.</summary>
    public void Plan()
    {
        firstBlocks = plan.Backend.PlanSeparable(plan, first.Items);
        if (second.Items.All.Count > 0) secondBlocks = plan.Backend.PlanSeparable(plan, second.Items);
    }

    /// <summary>Keeps to what the last relaxation of <paramref name="architecture"/> computes.</summary>
    public void Select(ArchitectureParameters<T> architecture)
    {
        first.Select(architecture);
        second.Select(architecture);
    }

    /// <summary>Raw outputs and statistics.</summary>
    public void Forward(in Pass pass)
    {
        firstBlocks!.Forward(pass.Training);
        secondBlocks?.Forward(pass.Training);
    }

    /// <summary>Adds to the state's gradient and, if asked, to the filters'.</summary>
    public void Backward(in Pass pass)
    {
        secondBlocks?.Backward(pass.WeightGradients);
        firstBlocks!.Backward(pass.WeightGradients);
    }

    private SeparableBranch<T> Branch(Tensor<T> source, DeferredBatchNorm<T>? normalized, SeparableBlock<T> block)
    {
        var (window, weights, (_, _, h, w)) = (block.Depthwise.Window, block.Pointwise.Weights, source.Capacity);
        var value = plan.Activation(weights.Name + " output", weights.Capacity.N, window.OutputHeight(h), window.OutputWidth(w));
        var dst = new DeferredBatchNorm<T>(value, block.Norm.Norm);
        dst.Plan(plan);
        return new SeparableBranch<T>
        {
            Src = source,
            NormalizedSrc = normalized,
            Depthwise = block.Depthwise.Weights,
            Pointwise = weights,
            Window = window,
            Dst = dst,
        };
    }
}
