using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Modules;

/// <summary>
/// Max pool; the border does not count and the first largest value in row order takes the gradient. x: [N,C,H,W], y: [N,C,H',W'].
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="window">Geometry.</param>
public sealed class MaxPool<T>(Window2D window) : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private Tensor<byte>? indices;

    /// <summary>Geometry.</summary>
    public Window2D Window => window;

    /// <inheritdoc/>
    public override void Forward(in Pass pass) => Backend.MaxPoolForward(Src, Dst, indices!, window);

    /// <inheritdoc/>
    public override void Backward(in Pass pass, bool accumulate) =>
        Backend.MaxPoolBackward(Dst.Diff!, indices!, Src.Diff!, window, accumulate);

    /// <inheritdoc/>
    public override GraphValue Trace(InferenceGraph<T> graph, GraphValue source) => graph.Pool(source, window, isMaximum: true);

    /// <inheritdoc/>
    public override int[]? Widen(Module<T> narrow, ChannelCopies copies, int[]? inputs) => inputs;

    /// <inheritdoc/>
    protected override Tensor<T> PlanDestination(MemoryPlan<T> plan, Tensor<T> source)
    {
        var (_, c, h, w) = source.Capacity;
        indices = plan.PerImage<byte>("max pool indices", c, window.OutputHeight(h), window.OutputWidth(w));
        return plan.ActivationWithDiff("max pool", c, window.OutputHeight(h), window.OutputWidth(w));
    }
}

/// <summary>Average pool over the pixels inside the image (count_include_pad = false). x: [N,C,H,W], y: [N,C,H',W'].</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="window">Geometry.</param>
public sealed class AveragePool<T>(Window2D window) : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Geometry.</summary>
    public Window2D Window => window;

    /// <inheritdoc/>
    public override void Forward(in Pass pass) => Backend.AveragePoolForward(Src, Dst, window);

    /// <inheritdoc/>
    public override void Backward(in Pass pass, bool accumulate) => Backend.AveragePoolBackward(Dst.Diff!, Src.Diff!, window, accumulate);

    /// <inheritdoc/>
    public override GraphValue Trace(InferenceGraph<T> graph, GraphValue source) => graph.Pool(source, window, isMaximum: false);

    /// <inheritdoc/>
    public override int[]? Widen(Module<T> narrow, ChannelCopies copies, int[]? inputs) => inputs;

    /// <inheritdoc/>
    protected override Tensor<T> PlanDestination(MemoryPlan<T> plan, Tensor<T> source)
    {
        var (_, c, h, w) = source.Capacity;
        return plan.ActivationWithDiff("average pool", c, window.OutputHeight(h), window.OutputWidth(w));
    }
}

/// <summary>Mean over all pixels. x: [N,C,H,W], y: [N,C,1,1].</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class GlobalAveragePool<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override void Forward(in Pass pass) => Backend.GlobalAverageForward(Src, Dst);

    /// <inheritdoc/>
    public override void Backward(in Pass pass, bool accumulate) => Backend.GlobalAverageBackward(Dst.Diff!, Src.Diff!, accumulate);

    /// <inheritdoc/>
    public override GraphValue Trace(InferenceGraph<T> graph, GraphValue source) => graph.GlobalAverage(source);

    /// <inheritdoc/>
    public override int[]? Widen(Module<T> narrow, ChannelCopies copies, int[]? inputs) => inputs;

    /// <inheritdoc/>
    protected override Tensor<T> PlanDestination(MemoryPlan<T> plan, Tensor<T> source) =>
        plan.ActivationWithDiff("global average", source.Capacity.C, 1, 1);
}
