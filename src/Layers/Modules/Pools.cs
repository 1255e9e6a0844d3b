using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Modules;

/// <summary>
/// Max pool; the border does not count and the first largest value in row order takes the gradient. x: [N,C,H,W], y: [N,C,H',W'].
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="window">Geometry.</param>
public sealed class MaxPool<T>(Window2D window) : OperationModule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Geometry.</summary>
    public Window2D Window => window;

    /// <inheritdoc/>
    public override GraphValue Trace(InferenceGraph<T> graph, GraphValue source) => graph.Pool(source, window, isMaximum: true);

    /// <inheritdoc/>
    public override int[]? Widen(Module<T> narrow, ChannelCopies copies, int[]? inputs) => inputs;

    /// <inheritdoc/>
    protected override LayerOperation<T> PlanOperation(MemoryPlan<T> plan, Tensor<T> source)
    {
        var (_, c, h, w) = source.Capacity;
        var indices = plan.PerImage<byte>("max pool indices", c, window.OutputHeight(h), window.OutputWidth(w));
        var dst = plan.ActivationWithDiff("max pool", c, window.OutputHeight(h), window.OutputWidth(w));
        return plan.Backend.PlanMaxPool(plan, source, dst, indices, window);
    }
}

/// <summary>Average pool over the pixels inside the image (count_include_pad = false). x: [N,C,H,W], y: [N,C,H',W'].</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="window">Geometry.</param>
public sealed class AveragePool<T>(Window2D window) : OperationModule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Geometry.</summary>
    public Window2D Window => window;

    /// <inheritdoc/>
    public override GraphValue Trace(InferenceGraph<T> graph, GraphValue source) => graph.Pool(source, window, isMaximum: false);

    /// <inheritdoc/>
    public override int[]? Widen(Module<T> narrow, ChannelCopies copies, int[]? inputs) => inputs;

    /// <inheritdoc/>
    protected override LayerOperation<T> PlanOperation(MemoryPlan<T> plan, Tensor<T> source)
    {
        var (_, c, h, w) = source.Capacity;
        var dst = plan.ActivationWithDiff("average pool", c, window.OutputHeight(h), window.OutputWidth(w));
        return plan.Backend.PlanAveragePool(plan, source, dst, window);
    }
}

/// <summary>Mean over all pixels. x: [N,C,H,W], y: [N,C,1,1].</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class GlobalAveragePool<T> : OperationModule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override GraphValue Trace(InferenceGraph<T> graph, GraphValue source) => graph.GlobalAverage(source);

    /// <inheritdoc/>
    public override int[]? Widen(Module<T> narrow, ChannelCopies copies, int[]? inputs) => inputs;

    /// <inheritdoc/>
    protected override LayerOperation<T> PlanOperation(MemoryPlan<T> plan, Tensor<T> source)
    {
        var dst = plan.ActivationWithDiff("global average", source.Capacity.C, 1, 1);
        return plan.Backend.PlanGlobalAverage(plan, source, dst);
    }
}
