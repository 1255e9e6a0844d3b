using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Convolution;

/// <summary>Convolutions that mix no channels, by the kernels of the separable operation, with nothing before or after them.</summary>
internal sealed unsafe class DepthwiseConvolution<S, V>(CpuContext context)
    where S : struct, ISimd<V>
{
    private readonly Descriptors<DepthwiseCall> calls = new(1);

    /// <summary>Makes sure of the scratch memory of all passes.</summary>
    public void Plan(Shape src, Shape dst, Window2D window) =>
        context.Measure(new Layout(calls.First, src, dst, window, context.Leaves.Parts));

    /// <summary>dst = src ∗ weights.</summary>
    public void Forward(Tensor<float> src, Tensor<float> weights, Tensor<float> dst, Window2D window)
    {
        var work = new ForwardImages(LayOut(src.Shape, dst.Shape, window, weights.Data()), src.Data(), dst.Data());
        context.Workers.Run(src.Shape.N, ref work);
    }

    /// <summary>diffSrc (+)= diffDst ∗ᵀ weights.</summary>
    public void BackwardData(Tensor<float> diffDst, Tensor<float> weights, Tensor<float> diffSrc, Window2D window, bool accumulate)
    {
        var call = LayOut(diffSrc.Shape, diffDst.Shape, window, weights.Data());
        var work = new BackwardImages(call, diffDst.Data(), diffSrc.Data(), accumulate);
        context.Workers.Run(diffSrc.Shape.N, ref work);
    }

    /// <summary>diffWeights += src ⋆ diffDst.</summary>
    public void BackwardWeights(Tensor<float> src, Tensor<float> diffDst, Tensor<float> diffWeights, Window2D window)
    {
        // Only the places of the taps count here.
        var call = LayOut(src.Shape, diffDst.Shape, window, null);
        var work = new WeightImages(call, src.Data(), diffDst.Data());
        context.Workers.Run(call->Groups.Count, ref work);
        var pattern = call->Pattern(S.Width);
        DepthwiseTaps.AddGradient<S, V>(call->Taps, call->Sums, call->Groups.Count, src.Shape.C, pattern, diffWeights.Data());
    }

    private DepthwiseCall* LayOut(Shape src, Shape dst, Window2D window, float* filter)
    {
        context.Place(new Layout(calls.First, src, dst, window, context.Leaves.Parts));
        calls.First->Threads = context.Scratch.Threads;
        calls.First->FloatsPerThread = context.FloatsPerThread;
        calls.First->Pack<S, V>(filter);
        return calls.First;
    }

    private readonly struct Layout(DepthwiseCall* call, Shape src, Shape dst, Window2D window, int groups) : IScratchLayout
    {
        public void LayOut(ref BumpAllocator shared, ref BumpAllocator thread) =>
            call->LayOut(src, dst, window, groups, S.Width, ref shared, ref thread);
    }

    private static float* Bordered(DepthwiseCall* call, float* x, int n, float* memory)
    {
        var copy = memory + call->Copy;
        new Span<float>(copy, checked((int)call->Source.Floats + S.Width)).Clear();
        PadCopy<S, V>.Image<Identity<V>>(call->Source, new ChannelSegments(x + n * call->Src.CountPerImage, call->Src.C), null, null, copy);
        return copy;
    }

    private static float* BorderedDiff(DepthwiseCall* call, float* dy, int n, float* memory)
    {
        var copy = memory + call->DiffCopy;
        new Span<float>(copy, checked((int)call->Diff.Floats)).Clear();
        var length = call->Dst.W * call->Dst.C;
        for (var h = 0; h < call->Dst.H; h++)
            LaneStores<S, V>.PutRun(
                dy + n * call->Dst.CountPerImage + (nint)h * length, copy + call->Diff.At(h, 0), length, accumulate: false);
        return copy;
    }

    // x: [N,H,W,C], y: [N,H',W',C]; all float32. Item: image.
    private readonly struct ForwardImages(DepthwiseCall* call, float* x, float* y) : IParallelBody
    {
        public void Run(int item, int thread)
        {
            var memory = call->Threads + thread * call->FloatsPerThread;
            var (source, length) = (call->Source, call->Dst.W * call->Dst.C);
            var tile = memory + call->Tile;
            DepthwiseKernel<S, V>.Rows(
                tile, length, null, (length + S.Width - 1) / S.Width, Bordered(call, x, item, memory), source.StrideH * source.RowFloats,
                call->Dst.H, call->Taps, source.Period, default(NoPrefetch));
            LaneStores<S, V>.PutRun(tile, y + item * call->Dst.CountPerImage, (int)call->Dst.CountPerImage, accumulate: false);
        }
    }

    // dy: [N,H',W',C], dx: [N,H,W,C]; all float32. Item: image.
    private readonly struct BackwardImages(DepthwiseCall* call, float* dy, float* dx, bool accumulate) : IParallelBody
    {
        public void Run(int item, int thread)
        {
            var memory = call->Threads + thread * call->FloatsPerThread;
            var (source, length) = (call->Source, call->Src.W * call->Src.C);
            var from = BorderedDiff(call, dy, item, memory);
            var to = dx + item * call->Src.CountPerImage;
            for (var h = 0; h < source.Height; h++, to += length)
            {
                var row = memory + call->Tile;
                call->Rotated.Gather<S, V, NoPrefetch>(from, h, h + 1, row, null, default);
                if (source.StrideW > 1) row = source.Interleave(row, memory + call->Row);
                LaneStores<S, V>.PutRun(row, to, length, accumulate);
            }
        }
    }

    // x: [N,H,W,C], dy: [N,H',W',C]; all float32. Item: gradient group.
    private readonly struct WeightImages(DepthwiseCall* call, float* x, float* dy) : IParallelBody
    {
        public void Run(int item, int thread)
        {
            var memory = call->Threads + thread * call->FloatsPerThread;
            var (source, pattern) = (call->Source, call->Pattern(S.Width));
            var sums = call->Sums + (nint)item * call->Window.Taps * pattern;
            new Span<float>(sums, call->Window.Taps * pattern).Clear();
            for (var n = call->Groups.First(item); n < call->Groups.First(item + 1); n++)
                DepthwiseWeightGradient<S, V>.Run(
                    BorderedDiff(call, dy, n, memory) + call->Diff.At(0, 0), call->Diff.Row, Bordered(call, x, n, memory),
                    source.StrideH * source.RowFloats, call->Dst.H, (call->Dst.W * source.Channels + S.Width - 1) / S.Width, call->Taps,
                        sums,
                    source.Period);
        }
    }
}
