using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Supernets;

/// <summary>The factorized reductions of all edges that leave one state at stride 2: one ReLU, raw outputs, statistics.</summary>
internal sealed class SharedHalving<T>(MemoryPlan<T> plan, Tensor<T> src)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Backend<T> backend = plan.Backend;
    private readonly List<(FactorizedReduce<T> Module, NormalizedTensor<T> Dst, Tensor<T> DiffDst, Tensor<T> DiffRectified)> edges = [];
    private readonly Tensor<T> rectified = plan.Activation("rectified state", src.Capacity.C, src.Capacity.H, src.Capacity.W);

    /// <summary>Adds the skip connection of an edge and returns its raw output.</summary>
    public NormalizedTensor<T> Add(FactorizedReduce<T> module)
    {
        var (_, c, h, w) = src.Capacity;
        var value = plan.Activation(module.Convolutions.Even.Name + " output", c, (h + 1) / 2, (w + 1) / 2);
        var dst = new NormalizedTensor<T>(value, module.Norm.Norm);
        dst.Plan(plan);
        long used = 0;
        edges.Add((module, dst, plan.Scratch("d halved", value.Capacity, ref used), plan.Scratch("d rectified", src.Capacity, ref used)));
        return dst;
    }

    /// <summary>Raw outputs and statistics.</summary>
    public void Forward(in Pass pass)
    {
        backend.ReluForward(src, rectified);
        foreach (var (module, dst, _, _) in edges)
        {
            backend.FactorizedReduceForward(rectified, module.Convolutions.Even, module.Convolutions.Odd, dst.Value);
            backend.NormalizationPrepare(dst.Value, dst.Norm, pass.Training);
        }
    }

    /// <summary>Adds to the state's gradient and, if asked, to the filters'.</summary>
    public void Backward(in Pass pass)
    {
        foreach (var (module, dst, diffDst, diffRectified) in edges)
        {
            var (even, odd) = (module.Convolutions.Even, module.Convolutions.Odd);
            backend.NormalizationDiff(new ReadOnlySpan<NormalizedTensor<T>>(in dst), diffDst, accumulate: false);
            if (pass.WeightGradients) backend.FactorizedReduceBackwardWeights(rectified, diffDst, even.Diff!, odd.Diff!);
            backend.FactorizedReduceBackwardData(diffDst, even, odd, diffRectified, accumulate: false);
            backend.ReluBackward(rectified, diffRectified, src.Diff!, accumulate: true);
        }
    }
}
