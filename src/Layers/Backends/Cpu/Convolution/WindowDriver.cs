using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Convolution;

/// <summary>Operations whose outputs are sums over a window, channel by channel: depthwise convolution and pools. One image is one item.</summary>
internal sealed unsafe class WindowDriver<S, V>(CpuContext context)
    where S : struct, ISimd<V>
    where V : struct
{
    public void Forward<TTerm>(TTerm term, int period, Tensor<float> src, Tensor<float> dst, Window2D window, float* factors)
        where TTerm : unmanaged, ITapTerm<V>
    {
        var image = PaddedImage.ForForward(src.Shape.H, src.Shape.W, src.Shape.C, window);
        var taps = TapTable.Forward(window, image, (int*)context.Tables.Floats(TapTable.Integers(window)));
        var scratch = context.PerThread(image.Floats, out var pitch);
        var work = new ForwardWindows<TTerm>(term, period, src.Data(), dst.Data(), dst.Shape, window.StrideH, image, taps, factors, scratch, pitch);
        context.Workers.Run(dst.Shape.N, ref work);
    }

    public void Backward<TTerm>(
        TTerm term, int period, Tensor<float> diffDst, byte* indices, Tensor<float> diffSrc, Window2D window, float* factors, bool accumulate)
        where TTerm : unmanaged, ITapTerm<V>
    {
        var (x, y) = (diffSrc.Shape, diffDst.Shape);
        var table = TapTable.Backward(
            window, x.H, x.W, y.H, y.W, y.C, (int*)context.Tables.Floats(TapTable.Integers(window)), out var image);
        var scratch = context.PerThread(2 * image.Floats + y.CountPerImage + (long)x.W * x.C + 64, out var pitch);
        var work = new BackwardWindows<TTerm>(
            term, period, diffDst.Data(), indices, diffSrc.Data(), x, y, window, image, table, factors, accumulate, scratch, pitch);
        context.Workers.Run(x.N, ref work);
    }

    // x: [N,H,W,C] float32, y: [N,H',W',C] float32, factors: [H',W',C] or null
    private readonly struct ForwardWindows<TTerm>(
        TTerm term, int period, float* x, float* y, Shape dst, int strideH, PaddedImage image, Taps taps, float* factors, float* scratch, long pitch)
        : IParallelBody
        where TTerm : unmanaged, ITapTerm<V>
    {
        public void Run(int item, int thread)
        {
            var copy = scratch + thread * pitch;
            var to = y + item * dst.CountPerImage;
            var from = x + (long)item * image.Height * image.Width * image.Channels;
            var (row, filled) = (dst.W * dst.C, 0);
            var reach = image.Rows - (dst.H - 1) * strideH;
            for (var h = 0; h < dst.H; h++)
            {
                image.FillRows<S, V>(from, copy, filled, h * strideH + reach, 0);
                filled = h * strideH + reach;
                WindowSum<S, V>.Row(term, taps, copy + (long)h * strideH * image.RowPitch, period, to + h * row, row, accumulate: false);
            }

            if (factors != null) MultiplyRow(to, factors, (int)dst.CountPerImage);
        }
    }

    // dy: [N,H',W',C] float32, indices: [N,H',W',C] bytes or null, dx: [N,H,W,C] float32, factors: [H',W',C] or null
    private readonly struct BackwardWindows<TTerm>(
        TTerm term, int period, float* dy, byte* indices, float* dx, Shape src, Shape dst, Window2D window, PaddedImage image, TapTable table,
        float* factors, bool accumulate, float* scratch, long pitch) : IParallelBody
        where TTerm : unmanaged, ITapTerm<V>
    {
        public void Run(int item, int thread)
        {
            var copy = scratch + thread * pitch;
            var second = copy + image.Floats;
            var temporary = second + image.Floats;
            var from = dy + item * dst.CountPerImage;
            if (factors != null)
            {
                Buffer.MemoryCopy(from, temporary, dst.CountPerImage * sizeof(float), dst.CountPerImage * sizeof(float));
                MultiplyRow(temporary, factors, (int)dst.CountPerImage);
                from = temporary;
            }

            image.Fill<S, V>(from, copy, 0);
            if (indices != null)
            {
                var tap = indices + item * dst.CountPerImage;
                for (var i = 0; i < dst.CountPerImage; i += S.Width) S.Store(S.LoadBytes(tap + i), temporary + i);
                image.Fill<S, V>(temporary, second, -1);
            }

            for (var h = 0; h < src.H; h++)
                for (var phase = 0; phase < window.StrideW; phase++)
                    Row(copy + (long)(h / window.StrideH) * image.RowPitch, h, phase, dx + item * src.CountPerImage + (long)h * src.W * src.C, temporary);
        }

        private void Row(float* source, int h, int phase, float* to, float* temporary)
        {
            var taps = table.Class(h % window.StrideH, phase);
            var pixels = (src.W - phase + window.StrideW - 1) / window.StrideW;
            if (pixels <= 0) return;
            if (window.StrideW == 1)
            {
                WindowSum<S, V>.Row(term, taps, source, period, to, pixels * src.C, accumulate);
                return;
            }

            WindowSum<S, V>.Row(term, taps, source, period, temporary, pixels * src.C, accumulate: false);
            for (var q = 0; q < pixels; q++)
                LaneStores<S, V>.PutRun(temporary + q * src.C, to + ((long)q * window.StrideW + phase) * src.C, src.C, accumulate);
        }
    }

    private static void MultiplyRow(float* y, float* factors, int count)
    {
        for (var i = 0; i < count; i += S.Width) LaneStores<S, V>.Put(S.Multiply(S.Load(y + i), S.Load(factors + i)), y + i, Math.Min(S.Width, count - i));
    }
}
