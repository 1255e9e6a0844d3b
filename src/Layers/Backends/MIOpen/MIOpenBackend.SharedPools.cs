using MIOpenDarts.Layers.Backends.MIOpen.Kernels;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.MIOpen;

public sealed partial class MIOpenBackend
{
    /// <inheritdoc/>
    public override void SharedPoolsForward(SharedPools<float> pools, bool training)
    {
        if (pools.MaxEdges.IsEmpty && pools.AverageEdges.IsEmpty) return;
        var (shape, count) = (pools.Max.Shape, pools.Max.Shape.N * pools.Max.Shape.Pixels);
        var groups = Groups(count);
        var bytes = 2L * sizeof(float) * groups * shape.C;
        var max = training ? memory.Scratch(2 * bytes) : 0;
        var average = training ? max + (nint)bytes : 0;
        var (maxDst, averageDst) = (pools.MaxEdges.IsEmpty ? 0 : pools.Max.Address, pools.AverageEdges.IsEmpty ? 0 : pools.Average.Address);
        Arguments.Add(pools.Src.Address).Add(maxDst).Add(pools.Indices.Address).Add(averageDst).Add(max).Add(average)
            .Add(new PoolWindow(pools.Window)).Add(PoolShapeOf(pools.Src.Shape, shape)).Add(shape.C).Add(count);
        Launch("pools_forward", groups, shape.C, moved: pools.Src.Shape.Count + 2 * shape.Count + shape.Count / 4);

        var table = new StatisticTable();
        var used = 0;
        for (var kind = 0; kind < 2; kind++)
            foreach (var edge in kind == 0 ? pools.MaxEdges.Span : pools.AverageEdges.Span)
            {
                table[used++] = StatisticOf(edge.Norm, kind == 0 ? max : average, groups, KernelConstants.Threads, count);
                if (training) edge.Norm.BatchesTracked++;
                if (used < StatisticTable.Capacity) continue;
                FinishStatistics(table, used, shape.C, training);
                used = 0;
            }

        FinishStatistics(table, used, shape.C, training);
    }

    /// <inheritdoc/>
    public override void PlanSharedPools(MemoryPlan<float> plan, SharedPools<float> pools)
    {
        long used = 0;
        var whole = pools.Max.Capacity;
        pools.Scratch = plan.Scratch("d pools", whole with { C = 2 * whole.C }, ref used);
    }

    /// <inheritdoc/>
    public override void SharedPoolsBackward(SharedPools<float> pools)
    {
        if (pools.MaxEdges.IsEmpty && pools.AverageEdges.IsEmpty) return;
        var dst = pools.Max.Shape;
        var diffMax = pools.Scratch!.Address;
        var diffAverage = diffMax + (nint)(dst.Count * sizeof(float));
        if (pools.MaxEdges.Length is > 0 and <= DiffTable.Capacity && pools.AverageEdges.Length is > 0 and <= DiffTable.Capacity)
        {
            Arguments
                .Add(Towards(DiffsOf(pools.MaxEdges.Span), pools.MaxEdges.Length, diffMax, dst, accumulate: false))
                .Add(Towards(DiffsOf(pools.AverageEdges.Span), pools.AverageEdges.Length, diffAverage, dst, accumulate: false));
            Launch("normalization_diff_pair", Groups(dst.N * dst.Pixels), dst.C, 2,
                moved: (pools.MaxEdges.Length + pools.AverageEdges.Length + 4) * dst.Count);
        }
        else
        {
            Merge(pools.MaxEdges.Span, diffMax, dst);
            Merge(pools.AverageEdges.Span, diffAverage, dst);
        }

        var diffSrc = pools.Src.Diff!;
        var count = (int)diffSrc.Shape.Count;
        Arguments.Add(pools.MaxEdges.IsEmpty ? 0 : diffMax).Add(pools.Indices.Address).Add(pools.AverageEdges.IsEmpty ? 0 : diffAverage)
            .Add(diffSrc.Address).Add(new PoolWindow(pools.Window)).Add(PoolShapeOf(diffSrc.Shape, dst)).Add(count);
        Launch("pools_backward", Groups(count), moved: 2L * dst.Count + dst.Count / 4 + 2L * count);
    }

    private static PoolShape PoolShapeOf(Shape src, Shape dst) =>
        new() { Height = src.H, Width = src.W, OutHeight = dst.H, OutWidth = dst.W };

    /// <summary>Σ dz over all edges of a pool.</summary>
    private void Merge(ReadOnlySpan<DeferredBatchNorm<float>> edges, nint dst, Shape shape)
    {
        for (var accumulate = false; edges.Length > 0; accumulate = true)
        {
            var some = edges[..Math.Min(edges.Length, DiffTable.Capacity)];
            Apply(DiffsOf(some), some.Length, dst, shape, accumulate);
            edges = edges[some.Length..];
        }
    }
}
