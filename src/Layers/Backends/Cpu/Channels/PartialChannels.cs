using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Channels;

/// <summary>Partial channels (Xu et al. 2020): the first go through the mixed operation, the others bypass it.</summary>
internal sealed unsafe class PartialChannels<S, V>(CpuContext context)
    where S : struct, ISimd<V>
    where V : struct
{
    public void SplitForward(Tensor<float> src, Tensor<float> head, Tensor<float> bypass, Tensor<byte>? taps)
    {
        var parts = new ChannelParts(src.Shape, bypass.Shape, head.Shape.C);
        var work = new PartialSplit(parts, src.Data(), head.Data(), bypass.Data(), taps is null ? null : (byte*)taps.Address);
        context.Workers.Run(src.Shape.N, ref work);
    }

    public void SplitBackward(
        Tensor<float> diffHead, Tensor<float> diffBypass, Tensor<byte>? taps, Tensor<float> diffSrc, bool accumulate)
    {
        var parts = new ChannelParts(diffSrc.Shape, diffBypass.Shape, diffHead.Shape.C);
        var work = new PartialSplitDiff(
            parts, diffHead.Data(), diffBypass.Data(), taps is null ? null : (byte*)taps.Address, diffSrc.Data(), accumulate);
        context.Workers.Run(diffSrc.Shape.N, ref work);
    }

    public void MergeForward(Tensor<float> mixed, Tensor<float> bypass, Tensor<float> dst)
    {
        var work = new PartialMerge(new ChannelParts(dst.Shape, bypass.Shape, mixed.Shape.C), mixed.Data(), bypass.Data(), dst.Data(),
            backward: false);
        context.Workers.Run(dst.Shape.N, ref work);
    }

    public void MergeBackward(Tensor<float> diffDst, Tensor<float> diffMixed, Tensor<float> diffBypass)
    {
        var work = new PartialMerge(new ChannelParts(diffDst.Shape, diffBypass.Shape, diffMixed.Shape.C), diffMixed.Data(),
            diffBypass.Data(), diffDst.Data(), backward: true);
        context.Workers.Run(diffDst.Shape.N, ref work);
    }

    /// <summary>Extents of a state and of its two parts.</summary>
    private readonly struct ChannelParts(Shape whole, Shape bypass, int heads)
    {
        public readonly Shape Whole = whole, Bypass = bypass;
        public readonly int Heads = heads;
        public int Rest => Whole.C - Heads;
        public int Groups => Whole.C / Heads;
    }

    // x: [N,H,W,C] float32, head: [N,H,W,C/K] float32, bypass: [N,H',W',C−C/K] float32, taps: like bypass, bytes
    private readonly struct PartialSplit(ChannelParts parts, float* x, float* head, float* bypass, byte* taps) : IParallelBody
    {
        public void Run(int item, int thread)
        {
            var (whole, heads, rest) = (parts.Whole, parts.Heads, parts.Rest);
            var first = (long)item * whole.Pixels;
            for (var pixel = first; pixel < first + whole.Pixels; pixel++)
            {
                LaneStores<S, V>.PutRun(x + pixel * whole.C, head + pixel * heads, heads, accumulate: false);
                if (taps is null) LaneStores<S, V>.PutRun(x + pixel * whole.C + heads, bypass + pixel * rest, rest, accumulate: false);
            }

            if (taps is null) return;
            for (var h = 0; h < parts.Bypass.H; h++)
                for (var w = 0; w < parts.Bypass.W; w++) Largest(item, h, w);
        }

        private void Largest(int n, int h, int w)
        {
            var (whole, rest) = (parts.Whole, parts.Rest);
            var from = x + (((long)n * whole.H + 2 * h) * whole.W + 2 * w) * whole.C + parts.Heads;
            var at = (((long)n * parts.Bypass.H + h) * parts.Bypass.W + w) * rest;
            var (rows, columns) = (Math.Min(2, whole.H - 2 * h), Math.Min(2, whole.W - 2 * w));
            for (var c = 0; c < rest; c++)
            {
                var (best, tap) = (from[c], 0);
                for (var t = 1; t < 4; t++)
                {
                    if (t / 2 >= rows || t % 2 >= columns) continue;
                    var value = from[(t / 2 * whole.W + t % 2) * (long)whole.C + c];
                    if (value > best) (best, tap) = (value, t);
                }

                (bypass[at + c], taps[at + c]) = (best, (byte)tap);
            }
        }
    }

    // dhead: [N,H,W,C/K] float32, dbypass: [N,H',W',C−C/K] float32, dx: [N,H,W,C] float32
    private readonly struct PartialSplitDiff(ChannelParts parts, float* dhead, float* dbypass, byte* taps, float* dx, bool accumulate)
        : IParallelBody
    {
        public void Run(int item, int thread)
        {
            var (whole, heads, rest) = (parts.Whole, parts.Heads, parts.Rest);
            var first = (long)item * whole.Pixels;
            for (var pixel = first; pixel < first + whole.Pixels; pixel++)
            {
                var to = dx + pixel * whole.C;
                LaneStores<S, V>.PutRun(dhead + pixel * heads, to, heads, accumulate);
                if (taps is null) LaneStores<S, V>.PutRun(dbypass + pixel * rest, to + heads, rest, accumulate);
                else if (!accumulate) new Span<float>(to + heads, rest).Clear();
            }

            if (taps is null) return;
            for (var h = 0; h < parts.Bypass.H; h++)
                for (var w = 0; w < parts.Bypass.W; w++)
                {
                    var to = dx + (((long)item * whole.H + 2 * h) * whole.W + 2 * w) * whole.C + heads;
                    var at = (((long)item * parts.Bypass.H + h) * parts.Bypass.W + w) * rest;
                    for (var c = 0; c < rest; c++)
                    {
                        var tap = taps[at + c];
                        to[(tap / 2 * whole.W + tap % 2) * (long)whole.C + c] += dbypass[at + c];
                    }
                }
        }
    }

    // mixed: [N,H,W,C/K] float32, bypass: [N,H,W,C−C/K] float32, y: [N,H,W,C] float32; backward, y goes to the other two.
    private readonly struct PartialMerge(ChannelParts parts, float* mixed, float* bypass, float* y, bool backward) : IParallelBody
    {
        public void Run(int item, int thread)
        {
            var (heads, rest, groups) = (parts.Heads, parts.Rest, parts.Groups);
            var first = (long)item * parts.Whole.Pixels;
            float* head = mixed + first * heads, other = bypass + first * rest, whole = y + first * parts.Whole.C;
            for (var pixel = 0; pixel < parts.Whole.Pixels; pixel++, head += heads, other += rest)
                for (var i = 0; i < heads; i++, whole += groups)
                {
                    if (backward) head[i] = whole[0];
                    else whole[0] = head[i];
                    for (var g = 1; g < groups; g++)
                    {
                        if (backward) other[(g - 1) * heads + i] = whole[g];
                        else whole[g] = other[(g - 1) * heads + i];
                    }
                }
        }
    }
}
