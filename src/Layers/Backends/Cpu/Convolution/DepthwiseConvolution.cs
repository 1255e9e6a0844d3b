using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Convolution;

/// <summary>Convolutions that mix no channels.</summary>
internal sealed unsafe class DepthwiseConvolution<S, V>(CpuContext context, WindowDriver<S, V> windows)
    where S : struct, ISimd<V>
    where V : struct
{
    public void Forward(Tensor<float> src, Tensor<float> weights, Tensor<float> dst, Window2D window)
    {
        var period = ChannelPattern.Shortest<S, V>(src.Shape.C);
        windows.Forward(new WeightedTap(DepthwiseFilters(weights, period), period), period, src, dst, window, null);
    }

    public void BackwardData(Tensor<float> diffDst, Tensor<float> weights, Tensor<float> diffSrc, Window2D window, bool accumulate)
    {
        var period = ChannelPattern.Shortest<S, V>(diffSrc.Shape.C);
        windows.Backward(new WeightedTap(DepthwiseFilters(weights, period), period), period, diffDst, null, diffSrc, window, null, accumulate);
    }

    public void BackwardWeights(Tensor<float> src, Tensor<float> diffDst, Tensor<float> diffWeights, Window2D window)
    {
        var (channels, period) = (src.Shape.C, ChannelPattern.Shortest<S, V>(src.Shape.C));
        var image = PaddedImage.ForForward(src.Shape.H, src.Shape.W, channels, window);
        var taps = TapTable.Forward(window, image, (int*)context.Tables.Floats(TapTable.Integers(window)));
        var scratch = context.PerThread(image.Floats, out var pitch);
        var groups = new GradientGroups(src.Shape.N, (long)window.Taps * period);
        var sums = context.Partials.Floats((long)groups.Count * window.Taps * period);
        var work = new DepthwiseGradient(
            src.Data(), src.Shape, diffDst.Data(), diffDst.Shape, window.StrideH, image, taps, period, groups, sums, scratch, pitch);
        context.Workers.Run(groups.Count, ref work);
        for (var c = 0; c < channels; c++)
            for (var t = 0; t < window.Taps; t++)
            {
                double total = 0;
                for (var group = 0; group < groups.Count; group++)
                    for (var p = c; p < period; p += channels) total += sums[((long)group * window.Taps + t) * period + p];
                diffWeights.Data()[c * window.Taps + t] += (float)total;
            }
    }

    /// <summary>[C,1,kh,kw] as [tap][period].</summary>
    private float* DepthwiseFilters(Tensor<float> weights, int period)
    {
        var (channels, taps) = (weights.Shape.N, weights.Shape.H * weights.Shape.W);
        var packed = context.Shared.Floats((long)taps * period);
        for (var t = 0; t < taps; t++)
            for (var c = 0; c < channels; c++) packed[t * period + c] = weights.Data()[c * taps + t];
        LaneStores<S, V>.RepeatInPlace(packed, taps, channels, period);
        return packed;
    }

    // x: padded [H,W,C] float32, filters: [tap][period]
    private readonly struct WeightedTap(float* filters, int period) : ITapTerm<V>
    {
        public V Add(V sum, float* at, int tap, int p) => S.MultiplyAdd(S.Load(filters + tap * period + p), S.Load(at), sum);
    }

    // x: [N,H,W,C] float32, dy: [N,H',W',C] float32, sums: [group][tap][period]
    private readonly struct DepthwiseGradient(
        float* x, Shape src, float* dy, Shape dst, int strideH, PaddedImage image, Taps taps, int period, GradientGroups groups, float* sums,
        float* scratch, long pitch) : IParallelBody
    {
        public void Run(int item, int thread)
        {
            var copy = scratch + thread * pitch;
            var to = sums + (long)item * taps.Count * period;
            new Span<float>(to, taps.Count * period).Clear();
            for (var n = groups.First(item); n < groups.First(item + 1); n++)
            {
                image.Fill<S, V>(x + n * src.CountPerImage, copy, 0);
                TapGradient<S, V>.Image(
                    copy, (long)strideH * image.RowPitch, taps, dy + n * dst.CountPerImage, dst.H, dst.W * dst.C, period, to);
            }
        }
    }
}
