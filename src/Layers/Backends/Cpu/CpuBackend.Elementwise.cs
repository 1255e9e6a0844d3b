using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Kernels;
using MIOpenDarts.Layers.Backends.Cpu.Separable;
using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu;

internal sealed unsafe partial class CpuBackend<S, V>
{
    /// <inheritdoc/>
    public override void Fill(Tensor<float> dst, float value) => Each(new FillValue(value, P(dst), Streams(dst)), dst.Shape.Count);

    /// <inheritdoc/>
    public override void Copy(Tensor<float> src, Tensor<float> dst) => Each(new Scaled(1, P(src), P(dst), accumulate: false), src.Shape.Count);

    /// <inheritdoc/>
    public override void Add(Tensor<float> src, Tensor<float> dst) => Each(new Scaled(1, P(src), P(dst), accumulate: true), src.Shape.Count);

    /// <inheritdoc/>
    public override void ReluForward(Tensor<float> src, Tensor<float> dst) => Each(new Rectified(P(src), P(dst)), src.Shape.Count);

    /// <inheritdoc/>
    public override void ReluBackward(Tensor<float> src, Tensor<float> diffDst, Tensor<float> diffSrc, bool accumulate) =>
        Each(new RectifiedDiff(P(src), P(diffDst), P(diffSrc), accumulate), src.Shape.Count);

    /// <inheritdoc/>
    public override void ScaleForward(Tensor<float> src, Tensor<float> weights, int index, Tensor<float> dst, bool accumulate) =>
        Each(new Scaled(P(weights)[index], P(src), P(dst), accumulate), src.Shape.Count);

    /// <inheritdoc/>
    public override void ScaleBackwardWeights(Tensor<float> src, Tensor<float> diffDst, Tensor<float> diffWeights, int index) =>
        P(diffWeights)[index] += (float)Dot(src, diffDst);

    /// <inheritdoc/>
    public override void ScaleImages(Tensor<float> src, Tensor<float> factors, Tensor<float> dst, bool accumulate)
    {
        var work = new ScaledImages(P(src), P(factors), P(dst), src.Shape.CountPerImage, accumulate);
        team.Run(src.Shape.N, ref work);
    }

    /// <inheritdoc/>
    public override void Multiply(Tensor<float> src, Tensor<float> factors, Tensor<float> dst, bool accumulate) =>
        Each(new Multiplied(P(src), P(factors), P(dst), accumulate), src.Shape.Count);

    private void Each<TExpression>(TExpression expression, long count)
        where TExpression : unmanaged, IElementwise => Each(expression, count, 4 * S.Width);

    private void Each<TExpression>(TExpression expression, long count, int period)
        where TExpression : unmanaged, IElementwise
    {
        var work = new Elementwise<S, V, TExpression>(expression, count, period);
        team.Run(work.Items, ref work);
    }

    // Past the caches what has left them before anyone reads it, in whole vectors of aligned memory.
    private static bool Streams(Tensor<float> dst) => dst.Shape.Count >= SeparableCall.StreamedFloats && dst.Address % (sizeof(float) * S.Width) == 0;

    // A whole vector where count is the constant width, so that the test disappears from inner loops.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(V value, float* destination, int count)
    {
        if (count == S.Width) S.Store(value, destination);
        else S.StorePart(value, destination, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(V value, float* destination, int count, bool accumulate) =>
        Put(accumulate ? S.Add(S.Load(destination), value) : value, destination, count);

    // y: [N,H,W,C] float32
    private readonly struct FillValue(float value, float* y, bool stream) : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(long i, int p, int count)
        {
            if (stream && count == S.Width) S.Stream(S.Broadcast(value), y + i);
            else Put(S.Broadcast(value), y + i, count);
        }
    }

    // x, y: [N,H,W,C] float32
    private readonly struct Rectified(float* x, float* y) : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(long i, int p, int count) => Put(S.Max(S.Load(x + i), S.Zero), y + i, count);
    }

    // x, dy, dx: [N,H,W,C] float32
    private readonly struct RectifiedDiff(float* x, float* dy, float* dx, bool accumulate) : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(long i, int p, int count) => Put(S.WherePositive(S.Load(x + i), S.Load(dy + i)), dx + i, count, accumulate);
    }

    // x, y: [N,H,W,C] float32
    private readonly struct Scaled(float factor, float* x, float* y, bool accumulate) : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(long i, int p, int count) => Put(S.Multiply(S.Broadcast(factor), S.Load(x + i)), y + i, count, accumulate);
    }

    // x, f, y: [N,H,W,C] float32
    private readonly struct Multiplied(float* x, float* f, float* y, bool accumulate) : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(long i, int p, int count) => Put(S.Multiply(S.Load(f + i), S.Load(x + i)), y + i, count, accumulate);
    }

    // x, y: [N,H,W,C] float32, f: [N]
    private readonly struct ScaledImages(float* x, float* f, float* y, long size, bool accumulate) : IWork
    {
        public void Run(int item, int thread)
        {
            var image = new Elementwise<S, V, Scaled>(new Scaled(f[item], x + item * size, y + item * size, accumulate), size, 4 * S.Width);
            for (var piece = 0; piece < image.Items; piece++) image.Run(piece, thread);
        }
    }
}
