using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Supernets;

/// <summary>The factorized reductions of all edges that leave one state at stride 2: one ReLU, raw outputs, statistics.</summary>
internal sealed class SharedFactorizedReduce<T>(MemoryPlan<T> plan, Tensor<T> src)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PathList<FactorizedReduceBranch<T>> edges = new();
    private Operation<T>? operation;

    /// <summary>Adds the factorized reduction of a path and returns its raw output, whose batch norm may be applied in place.</summary>
    public DeferredBatchNorm<T> Add(FactorizedReduce<T> module, int path = -1, bool applied = false)
    {
        var (_, _, h, w) = src.Capacity;
        var channels = 2 * module.Convolutions.Even.Capacity.N;
        var value = plan.Activation(module.Convolutions.Even.Name + " output", channels, (h + 1) / 2, (w + 1) / 2);
        var dst = new DeferredBatchNorm<T>(value, module.Norm.Norm) { Applied = applied };
        dst.Plan(plan);
        edges.Add(path, new FactorizedReduceBranch<T>(module.Convolutions.Even, module.Convolutions.Odd, dst));
        return dst;
    }

    /// <summary>Prepares them, once all are added.</summary>
    public Operation<T> Plan() => operation = plan.Backend.PlanFactorizedReduce(plan, src, edges.Items);

    /// <summary>Keeps to what the last relaxation of <paramref name="architecture"/> computes.</summary>
    public void Select(ArchitectureParameters<T> architecture) => edges.Select(architecture);

    /// <summary>Raw outputs and statistics.</summary>
    public void Forward(in Pass pass) => operation!.Forward(pass.Training);

    /// <summary>Adds to the state's gradient and, if asked, to the filters'.</summary>
    public void Backward(in Pass pass) => operation!.Backward(pass.WeightGradients);
}
