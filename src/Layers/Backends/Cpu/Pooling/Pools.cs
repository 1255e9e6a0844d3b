using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Pooling;

/// <summary>Max and average pools of any window, one by one.</summary>
internal sealed unsafe class Pools<S, V>(CpuContext context)
    where S : struct, ISimd<V>
{
    private readonly Descriptors<PoolCall> calls = new(1);

    public void MaxForward(Tensor<float> src, Tensor<float> dst, Tensor<byte> indices, Window2D window)
    {
        Describe(src, dst, window, dst, null, indices).Src = src.Data();
        Forward<MaxOnly>();
    }

    public void MaxBackward(Tensor<float> diffDst, Tensor<byte> indices, Tensor<float> diffSrc, Window2D window, bool accumulate)
    {
        Describe(diffSrc, diffDst, window, diffDst, null, indices).DiffSrc = diffSrc.Data();
        Backward<MaxOnly>(calls.First->MaxEdges, accumulate);
    }

    public void AverageForward(Tensor<float> src, Tensor<float> dst, Window2D window)
    {
        Describe(src, dst, window, null, dst, null).Src = src.Data();
        Forward<AverageOnly>();
    }

    public void AverageBackward(Tensor<float> diffDst, Tensor<float> diffSrc, Window2D window, bool accumulate)
    {
        Describe(diffSrc, diffDst, window, null, diffDst, null).DiffSrc = diffSrc.Data();
        Backward<AverageOnly>(calls.First->AverageEdges, accumulate);
    }

    private void Forward<TKinds>()
        where TKinds : struct, IPoolKinds
    {
        var work = new PoolForward<S, V, TKinds>(calls.First, statistics: false);
        context.Workers.Run(calls.First->Images, ref work);
    }

    private void Backward<TKinds>(in EdgeSum plain, bool accumulate)
        where TKinds : struct, IPoolKinds
    {
        var gradient = calls.First;
        plain.FillPlain(gradient->Pattern(S.Width));
        gradient->FillTaps(S.Width);
        gradient->Accumulate = accumulate;
        var work = new PoolBackward<S, V, TKinds>(gradient);
        context.Workers.Run(gradient->Images, ref work);
    }

    private ref PoolCall Describe(
        Tensor<float> like, Tensor<float> dst, Window2D window, Tensor<float>? max, Tensor<float>? average, Tensor<byte>? indices)
    {
        context.Place(new Layout(calls.First, like.Shape, dst.Shape, window, context.Workers.Threads));
        ref var call = ref *calls.First;
        call.Max = max is null ? null : max.Data();
        call.Average = average is null ? null : average.Data();
        call.Indices = indices is null ? null : (byte*)indices.Address;
        call.Fill(context.Scratch, context.Workers.Threads);
        return ref call;
    }

    private readonly struct Layout(PoolCall* gradient, Shape src, Shape dst, Window2D window, int threads) : IScratchLayout
    {
        public void LayOut(ref BumpAllocator shared, ref BumpAllocator thread) =>
            gradient->LayOut(src, dst, window, 0, 0, S.Width, threads, ref shared, ref thread);
    }
}
