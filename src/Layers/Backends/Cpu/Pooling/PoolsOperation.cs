using MIOpenDarts.Layers.Backends.Composed;
using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Normalization;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Pooling;

/// <summary>
/// Both pools of a source in one pass with the batch norms of all edges that use them; where a pass uses one kind only, by the plain pool.
/// </summary>
internal sealed unsafe class PoolsOperation<S, V> : Operation<float>, IScratchLayout
    where S : struct, ISimd<V>
{
    private readonly CpuContext context;
    private readonly SharedPools<float> pools;
    private readonly BatchNorm<S, V> batchNorm;
    private readonly ComposedPools<float> composed;
    private readonly Descriptors<PoolCall> calls = new(1);
    private readonly Descriptors<TapList> lists;
    private readonly ScratchPlace place;

    public PoolsOperation(CpuContext context, MemoryPlan<float> plan, SharedPools<float> pools)
    {
        (this.context, this.pools, batchNorm, composed) = (context, pools, new(context), new(plan, pools));
        lists = new(pools.Window.StrideH * pools.Window.StrideW);
        calls.First->Lists = lists.First;
        place = new ScratchPlace(context, this);
    }

    public override string Describe() => $"cpu {S.Width * 32} bits, along rows, then down columns: {pools.Describe()}";

    public override void Forward(bool training)
    {
        if (!pools.UsesBoth)
        {
            composed.Forward(training);
            return;
        }

        ref var call = ref *Prepare();
        call.Src = pools.Src.Data();
        var work = new PoolForward<S, V>(calls.First, training);
        context.Workers.Run(call.Images, ref work);
        if (training)
        {
            Merge(call.MaxStatistics, pools.Max.Shape);
            Merge(call.AverageStatistics, pools.Average.Shape);
            context.Leaves.ExchangeQueued();
        }

        foreach (var edge in pools.MaxEdges.Active) batchNorm.Apply(call.MaxStatistics, edge, training);
        foreach (var edge in pools.AverageEdges.Active) batchNorm.Apply(call.AverageStatistics, edge, training);
    }

    public override void Backward(bool weightGradients)
    {
        if (!pools.UsesBoth)
        {
            composed.Backward(weightGradients);
            return;
        }

        var gradient = Prepare();
        gradient->DiffSrc = pools.Src.Diff!.Data();
        gradient->FillTaps(S.Width);
        gradient->Accumulate = true;
        gradient->MaxEdges.Fill(pools.Max, pools.MaxEdges.Active);
        gradient->AverageEdges.Fill(pools.Average, pools.AverageEdges.Active);
        var work = new PoolBackward<S, V>(gradient);
        context.Workers.Run(gradient->Images, ref work);
    }

    public void LayOut(ref BumpAllocator shared, ref BumpAllocator thread) =>
        calls.First->LayOut(
            pools.Src.Shape, pools.Max.Shape, pools.Window, pools.MaxEdges.All.Count, pools.AverageEdges.All.Count, S.Width,
            context.Workers.Threads, ref shared, ref thread);

    private PoolCall* Prepare()
    {
        place.Take(pools.Src.Shape.N);
        calls.First->Fill(pools.Max, pools.Average, pools.Indices, context.Scratch, context.Workers.Threads);
        return calls.First;
    }

    private void Merge(double* sums, Shape shape)
    {
        BatchStatistics.Merge(sums, new(shape.N, context.Leaves.Parts), shape.C, shape.Pixels);
        context.Leaves.QueueMoments(sums, shape.C, shape.Pixels);
    }
}
