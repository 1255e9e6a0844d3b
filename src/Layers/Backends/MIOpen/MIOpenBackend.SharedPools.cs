using MIOpenDarts.Layers.Backends.MIOpen.Kernels;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.MIOpen;

internal sealed partial class MIOpenBackend
{
    /// <inheritdoc/>
    internal override Operation<float> PlanSharedPools(MemoryPlan<float> plan, SharedPools<float> pools) =>
        plan.Add(new PoolsOperation(this, plan, pools));

    private sealed class PoolsOperation : Operation<float>
    {
        private readonly MIOpenBackend backend;
        private readonly SharedPools<float> pools;

        // The gradients of both pools, where the general form needs them.
        private readonly Tensor<float>? diffs;

        public PoolsOperation(MIOpenBackend backend, MemoryPlan<float> plan, SharedPools<float> pools)
        {
            (this.backend, this.pools) = (backend, pools);
            if (BackwardForm(pools, pools.MaxEdges.All.Count, pools.AverageEdges.All.Count) is not null) return;
            long used = 0;
            var whole = pools.Max.Capacity;
            diffs = plan.Scratch("d pools", whole with { C = 2 * whole.C }, ref used);
        }

        public override string Describe() => $"hip, both pools in a launch: {pools.Describe()}";

        public override void Forward(bool training) => backend.SharedPoolsForward(pools, training);

        public override void Backward(bool weightGradients) => backend.SharedPoolsBackward(pools, Address(diffs));
    }

    private void SharedPoolsForward(SharedPools<float> pools, bool training)
    {
        if (pools.MaxEdges.Active.IsEmpty && pools.AverageEdges.Active.IsEmpty) return;
        var (shape, count) = (pools.Max.Shape, pools.Max.Shape.N * pools.Max.Shape.Pixels);
        var form = PlaneForm.OfPools(pools.Window, pools.Src.Shape) is { Stride: 1 } fitting ? fitting : (PlaneForm?)null;
        var (groups, pixels) = form is { } planes
            ? (planes.Groups(shape.N), planes.Images * shape.Pixels)
            : (Groups(count), KernelConstants.Threads);
        var bytes = 2L * sizeof(float) * groups * shape.C;
        var max = training ? memory.Scratch(2 * bytes) : 0;
        var average = training ? max + (nint)bytes : 0;
        var maxDst = pools.MaxEdges.Active.IsEmpty ? 0 : pools.Max.Address;
        var averageDst = pools.AverageEdges.Active.IsEmpty ? 0 : pools.Average.Address;
        if (form is not null)
            Arguments.Add(PlanesOf(pools, pools.Src.Address, maxDst, averageDst) with { MaxPartial = max, AveragePartial = average });
        else
            Arguments.Add(pools.Src.Address).Add(maxDst).Add(pools.Indices.Address).Add(averageDst).Add(max).Add(average)
                .Add(new PoolWindow(pools.Window)).Add(PoolShapeOf(pools.Src.Shape, shape)).Add(shape.C).Add(count);
        Launch("pools_forward" + form?.Suffix, groups, shape.C,
            moved: pools.Src.Shape.Count + Pooled(shape.Count, maxDst == 0 ? 0 : 1, averageDst == 0 ? 0 : 1));

        var table = new StatisticTable();
        var used = 0;
        for (var kind = 0; kind < 2; kind++)
            foreach (var edge in kind == 0 ? pools.MaxEdges.Active : pools.AverageEdges.Active)
            {
                table[used++] = StatisticOf(edge.Norm, kind == 0 ? max : average, groups, pixels, count);
                if (training) edge.Norm.BatchesTracked++;
                if (used < StatisticTable.Capacity) continue;
                FinishStatistics(ref table, used, shape.C, training);
                used = 0;
            }

        FinishStatistics(ref table, used, shape.C, training);
    }

    private void SharedPoolsBackward(SharedPools<float> pools, nint diffMax)
    {
        var max = pools.MaxEdges.Active;
        var average = pools.AverageEdges.Active;
        if (max.IsEmpty && average.IsEmpty) return;
        var (dst, diffSrc) = (pools.Max.Shape, pools.Src.Diff!);
        var count = (int)diffSrc.Shape.Count;
        if (BackwardForm(pools, max.Length, average.Length) is { } planes)
        {
            Arguments.Add(PlanesOf(pools, diffSrc.Address, 0, 0))
                .Add(Towards(DiffsOf(max), max.Length, 0, dst, accumulate: false))
                .Add(Towards(DiffsOf(average), average.Length, 0, dst, accumulate: false));
            Launch("pools_backward" + planes.Suffix, planes.Groups(dst.N), dst.C,
                moved: (max.Length + average.Length) * dst.Count + Pooled(dst.Count, max.Length, average.Length) + 2L * count);
            return;
        }

        var diffAverage = diffMax + (nint)(dst.Count * sizeof(float));
        if (Fit(max.Length, average.Length) && max.Length > 0 && average.Length > 0)
        {
            Arguments
                .Add(Towards(DiffsOf(max), max.Length, diffMax, dst, accumulate: false))
                .Add(Towards(DiffsOf(average), average.Length, diffAverage, dst, accumulate: false));
            Launch("normalization_diff_pair", Groups(dst.N * dst.Pixels), dst.C, 2,
                moved: (max.Length + average.Length + 4) * dst.Count);
        }
        else
        {
            Merge(max, diffMax, dst);
            Merge(average, diffAverage, dst);
        }

        Arguments.Add(max.IsEmpty ? 0 : diffMax).Add(pools.Indices.Address).Add(average.IsEmpty ? 0 : diffAverage)
            .Add(diffSrc.Address).Add(new PoolWindow(pools.Window)).Add(PoolShapeOf(diffSrc.Shape, dst)).Add(count);
        Launch("pools_backward", Groups(count), moved: Pooled(dst.Count, max.Length, average.Length) + 2L * count);
    }

    /// <summary>Floats of one value for each output of the pools that edges use, and of the taps of the largest, a byte each.</summary>
    private static long Pooled(long outputs, int maxEdges, int averageEdges) =>
        (maxEdges == 0 ? 0 : outputs + outputs / 4) + (averageEdges == 0 ? 0 : outputs);

    private static bool Fit(int max, int average) => max <= DiffTable.Capacity && average <= DiffTable.Capacity;

    /// <summary>The planes in which the gradient of so many edges is computed at once; null for the general form.</summary>
    private static PlaneForm? BackwardForm(SharedPools<float> pools, int max, int average) =>
        Fit(max, average) ? PlaneForm.OfPools(pools.Window, pools.Src.Capacity) : null;

    private static PlanePools PlanesOf(SharedPools<float> pools, nint src, nint max, nint average) => new()
    {
        Src = src,
        Max = max,
        Average = average,
        Indices = pools.Indices.Address,
        Images = pools.Src.Shape.N,
        Channels = pools.Src.Shape.C,
        Height = pools.Src.Shape.H,
        Width = pools.Src.Shape.W,
    };

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
