using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Normalization;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Pooling;

/// <summary>Max and average pools of a source: one of them, or both with the batch norms of all edges that use them in one pass.</summary>
internal sealed unsafe class Pools<S, V>(CpuContext context)
    where S : struct, ISimd<V>
    where V : struct
{
    private readonly BatchNorm<S, V> batchNorm = new(context);

    public void Plan(SharedPools<float> pools) => LayOut(pools, forGradient: true);

    public void Forward(SharedPools<float> pools, bool training)
    {
        ref var call = ref LayOut(pools, forGradient: false)->Call;
        call.Src = pools.Src.Data();
        call.Max = pools.Max.Data();
        call.Average = pools.Average.Data();
        call.Indices = (byte*)pools.Indices.Address;
        Forward<BothPools>(ref call, training);
        Apply(pools.MaxEdges.Span, call.MaxStatistics, call.Images, pools.Max.Shape, training);
        Apply(pools.AverageEdges.Span, call.AverageStatistics, call.Images, pools.Average.Shape, training);
    }

    public void Backward(SharedPools<float> pools)
    {
        var gradient = LayOut(pools, forGradient: true);
        ref var call = ref gradient->Call;
        call.DiffSrc = pools.Src.Diff!.Data();
        call.Max = pools.Max.Data();
        call.Average = pools.Average.Data();
        call.Indices = (byte*)pools.Indices.Address;
        var pattern = call.Source.Period * S.Width;
        gradient->MaxEdges.Fill(pools.Max, pools.MaxEdges.Span, pattern);
        gradient->AverageEdges.Fill(pools.Average, pools.AverageEdges.Span, pattern);
        Backward<BothPools>(gradient, accumulate: true);
    }

    public void MaxForward(Tensor<float> src, Tensor<float> dst, Tensor<byte> indices, Window2D window)
    {
        ref var call = ref LayOut(src.Shape, dst.Shape, window, 0, 0, forGradient: false)->Call;
        call.Src = src.Data();
        call.Max = dst.Data();
        call.Indices = (byte*)indices.Address;
        Forward<MaxOnly>(ref call, statistics: false);
    }

    public void MaxBackward(Tensor<float> diffDst, Tensor<byte> indices, Tensor<float> diffSrc, Window2D window, bool accumulate)
    {
        var gradient = LayOut(diffSrc.Shape, diffDst.Shape, window, 0, 0, forGradient: true);
        ref var call = ref gradient->Call;
        call.DiffSrc = diffSrc.Data();
        call.Max = diffDst.Data();
        call.Indices = (byte*)indices.Address;
        gradient->MaxEdges.FillPlain(call.Source.Period * S.Width);
        Backward<MaxOnly>(gradient, accumulate);
    }

    public void AverageForward(Tensor<float> src, Tensor<float> dst, Window2D window)
    {
        ref var call = ref LayOut(src.Shape, dst.Shape, window, 0, 0, forGradient: false)->Call;
        call.Src = src.Data();
        call.Average = dst.Data();
        Forward<AverageOnly>(ref call, statistics: false);
    }

    public void AverageBackward(Tensor<float> diffDst, Tensor<float> diffSrc, Window2D window, bool accumulate)
    {
        var gradient = LayOut(diffSrc.Shape, diffDst.Shape, window, 0, 0, forGradient: true);
        ref var call = ref gradient->Call;
        call.DiffSrc = diffSrc.Data();
        call.Average = diffDst.Data();
        gradient->AverageEdges.FillPlain(call.Source.Period * S.Width);
        Backward<AverageOnly>(gradient, accumulate);
    }

    private void Forward<TKinds>(ref PoolCall call, bool statistics)
        where TKinds : struct, IPoolKinds
    {
        call.Fill(context.Scratch, context.Workers.Threads);
        fixed (PoolCall* pointer = &call)
        {
            var work = new PoolForward<S, V, TKinds>(pointer, statistics);
            context.Workers.Run(call.Images, ref work);
        }
    }

    private void Backward<TKinds>(PoolGradient* gradient, bool accumulate)
        where TKinds : struct, IPoolKinds
    {
        gradient->Call.Fill(context.Scratch, context.Workers.Threads);
        gradient->FillTaps(S.Width);
        gradient->Accumulate = accumulate;
        var work = new PoolBackward<S, V, TKinds>(gradient);
        context.Workers.Run(gradient->Call.Images, ref work);
    }

    private void Apply(ReadOnlySpan<DeferredBatchNorm<float>> edges, double* sums, int items, Shape shape, bool training)
    {
        if (training) BatchStatistics.Merge(sums, items, shape);
        foreach (var edge in edges)
        {
            if (training) BatchStatistics.Apply(sums, shape, edge.Norm);
            if (training) edge.Norm.BatchesTracked++;
            else batchNorm.NormalizationInference(edge.Norm);
        }
    }

    private PoolGradient* LayOut(SharedPools<float> pools, bool forGradient) =>
        LayOut(pools.Src.Shape, pools.Max.Shape, pools.Window, pools.MaxEdges.Length, pools.AverageEdges.Length, forGradient);

    /// <summary>
    /// Describes the pools in scratch memory: once at address zero to learn the size, then for good; null where memory is only counted.
    /// </summary>
    private PoolGradient* LayOut(Shape src, Shape dst, Window2D window, int maxEdges, int averageEdges, bool forGradient)
    {
        var (counted, cursor, thread) = (default(PoolGradient), default(BumpAllocator), default(BumpAllocator));
        cursor.Take<PoolGradient>(1);
        counted.Call.Describe(src, dst, window, S.Width, context.Workers.Threads, ref cursor, ref thread);
        if (forGradient) counted.LayOut(maxEdges, averageEdges, S.Width, ref cursor, ref thread);
        context.Scratch.Reserve(cursor.Used, thread.Used, context.Workers.Threads);
        if (context.Tally is not null) return null;

        (cursor, thread) = (new BumpAllocator(context.Scratch.Shared), default);
        var result = cursor.Take<PoolGradient>(1);
        *result = default;
        result->Call.Describe(src, dst, window, S.Width, context.Workers.Threads, ref cursor, ref thread);
        if (forGradient) result->LayOut(maxEdges, averageEdges, S.Width, ref cursor, ref thread);
        return result;
    }
}
