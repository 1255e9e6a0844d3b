using System.Numerics;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Supernets;

/// <summary>The 3x3 pools of all edges that leave one state: at most one of a kind, with a batch norm for each edge.</summary>
internal sealed class SharedPooling<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly MemoryPlan<T> plan;
    private readonly Window2D window;
    private readonly Tensor<T> src;
    private readonly Tensor<T> max;
    private readonly Tensor<T> average;
    private readonly PathList<DeferredBatchNorm<T>> maxEdges = new();
    private readonly PathList<DeferredBatchNorm<T>> averageEdges = new();
    private Operation<T>? pools;

    /// <summary>Pools of the state, or of its first channels: [N,C,H,W].</summary>
    public SharedPooling(MemoryPlan<T> plan, Tensor<T> src, int stride)
    {
        (this.plan, this.src) = (plan, src);
        window = Window2D.Square(3, stride, 1);
        var (_, c, h, w) = src.Capacity;
        max = plan.Activation("max pool", c, window.OutputHeight(h), window.OutputWidth(w));
        average = plan.Activation("average pool", c, window.OutputHeight(h), window.OutputWidth(w));
    }

    /// <summary>Adds the pool of a path and returns its output [N,C,H',W'] with the edge's own batch norm.</summary>
    public DeferredBatchNorm<T> Add(int path, SharedKind kind, Sequential<T> module)
    {
        var isMaximum = kind == SharedKind.MaxPool;
        var normalized = new DeferredBatchNorm<T>(isMaximum ? max : average, ((BatchNorm<T>)module.Modules[1]).Norm);
        normalized.Plan(plan);
        (isMaximum ? maxEdges : averageEdges).Add(path, normalized);
        return normalized;
    }

    /// <summary>Prepares them, once all are added.</summary>
    public void Plan()
    {
        var (_, c, h, w) = max.Capacity;
        pools = plan.Backend.PlanSharedPools(plan, new SharedPools<T>
        {
            Src = src,
            Window = window,
            Max = max,
            Indices = plan.PerImage<byte>("max pool indices", c, h, w),
            Average = average,
            MaxEdges = maxEdges.Items,
            AverageEdges = averageEdges.Items,
        });
    }

    /// <summary>Keeps to what the last relaxation of <paramref name="architecture"/> computes.</summary>
    public void Select(ArchitectureParameters<T> architecture)
    {
        maxEdges.Select(architecture);
        averageEdges.Select(architecture);
    }

    /// <summary>Both pools, as far as edges use them, and the statistics of each edge.</summary>
    public void Forward(in Pass pass) => pools!.Forward(pass.Training);

    /// <summary>Adds to the state's gradient.</summary>
    public void Backward() => pools!.Backward(weightGradients: false);
}
