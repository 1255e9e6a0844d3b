using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Modules;

/// <summary>
/// Batch normalisation over N, H, W (Ioffe and Szegedy 2015): ε 1e-5, momentum 0.1, biased variance to normalise, unbiased for the
/// running value. x and y: [N,C,H,W].
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="parameters">Where scale, shift and statistics are declared.</param>
/// <param name="prefix">Official name of the layer, with its dot.</param>
/// <param name="channels">C.</param>
/// <param name="affine">Whether scale and shift are learnt.</param>
public sealed class BatchNorm<T>(ParameterSet<T> parameters, string prefix, int channels, bool affine) : OperationModule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Statistics and affine pair.</summary>
    public BatchNormState<T> Norm { get; } = new(parameters, prefix, channels, affine);

    /// <inheritdoc/>
    public override GraphValue Trace(InferenceGraph<T> graph, GraphValue source) => graph.BatchNorm(source, Norm);

    /// <inheritdoc/>
    public override int[]? Widen(Module<T> narrow, ChannelCopies copies, int[]? inputs)
    {
        inputs ??= copies.Draw(((BatchNorm<T>)narrow).Norm.Channels, Norm.Channels);
        foreach (var vector in new[] { Norm.RunningMean, Norm.RunningVariance, Norm.Scale, Norm.Shift })
            if (vector is not null) copies.Add(vector, null, inputs);
        return inputs;
    }

    /// <inheritdoc/>
    protected override LayerOperation<T> PlanOperation(MemoryPlan<T> plan, Tensor<T> source)
    {
        var dst = plan.ActivationWithDiff("batch norm", source.Capacity.C, source.Capacity.H, source.Capacity.W);
        return plan.Backend.PlanBatchNorm(plan, source, Norm, dst);
    }
}
