using System.Numerics;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Composed;

/// <summary>The pools of one source by plain operations; one that no edge uses is not computed.</summary>
internal sealed class ComposedPools<T> : Operation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Backend<T> backend;
    private readonly SharedPools<T> pools;
    private readonly Tensor<T> diff;

    public ComposedPools(MemoryPlan<T> plan, SharedPools<T> pools)
    {
        (backend, this.pools) = (plan.Backend, pools);
        long used = 0;
        diff = plan.Scratch("d pool", pools.Max.Capacity, ref used);
    }

    public override string Describe() => $"composed of plain operations: {pools.Describe()}";

    public override void Forward(bool training)
    {
        if (!pools.MaxEdges.Active.IsEmpty) backend.MaxPoolForward(pools.Src, pools.Max, pools.Indices, pools.Window);
        if (!pools.AverageEdges.Active.IsEmpty) backend.AveragePoolForward(pools.Src, pools.Average, pools.Window);
        foreach (var edge in pools.MaxEdges.Active) backend.UpdateStatistics(pools.Max, edge.Norm, training);
        foreach (var edge in pools.AverageEdges.Active) backend.UpdateStatistics(pools.Average, edge.Norm, training);
    }

    public override void Backward(bool weightGradients)
    {
        if (!pools.MaxEdges.Active.IsEmpty)
        {
            backend.NormalizationDiff(pools.MaxEdges.Active, diff, accumulate: false);
            backend.MaxPoolBackward(diff, pools.Indices, pools.Src.Diff!, pools.Window, accumulate: true);
        }

        if (pools.AverageEdges.Active.IsEmpty) return;
        backend.NormalizationDiff(pools.AverageEdges.Active, diff, accumulate: false);
        backend.AveragePoolBackward(diff, pools.Src.Diff!, pools.Window, accumulate: true);
    }
}
