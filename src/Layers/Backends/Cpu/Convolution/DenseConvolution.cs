using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Convolution;

/// <summary>Convolutions with a window that mix channels, in groups or not. One image is one item; its copy has a border.</summary>
internal sealed unsafe class DenseConvolution<S, V>(CpuContext context)
    where S : struct, ISimd<V>
    where V : struct
{
    public void Forward(Tensor<float> src, Tensor<float> weights, Tensor<float> dst, Window2D window, int groups)
    {
        var (inputs, outputs) = (weights.Shape.C, weights.Shape.N / groups);
        var image = PaddedImage.ForForward(src.Shape.H, src.Shape.W, src.Shape.C, window);
        var taps = TapTable.Forward(window, image, (int*)context.Tables.Floats(TapTable.Integers(window)));
        var runs = RunsOf(taps, inputs, image.Channels, window);
        var floats = FilterBank<S, V>.PackedFloats(window.Taps * inputs, outputs);
        var packed = context.Shared.Floats(groups * floats);
        new Span<float>(packed, checked((int)(groups * floats))).Clear();
        for (var o = 0; o < weights.Shape.N; o++)
            for (var i = 0; i < inputs; i++)
                for (var t = 0; t < window.Taps; t++)
                    packed[o / outputs * floats + FilterBank<S, V>.Place(t * inputs + i, o % outputs, window.Taps * inputs)] =
                        weights.Data()[((long)o * inputs + i) * window.Taps + t];
        var scratch = context.PerThread(image.Floats, out var pitch);
        var work = new DenseProduct(src.Data(), dst.Data(), dst.Shape, window, groups, image, runs, packed, floats, scratch, pitch);
        context.Workers.Run(dst.Shape.N, ref work);
    }

    public void BackwardData(
        Tensor<float> diffDst, Tensor<float> weights, Tensor<float> diffSrc, Window2D window, int groups, bool accumulate)
    {
        var (x, y) = (diffSrc.Shape, diffDst.Shape);
        var (inputs, outputs) = (weights.Shape.C, weights.Shape.N / groups);
        var table = TapTable.Backward(
            window, x.H, x.W, y.H, y.W, y.C, (int*)context.Tables.Floats(TapTable.Integers(window)), out var image);
        var floats = FilterBank<S, V>.PackedFloats(window.Taps * outputs, inputs);
        var packed = context.Shared.Floats(groups * floats);
        new Span<float>(packed, checked((int)(groups * floats))).Clear();
        for (var phase = 0; phase < window.StrideH * window.StrideW; phase++)
        {
            var taps = table.Class(phase / window.StrideW, phase % window.StrideW);
            var first = FilterBank<S, V>.PackedFloats(table.Before(phase / window.StrideW, phase % window.StrideW) * outputs, inputs);
            for (var o = 0; o < weights.Shape.N; o++)
                for (var i = 0; i < inputs; i++)
                    for (var t = 0; t < taps.Count; t++)
                        packed[o / outputs * floats + first + FilterBank<S, V>.Place(t * outputs + o % outputs, i, taps.Count * outputs)] =
                            weights.Data()[((long)o * inputs + i) * window.Taps + taps.Filter[t]];
        }

        var scratch = context.PerThread(image.Floats, out var pitch);
        var work = new DenseBackward(diffDst.Data(), diffSrc.Data(), x, y, window, groups, image, table, packed, floats, accumulate, scratch, pitch);
        context.Workers.Run(x.N, ref work);
    }

    public void BackwardWeights(Tensor<float> src, Tensor<float> diffDst, Tensor<float> diffWeights, Window2D window, int groups)
    {
        var (inputs, outputs) = (diffWeights.Shape.C, diffWeights.Shape.N / groups);
        var image = PaddedImage.ForForward(src.Shape.H, src.Shape.W, src.Shape.C, window);
        var table = (int*)context.Tables.Floats(TapTable.Integers(window) + window.Taps * inputs);
        var taps = TapTable.Forward(window, image, table);
        var offsets = table + TapTable.Integers(window);
        for (var k = 0; k < window.Taps * inputs; k++) offsets[k] = taps.Offset[k / inputs] + k % inputs;
        var floats = (long)window.Taps * inputs * FilterBank<S, V>.Padded(outputs);
        var parts = new GradientGroups(src.Shape.N, groups * floats);
        var sums = context.Partials.Floats(parts.Count * groups * floats);
        var scratch = context.PerThread(image.Floats, out var pitch);
        var work = new DenseGradient(
            src.Data(), src.Shape, diffDst.Data(), diffDst.Shape, window, groups, image, offsets, parts, sums, groups * floats, scratch, pitch);
        context.Workers.Run(parts.Count, ref work);
        AddGradient(sums, parts.Count, diffWeights, outputs);
    }

    /// <summary>The taps of a row lie one behind the other where no other channels, columns or phases come between them.</summary>
    private static Runs RunsOf(Taps taps, int inputs, int channels, Window2D window)
    {
        if (window is not { Dilation: 1, StrideW: 1 } || inputs != channels) return new Runs(taps.Count, inputs, taps.Offset);
        for (var row = 0; row < window.KernelH; row++) taps.Offset[row] = taps.Offset[row * window.KernelW];
        return new Runs(window.KernelH, window.KernelW * inputs, taps.Offset);
    }

    /// <summary>diffWeights[o, i, tap] += Σ over the parts, in their order, of sums[part][group][tap, i][o].</summary>
    public void AddGradient(float* sums, int parts, Tensor<float> diffWeights, int outputs)
    {
        var work = new GradientTotal(sums, parts, diffWeights.Data(), diffWeights.Shape, outputs);
        context.Workers.Run(diffWeights.Shape.C * diffWeights.Shape.H * diffWeights.Shape.W, ref work);
    }

    // x: [N,H,W,C] float32, y: [N,H',W',O] float32, filters: [group] packed
    private readonly struct DenseProduct(
        float* x, float* y, Shape dst, Window2D window, int groups, PaddedImage image, Runs runs, float* filters, long floats, float* scratch,
        long pitch) : IParallelBody
    {
        public void Run(int item, int thread)
        {
            var copy = scratch + thread * pitch;
            image.Fill<S, V>(x + (long)item * image.Height * image.Width * image.Channels, copy, 0);
            var (inputs, outputs) = (image.Channels / groups, dst.C / groups);
            for (var h = 0; h < dst.H; h++)
                for (var g = 0; g < groups; g++)
                    FilterBank<S, V>.Forward(
                        copy + (long)h * window.StrideH * image.RowPitch + g * inputs, image.Channels, runs, filters + g * floats,
                        y + item * dst.CountPerImage + (long)h * dst.W * dst.C + g * outputs, dst.C, dst.W, outputs, accumulate: false);
        }
    }

    // dy: [N,H',W',O] float32, dx: [N,H,W,C] float32, filters: [group][phase] packed
    private readonly struct DenseBackward(
        float* dy, float* dx, Shape src, Shape dst, Window2D window, int groups, PaddedImage image, TapTable table, float* filters, long floats,
        bool accumulate, float* scratch, long pitch) : IParallelBody
    {
        public void Run(int item, int thread)
        {
            var copy = scratch + thread * pitch;
            image.Fill<S, V>(dy + item * dst.CountPerImage, copy, 0);
            var (inputs, outputs) = (src.C / groups, dst.C / groups);
            for (var h = 0; h < src.H; h++)
                for (var phase = 0; phase < window.StrideW; phase++)
                {
                    var taps = table.Class(h % window.StrideH, phase);
                    var runs = new Runs(taps.Count, outputs, taps.Offset);
                    var first = FilterBank<S, V>.PackedFloats(table.Before(h % window.StrideH, phase) * outputs, inputs);
                    var from = copy + (long)(h / window.StrideH) * image.RowPitch;
                    var to = dx + item * src.CountPerImage + ((long)h * src.W + phase) * src.C;
                    var pixels = (src.W - phase + window.StrideW - 1) / window.StrideW;
                    for (var g = 0; g < groups; g++)
                        FilterBank<S, V>.Forward(
                            from + g * outputs, dst.C, runs, filters + g * floats + first, to + g * inputs, window.StrideW * src.C, pixels,
                            inputs, accumulate);
                }
        }
    }

    // x: [N,H,W,C] float32, dy: [N,H',W',O] float32, sums: [part][group][tap, i][o rounded up]
    private readonly struct DenseGradient(
        float* x, Shape src, float* dy, Shape dst, Window2D window, int groups, PaddedImage image, int* offsets, GradientGroups parts, float* sums,
        long floats, float* scratch, long pitch) : IParallelBody
    {
        public void Run(int item, int thread)
        {
            var copy = scratch + thread * pitch;
            var to = sums + item * floats;
            new Span<float>(to, (int)floats).Clear();
            var (inputs, outputs) = (src.C / groups, dst.C / groups);
            var grid = new PixelGrid
            {
                XStep = src.C,
                YStep = dst.C,
                XRow = window.StrideH * image.RowPitch,
                YRow = dst.W * dst.C,
                Rows = dst.H,
                Pixels = dst.W,
            };
            for (var n = parts.First(item); n < parts.First(item + 1); n++)
            {
                image.Fill<S, V>(x + n * src.CountPerImage, copy, 0);
                for (var g = 0; g < groups; g++)
                    FilterGradient<S, V>.Add(
                        copy + g * inputs, dy + n * dst.CountPerImage + g * outputs, grid, offsets, window.Taps * inputs, outputs,
                        to + g * (floats / groups));
            }
        }
    }

    // sums: [part][group][tap, i][o rounded up] float32, dw: [O,I,kh,kw] float32
    private readonly struct GradientTotal(float* sums, int parts, float* dw, Shape weights, int outputs) : IParallelBody
    {
        public void Run(int item, int thread)
        {
            var taps = weights.H * weights.W;
            var inputs = taps * weights.C;
            var pitch = FilterBank<S, V>.Padded(outputs);
            var part = (long)weights.N / outputs * inputs * pitch;
            for (var o = 0; o < weights.N; o++)
            {
                double total = 0;
                var from = sums + ((long)(o / outputs) * inputs + item) * pitch + o % outputs;
                for (var p = 0; p < parts; p++) total += from[p * part];
                dw[((long)o * weights.C + item % weights.C) * taps + item / weights.C] += (float)total;
            }
        }
    }
}
