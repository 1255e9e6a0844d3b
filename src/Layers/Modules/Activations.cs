using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Modules;

/// <summary>y = max(x, 0). x and y: [N,C,H,W].</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Relu<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override void Forward(in Pass pass) => Backend.ReluForward(Src, Dst);

    /// <inheritdoc/>
    public override void Backward(in Pass pass, bool accumulate)
    {
        if (Src.Diff is { } diffSrc) Backend.ReluBackward(Src, Dst.Diff!, diffSrc, accumulate);
    }

    /// <inheritdoc/>
    public override GraphValue Trace(InferenceGraph<T> graph, GraphValue source) => graph.Relu(source);

    /// <inheritdoc/>
    public override int[]? Widen(Module<T> narrow, ChannelCopies copies, int[]? inputs) => inputs;

    /// <inheritdoc/>
    protected override Tensor<T> PlanDestination(MemoryPlan<T> plan, Tensor<T> source) =>
        plan.ActivationWithDiff("relu", source.Capacity.C, source.Capacity.H, source.Capacity.W);
}

/// <summary>y = x: a skip connection at stride 1. x and y: [N,C,H,W].</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Identity<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override void Forward(in Pass pass) => Backend.Copy(Src, Dst);

    /// <inheritdoc/>
    public override void Backward(in Pass pass, bool accumulate)
    {
        if (accumulate) Backend.Add(Dst.Diff!, Src.Diff!);
        else Backend.Copy(Dst.Diff!, Src.Diff!);
    }

    /// <inheritdoc/>
    public override GraphValue Trace(InferenceGraph<T> graph, GraphValue source) => source;

    /// <inheritdoc/>
    public override int[]? Widen(Module<T> narrow, ChannelCopies copies, int[]? inputs) => inputs;

    /// <inheritdoc/>
    protected override Tensor<T> PlanDestination(MemoryPlan<T> plan, Tensor<T> source) =>
        plan.ActivationWithDiff("identity", source.Capacity.C, source.Capacity.H, source.Capacity.W);
}

/// <summary>y = 0, the primitive <c>none</c>. x: [N,C,H,W], y: [N,C,⌈H/stride⌉,⌈W/stride⌉].</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="stride">1 or 2.</param>
public sealed class Zero<T>(int stride) : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>1 or 2.</summary>
    public int Stride => stride;

    /// <inheritdoc/>
    public override void Forward(in Pass pass) => Backend.Fill(Dst, T.Zero);

    /// <inheritdoc/>
    public override void Backward(in Pass pass, bool accumulate)
    {
        if (!accumulate) Backend.Fill(Src.Diff!, T.Zero);
    }

    /// <inheritdoc/>
    public override GraphValue Trace(InferenceGraph<T> graph, GraphValue source) => graph.Zero(source, stride);

    /// <inheritdoc/>
    public override int[]? Widen(Module<T> narrow, ChannelCopies copies, int[]? inputs) => inputs;

    /// <inheritdoc/>
    protected override Tensor<T> PlanDestination(MemoryPlan<T> plan, Tensor<T> source) =>
        plan.ActivationWithDiff(
            "zero", source.Capacity.C, (source.Capacity.H + stride - 1) / stride, (source.Capacity.W + stride - 1) / stride);
}
