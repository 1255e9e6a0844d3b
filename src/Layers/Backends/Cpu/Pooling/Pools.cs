using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Pooling;

/// <summary>Max and average pools of any window, one by one.</summary>
internal sealed unsafe class Pools<S, V>(CpuContext context)
    where S : struct, ISimd<V>
{
    private readonly Descriptors<PoolCall> calls = new(1);

    public void MaxForward(Tensor<float> src, Tensor<float> dst, Tensor<byte> indices, Window2D window) =>
        Forward(Describe(src, dst, window, dst, null, indices), src);

    public void MaxBackward(Tensor<float> diffDst, Tensor<byte> indices, Tensor<float> diffSrc, Window2D window, bool accumulate) =>
        Backward(Describe(diffSrc, diffDst, window, diffDst, null, indices), diffSrc, accumulate);

    public void AverageForward(Tensor<float> src, Tensor<float> dst, Window2D window) =>
        Forward(Describe(src, dst, window, null, dst, null), src);

    public void AverageBackward(Tensor<float> diffDst, Tensor<float> diffSrc, Window2D window, bool accumulate) =>
        Backward(Describe(diffSrc, diffDst, window, null, diffDst, null), diffSrc, accumulate);

    private void Forward(PoolCall* call, Tensor<float> src)
    {
        call->Src = src.Data();
        var work = new PoolForward<S, V>(call, statistics: false);
        context.Workers.Run(call->Images, ref work);
    }

    private void Backward(PoolCall* call, Tensor<float> diffSrc, bool accumulate)
    {
        (call->HasMax ? call->MaxEdges : call->AverageEdges).FillPlain();
        call->FillTaps(S.Width);
        call->DiffSrc = diffSrc.Data();
        call->Accumulate = accumulate;
        var work = new PoolBackward<S, V>(call);
        context.Workers.Run(call->Images, ref work);
    }

    private PoolCall* Describe(
        Tensor<float> like, Tensor<float> dst, Window2D window, Tensor<float>? max, Tensor<float>? average, Tensor<byte>? indices)
    {
        context.Place(new Layout(calls.First, like.Shape, dst.Shape, window, context.Workers.Threads));
        calls.First->Fill(max, average, indices, context.Scratch, context.Workers.Threads);
        return calls.First;
    }

    private readonly struct Layout(PoolCall* gradient, Shape src, Shape dst, Window2D window, int threads) : IScratchLayout
    {
        public void LayOut(ref BumpAllocator shared, ref BumpAllocator thread) =>
            gradient->LayOut(src, dst, window, 0, 0, S.Width, threads, ref shared, ref thread);
    }
}
