using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Normalization;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Pooling;

/// <summary>The max and average pool of one source in one pass.</summary>
internal sealed unsafe class SharedPooling<S, V>(CpuContext context, BatchNorm<S, V> batchNorm)
    where S : struct, ISimd<V>
    where V : struct
{
    public void Plan(SharedPools<float> pools) => LayOut(pools, forGradient: true);

    public void Forward(SharedPools<float> pools, bool training)
    {
        var call = &LayOut(pools, forGradient: false)->Call;
        call->Fill(pools, context.Scratch, context.Workers.Threads);
        var work = new PoolForward<S, V>(call, training);
        context.Workers.Run(call->Images, ref work);
        Apply(pools.MaxEdges.Span, call->MaxStatistics, call->Images, pools.Max.Shape, training);
        Apply(pools.AverageEdges.Span, call->AverageStatistics, call->Images, pools.Average.Shape, training);
    }

    public void Backward(SharedPools<float> pools)
    {
        var gradient = LayOut(pools, forGradient: true);
        gradient->Call.Fill(pools, context.Scratch, context.Workers.Threads);
        gradient->Fill(pools, S.Width);
        var work = new PoolBackward<S, V>(gradient);
        context.Workers.Run(gradient->Call.Images, ref work);
    }

    private void Apply(ReadOnlySpan<DeferredBatchNorm<float>> edges, double* sums, int items, Shape shape, bool training)
    {
        if (training) BatchStatistics.Merge(sums, items, shape);
        foreach (var edge in edges)
        {
            if (training) BatchStatistics.Apply(sums, shape, edge.Norm);
            else batchNorm.NormalizationInference(edge.Norm);
        }
    }

    private PoolGradient* LayOut(SharedPools<float> pools, bool forGradient)
    {
        var counted = default(PoolGradient);
        var (cursor, thread) = (default(BumpAllocator), default(BumpAllocator));
        cursor.Take<PoolGradient>(1);
        counted.Call.Describe(pools, S.Width, context.Workers.Threads, ref cursor, ref thread);
        if (forGradient) counted.LayOut(pools.MaxEdges.Length, pools.AverageEdges.Length, S.Width, ref cursor, ref thread);
        context.Scratch.Reserve(cursor.Used, thread.Used, context.Workers.Threads);
        if (context.Tally is not null) return null;

        cursor = new BumpAllocator(context.Scratch.Shared);
        thread = default;
        var result = cursor.Take<PoolGradient>(1);
        *result = default;
        result->Call.Describe(pools, S.Width, context.Workers.Threads, ref cursor, ref thread);
        if (forGradient) result->LayOut(pools.MaxEdges.Length, pools.AverageEdges.Length, S.Width, ref cursor, ref thread);
        return result;
    }
}
