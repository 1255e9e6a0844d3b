using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Pools;
using MIOpenDarts.Layers.Backends.Cpu.Tiles;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu;

internal sealed unsafe partial class CpuBackend<S, V>
{
    /// <inheritdoc/>
    public override void PlanSharedPools(MemoryPlan<float> plan, SharedPools<float> pools)
    {
        base.PlanSharedPools(plan, pools);
        LayOut(pools, forGradient: true);
    }

    /// <inheritdoc/>
    public override void SharedPoolsForward(SharedPools<float> pools, bool training)
    {
        if (!pools.UsesBoth)
        {
            base.SharedPoolsForward(pools, training);
            return;
        }

        var call = &LayOut(pools, forGradient: false)->Call;
        call->Fill(pools, scratch, team.Threads);
        var work = new PoolForward<S, V>(call, training);
        team.Run(call->Images, ref work);
        Apply(pools.MaxEdges.Span, call->MaxStatistics, call->Images, pools.Max.Shape, training);
        Apply(pools.AverageEdges.Span, call->AverageStatistics, call->Images, pools.Average.Shape, training);
    }

    /// <inheritdoc/>
    public override void SharedPoolsBackward(SharedPools<float> pools)
    {
        if (!pools.UsesBoth)
        {
            base.SharedPoolsBackward(pools);
            return;
        }

        var gradient = LayOut(pools, forGradient: true);
        gradient->Call.Fill(pools, scratch, team.Threads);
        gradient->Fill(pools, S.Width);
        var work = new PoolBackward<S, V>(gradient);
        team.Run(gradient->Call.Images, ref work);
    }

    private void Apply(ReadOnlySpan<DeferredBatchNorm<float>> edges, double* sums, int items, Shape shape, bool training)
    {
        if (training) Statistics.Merge(sums, items, shape);
        foreach (var edge in edges)
        {
            if (training) Statistics.Apply(sums, shape, edge.Norm);
            else NormalizationInference(edge.Norm);
        }
    }

    private PoolGradient* LayOut(SharedPools<float> pools, bool forGradient)
    {
        var counted = default(PoolGradient);
        var (cursor, thread) = (default(MemoryCursor), default(MemoryCursor));
        cursor.Take<PoolGradient>(1);
        counted.Call.Describe(pools, S.Width, team.Threads, ref cursor, ref thread);
        if (forGradient) counted.LayOut(pools.MaxEdges.Length, pools.AverageEdges.Length, S.Width, ref cursor, ref thread);
        scratch.Reserve(cursor.Used, thread.Used, team.Threads);
        if (tally is not null) return null;

        cursor = new MemoryCursor(scratch.Shared);
        thread = default;
        var result = cursor.Take<PoolGradient>(1);
        *result = default;
        result->Call.Describe(pools, S.Width, team.Threads, ref cursor, ref thread);
        if (forGradient) result->LayOut(pools.MaxEdges.Length, pools.AverageEdges.Length, S.Width, ref cursor, ref thread);
        return result;
    }
}
