using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Supernets;

/// <summary>
/// A cell's preprocessing block, the 1x1 convolution or the factorized reduction, with its ReLU; the batch norm is applied in place, so
/// that one tensor is kept instead of two.
/// </summary>
internal sealed class SharedPreprocess<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Backend<T> backend;
    private readonly Operation<T> operation;
    private readonly DeferredBatchNorm<T> raw;

    public SharedPreprocess(Module<T> module, MemoryPlan<T> plan, Tensor<T> src, Lifetime diffs)
    {
        backend = plan.Backend;
        if (module is FactorizedReduce<T> strided)
        {
            var reduction = new SharedFactorizedReduce<T>(plan, src);
            raw = reduction.Add(strided, applied: true);
            operation = reduction.Plan();
        }
        else
        {
            var block = (ReluConvBn<T>)module;
            var (weights, (_, _, h, w)) = (block.Convolution.Weights, src.Capacity);
            var value = plan.Activation(weights.Name + " output", weights.Capacity.N, h, w);
            raw = new DeferredBatchNorm<T>(value, block.Norm.Norm) { Applied = true };
            raw.Plan(plan);
            var branch = new SeparableBranch<T> { Src = src, Pointwise = weights, Window = Window2D.Point, Dst = raw };
            operation = backend.PlanSeparable(plan, new ActiveList<SeparableBranch<T>>(branch));
        }

        if (src.Segments.Count > 0 && !operation.CanReadSegments)
            throw new NotSupportedException($"{backend.Name} reads no segments of {src.Name}: {operation}");
        Dst = raw.Value;
        var (_, channels, height, width) = Dst.Capacity;
        raw.Diff = Dst.Diff = plan.Activation("d preprocessed", channels, height, width, diffs);
    }

    /// <summary>The state [N,C,H,W], with its gradient.</summary>
    public Tensor<T> Dst { get; }

    /// <summary>Whether a cell like this one may read its sources in segments.</summary>
    public bool CanReadSegments => operation.CanReadSegments;

    public void Forward(in Pass pass)
    {
        operation.Forward(pass.Training);
        backend.NormalizationForward(Dst, raw.Norm, Dst);
    }

    public void Backward(in Pass pass)
    {
        backend.NormalizationGradient(raw, null, -1, null);
        operation.Backward(pass.WeightGradients);
    }
}
