using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Supernets;

/// <summary>The factorized reductions of all edges that leave one state at stride 2: one ReLU, raw outputs, statistics.</summary>
/// <remarks>The rectified source is made anew in the backward pass: that is cheaper than keeping it through all later cells.</remarks>
internal sealed class SharedFactorizedReduce<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Backend<T> backend;
    private readonly MemoryPlan<T> plan;
    private readonly Tensor<T> src;
    private readonly Tensor<T> rectified;
    private readonly Tensor<T> diffRectified;
    private readonly PathList<FactorizedReduceBranch<T>> edges = new();
    private readonly long scratchUsed;

    public SharedFactorizedReduce(MemoryPlan<T> plan, Tensor<T> src)
    {
        (this.plan, this.src, backend) = (plan, src, plan.Backend);
        rectified = plan.Scratch("rectified", src.Capacity, ref scratchUsed);
        diffRectified = plan.Scratch("d rectified", src.Capacity, ref scratchUsed);
    }

    /// <summary>Adds the factorized reduction of a path and returns its raw output, whose batch norm may be applied in place.</summary>
    public DeferredBatchNorm<T> Add(FactorizedReduce<T> module, int path = -1, bool applied = false)
    {
        var (_, _, h, w) = src.Capacity;
        var channels = 2 * module.Convolutions.Even.Capacity.N;
        var value = plan.Activation(module.Convolutions.Even.Name + " output", channels, (h + 1) / 2, (w + 1) / 2);
        var dst = new DeferredBatchNorm<T>(value, module.Norm.Norm) { Applied = applied };
        dst.Plan(plan);
        var used = scratchUsed;
        var scratch = plan.Scratch("d factorized reduction", value.Capacity, ref used);
        edges.Add(path, new FactorizedReduceBranch<T>(module.Convolutions.Even, module.Convolutions.Odd, dst, scratch));
        return dst;
    }

    /// <summary>Keeps to what the last relaxation of <paramref name="architecture"/> computes.</summary>
    public void Select(ArchitectureParameters<T> architecture) => edges.Select(architecture);

    /// <summary>Raw outputs and statistics.</summary>
    public void Forward(in Pass pass)
    {
        if (edges.Count > 0) backend.SharedFactorizedReduceForward(src, edges.Span, rectified, pass.Training);
    }

    /// <summary>Adds to the state's gradient and, if asked, to the filters'.</summary>
    public void Backward(in Pass pass)
    {
        if (edges.Count > 0) backend.SharedFactorizedReduceBackward(src, edges.Span, rectified, diffRectified, pass.WeightGradients);
    }
}
