using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Elementwise;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Normalization;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Quantisation;

/// <summary>Values rounded to what bytes hold, and the straight-through gradient.</summary>
internal sealed unsafe class Quantiser<S, V>(CpuContext context)
    where S : struct, ISimd<V>
{
    // A sum with it keeps no fraction: v + 1.5·2²³ is rounded half to even to a whole number for |v| below 2²².
    private const float NoFraction = 12582912f;

    private readonly ElementwiseOperations<S, V> elementwise = new(context);

    public void Forward(Tensor<float> src, Tensor<float>? bias, Tensor<float> dst, ByteScale scale)
    {
        var period = ChannelPattern.Long(src.Shape.C, S.Width);
        context.Reserve(period, 0, out var pattern, out _);
        Fill(pattern, bias, src.Shape.C, period);
        elementwise.Each(new Rounded(src.Data(), pattern, dst.Data(), scale), src.Shape.Count, period);
    }

    public void Backward(
        Tensor<float> src, Tensor<float>? bias, Tensor<float> diffDst, Tensor<float> diffSrc, Tensor<float>? diffBias, ByteScale scale,
        bool accumulate)
    {
        var (shape, channels, period) = (src.Shape, src.Shape.C, ChannelPattern.Long(src.Shape.C, S.Width));
        var shortest = ChannelPattern.Shortest<S, V>(channels);
        // Images' sums are doubles: they begin at a whole vector of floats.
        var room = (2 * period + 15) / 16 * 16;
        context.Reserve(room + 4 * shape.N * (nint)channels + 16, 2 * shortest, out var pattern, out var threads);
        Fill(pattern, bias, channels, period);
        elementwise.Each(
            new PassedDiff(src.Data(), pattern, diffDst.Data(), diffSrc.Data(), scale, accumulate), shape.Count, period);
        if (diffBias is null) return;
        var means = pattern + period;
        var sums = (double*)(pattern + room);
        new Span<float>(means, shortest).Clear();
        var work = new BatchNorm<S, V>.ImageProducts(diffSrc.Data(), diffSrc.Data(), means, shape, sums, threads, context.FloatsPerThread);
        context.Workers.Run(shape.N, ref work);
        GroupSums.Add(sums, new ImageGroups(shape.N, context.Leaves.Parts), 2 * channels);
        for (var c = 0; c < channels; c++) diffBias.Data()[c] += (float)sums[c];
    }

    private static void Fill(float* pattern, Tensor<float>? bias, int channels, int period)
    {
        if (bias is null) new Span<float>(pattern, period).Clear();
        else ChannelPattern.Fill(pattern, bias.Data(), channels, period);
    }

    // x, y: [N,H,W,C] float32, b: [period]
    private readonly struct Rounded(float* x, float* b, float* y, ByteScale scale) : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(long i, int p, int count)
        {
            var steps = Steps(x + i, b + p, scale.Step);
            // max(·, low), then min(·, high): whole numbers, so that no difference is rounded.
            steps = S.Add(S.Rectify(S.Subtract(steps, S.Broadcast(scale.Low))), S.Broadcast(scale.Low));
            steps = S.Subtract(S.Broadcast(scale.High), S.Rectify(S.Subtract(S.Broadcast(scale.High), steps)));
            LaneStores<S, V>.Put(S.Multiply(S.Broadcast(scale.Step), steps), y + i, count);
        }
    }

    // x, dy, dx: [N,H,W,C] float32, b: [period]
    private readonly struct PassedDiff(float* x, float* b, float* dy, float* dx, ByteScale scale, bool accumulate) : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(long i, int p, int count)
        {
            var steps = Steps(x + i, b + p, scale.Step);
            var passed = S.WherePositive(S.Subtract(steps, S.Broadcast(scale.Low - 0.5f)), S.Load(dy + i));
            passed = S.WherePositive(S.Subtract(S.Broadcast(scale.High + 0.5f), steps), passed);
            LaneStores<S, V>.Put(passed, dx + i, count, accumulate);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Steps(float* x, float* b, float step)
    {
        var steps = S.Divide(S.Add(S.Load(x), S.Load(b)), S.Broadcast(step));
        return S.Subtract(S.Add(steps, S.Broadcast(NoFraction)), S.Broadcast(NoFraction));
    }
}
