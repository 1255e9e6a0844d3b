using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Elementwise;

/// <summary>Operations on every element of a tensor.</summary>
internal sealed unsafe class ElementwiseOperations<S, V>(CpuContext context)
    where S : struct, ISimd<V>
{
    public void Fill(Tensor<float> dst, float value) => Each(new FillValue(value, dst.Data(), Streams(dst)), dst.Shape.Count);

    public void Copy(Tensor<float> src, Tensor<float> dst) => Scale(src, 1, dst, accumulate: false);

    public void Add(Tensor<float> src, Tensor<float> dst) => Scale(src, 1, dst, accumulate: true);

    public void ReluForward(Tensor<float> src, Tensor<float> dst) => Each(new Rectified(src.Data(), dst.Data()), src.Shape.Count);

    public void ReluBackward(Tensor<float> src, Tensor<float> diffDst, Tensor<float> diffSrc, bool accumulate) =>
        Each(new RectifiedDiff(src.Data(), diffDst.Data(), diffSrc.Data(), accumulate), src.Shape.Count);

    public void ScaleForward(Tensor<float> src, Tensor<float> weights, int index, Tensor<float> dst, bool accumulate) =>
        Scale(src, weights.Data()[index], dst, accumulate);

    public void Scale(Tensor<float> src, float factor, Tensor<float> dst, bool accumulate) =>
        Each(new Scaled(factor, src.Data(), dst.Data(), accumulate), src.Shape.Count);

    public void ScaleImages(Tensor<float> src, Tensor<float> factors, Tensor<float> dst, bool accumulate)
    {
        var work = new ScaledImages(src.Data(), factors.Data(), dst.Data(), src.Shape.CountPerImage, accumulate);
        context.Workers.Run(src.Shape.N, ref work);
    }

    public void Multiply(Tensor<float> src, Tensor<float> factors, Tensor<float> dst, bool accumulate) =>
        Each(new Multiplied(src.Data(), factors.Data(), dst.Data(), accumulate), src.Shape.Count);

    public void Each<TExpression>(TExpression expression, long count)
        where TExpression : unmanaged, IElementwise => Each(expression, count, 4 * S.Width);

    public void Each<TExpression>(TExpression expression, long count, int period)
        where TExpression : unmanaged, IElementwise
    {
        var work = new Elementwise<S, V, TExpression>(expression, count, period);
        context.Workers.Run(work.Items, ref work);
    }

    // Whether stores to a tensor are non-temporal: it is large and aligned to whole vectors.
    private static bool Streams(Tensor<float> dst) =>
        dst.Shape.Count >= NonTemporal.Threshold && dst.Address % (sizeof(float) * S.Width) == 0;

    // y: [N,H,W,C] float32
    private readonly struct FillValue(float value, float* y, bool stream) : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(long i, int p, int count)
        {
            if (stream && count == S.Width) S.StoreNonTemporal(S.Broadcast(value), y + i);
            else LaneStores<S, V>.Put(S.Broadcast(value), y + i, count);
        }
    }

    // x, y: [N,H,W,C] float32
    private readonly struct Rectified(float* x, float* y) : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(long i, int p, int count) => LaneStores<S, V>.Put(S.Rectify(S.Load(x + i)), y + i, count);
    }

    // x, dy, dx: [N,H,W,C] float32
    private readonly struct RectifiedDiff(float* x, float* dy, float* dx, bool accumulate) : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(long i, int p, int count) =>
            LaneStores<S, V>.Put(S.WherePositive(S.Load(x + i), S.Load(dy + i)), dx + i, count, accumulate);
    }

    // x, y: [N,H,W,C] float32
    private readonly struct Scaled(float factor, float* x, float* y, bool accumulate) : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(long i, int p, int count) =>
            LaneStores<S, V>.Put(S.Multiply(S.Broadcast(factor), S.Load(x + i)), y + i, count, accumulate);
    }

    // x, f, y: [N,H,W,C] float32
    private readonly struct Multiplied(float* x, float* f, float* y, bool accumulate) : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(long i, int p, int count) =>
            LaneStores<S, V>.Put(S.Multiply(S.Load(f + i), S.Load(x + i)), y + i, count, accumulate);
    }

    // x, y: [N,H,W,C] float32, f: [N]
    private readonly struct ScaledImages(float* x, float* f, float* y, long size, bool accumulate) : IParallelBody
    {
        public void Run(int item, int thread) =>
            new Elementwise<S, V, Scaled>(new Scaled(f[item], x + item * size, y + item * size, accumulate), size, 4 * S.Width).RunAll();
    }
}
