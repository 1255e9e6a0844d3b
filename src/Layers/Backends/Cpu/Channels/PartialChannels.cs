using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Channels;

/// <summary>Partial channels (Xu et al. 2020): the first go through the mixed operation, the others bypass it.</summary>
internal sealed unsafe class PartialChannels<S, V>(CpuContext context)
    where S : struct, ISimd<V>
{
    public void SplitForward(Tensor<float> src, Tensor<float> head, Tensor<float> bypass, Tensor<byte>? taps) =>
        Split(src, head, bypass, taps, backward: false, accumulate: false);

    public void SplitBackward(
        Tensor<float> diffHead, Tensor<float> diffBypass, Tensor<byte>? taps, Tensor<float> diffSrc, bool accumulate) =>
        Split(diffSrc, diffHead, diffBypass, taps, backward: true, accumulate);

    public void MergeForward(Tensor<float> mixed, Tensor<float> bypass, Tensor<float> dst) => Merge(mixed, bypass, dst, backward: false);

    public void MergeBackward(Tensor<float> diffDst, Tensor<float> diffMixed, Tensor<float> diffBypass) =>
        Merge(diffMixed, diffBypass, diffDst, backward: true);

    private void Split(Tensor<float> whole, Tensor<float> head, Tensor<float> bypass, Tensor<byte>? taps, bool backward, bool accumulate)
    {
        var parts = new ChannelParts(whole.Shape, bypass.Shape, head.Shape.C);
        var places = taps is null ? null : (byte*)taps.Address;
        var work = new PartialSplit(parts, whole.Data(), head.Data(), bypass.Data(), places, backward, accumulate);
        context.Workers.Run(whole.Shape.N, ref work);
    }

    private void Merge(Tensor<float> mixed, Tensor<float> bypass, Tensor<float> whole, bool backward)
    {
        var parts = new ChannelParts(whole.Shape, bypass.Shape, mixed.Shape.C);
        var work = new PartialMerge(parts, mixed.Data(), bypass.Data(), whole.Data(), backward);
        context.Workers.Run(whole.Shape.N, ref work);
    }

    /// <summary>Extents of a state and of its two parts.</summary>
    private readonly struct ChannelParts(Shape whole, Shape bypass, int heads)
    {
        public readonly Shape Whole = whole, Bypass = bypass;
        public readonly int Heads = heads;
        public int Rest => Whole.C - Heads;
        public int Groups => Whole.C / Heads;
    }

    // x: [N,H,W,C] float32, head: [N,H,W,C/K] float32, bypass: [N,H',W',C−C/K] float32, taps: like bypass, bytes;
    // backward, the parts go to x.
    private readonly struct PartialSplit(
        ChannelParts parts, float* x, float* head, float* bypass, byte* taps, bool backward, bool accumulate) : IParallelBody
    {
        public void Run(int item, int thread)
        {
            var (whole, heads, rest) = (parts.Whole, parts.Heads, parts.Rest);
            var first = (long)item * whole.Pixels;
            for (var pixel = first; pixel < first + whole.Pixels; pixel++)
            {
                var all = x + pixel * whole.C;
                Move(all, head + pixel * heads, heads);
                if (taps is null) Move(all + heads, bypass + pixel * rest, rest);
                else if (backward && !accumulate) new Span<float>(all + heads, rest).Clear();
            }

            for (var block = 0; block < parts.Bypass.Pixels && taps is not null; block++)
            {
                var (h, w) = (2 * (block / parts.Bypass.W), 2 * (block % parts.Bypass.W));
                var all = x + (((long)item * whole.H + h) * whole.W + w) * whole.C + heads;
                var at = ((long)item * parts.Bypass.Pixels + block) * rest;
                if (backward) AddToLargest(all, bypass + at, taps + at);
                else Largest(all, Math.Min(2, whole.H - h), Math.Min(2, whole.W - w), bypass + at, taps + at);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Move(float* all, float* part, int channels)
        {
            if (backward) LaneStores<S, V>.PutRun(part, all, channels, accumulate);
            else LaneStores<S, V>.PutRun(all, part, channels, accumulate: false);
        }

        private void Largest(float* from, int rows, int columns, float* largest, byte* places)
        {
            var taps = stackalloc float[parts.Rest + S.Width];
            for (var c = 0; c < parts.Rest; c += S.Width)
            {
                V best = S.Load(from + c), tap = S.Zero;
                for (var t = 1; t < 4; t++)
                    if (t / 2 < rows && t % 2 < columns) S.ArgMaxUpdate(ref best, ref tap, S.Load(from + Place(t) + c), S.Broadcast(t));
                LaneStores<S, V>.Put(best, largest + c, Math.Min(S.Width, parts.Rest - c));
                S.Store(tap, taps + c);
            }

            TapBytes.Store(taps, places, parts.Rest);
        }

        private void AddToLargest(float* to, float* diff, byte* places)
        {
            for (var c = 0; c < parts.Rest; c++) to[Place(places[c]) + c] += diff[c];
        }

        private nint Place(int tap) => (nint)(tap / 2 * parts.Whole.W + tap % 2) * parts.Whole.C;
    }

    // mixed: [N,H,W,C/K] float32, bypass: [N,H,W,C−C/K] float32, y: [N,H,W,C] float32; backward, y goes to the other two.
    private readonly struct PartialMerge(ChannelParts parts, float* mixed, float* bypass, float* y, bool backward) : IParallelBody
    {
        public void Run(int item, int thread)
        {
            var (heads, rest, groups) = (parts.Heads, parts.Rest, parts.Groups);
            var first = (long)item * parts.Whole.Pixels;
            float* head = mixed + first * heads, other = bypass + first * rest, whole = y + first * parts.Whole.C;
            for (var pixel = 0; pixel < parts.Whole.Pixels; pixel++, head += heads, other += rest, whole += parts.Whole.C)
            {
                var i = 0;
                for (; groups == 4 && i <= heads - 4 && Sse.IsSupported; i += 4)
                {
                    float* to = whole + 4 * i, p0 = head + i, p1 = other + i, p2 = p1 + heads, p3 = p2 + heads;
                    if (backward) Transpose(to, to + 4, to + 8, to + 12, p0, p1, p2, p3);
                    else Transpose(p0, p1, p2, p3, to, to + 4, to + 8, to + 12);
                }

                for (; i < heads; i++)
                    for (var g = 0; g < groups; g++)
                    {
                        float* part = g == 0 ? head + i : other + (g - 1) * heads + i, to = whole + i * groups + g;
                        if (backward) *part = *to;
                        else *to = *part;
                    }
            }
        }

        // Channels of four groups, four at a time.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Transpose(float* x0, float* x1, float* x2, float* x3, float* y0, float* y1, float* y2, float* y3)
        {
            Vector128<float> a = Vector128.Load(x0), b = Vector128.Load(x1), c = Vector128.Load(x2), d = Vector128.Load(x3);
            Vector128<float> ac = Sse.UnpackLow(a, c), bd = Sse.UnpackLow(b, d);
            Sse.UnpackLow(ac, bd).Store(y0);
            Sse.UnpackHigh(ac, bd).Store(y1);
            (ac, bd) = (Sse.UnpackHigh(a, c), Sse.UnpackHigh(b, d));
            Sse.UnpackLow(ac, bd).Store(y2);
            Sse.UnpackHigh(ac, bd).Store(y3);
        }
    }
}
