using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Convolution;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Pooling;

/// <summary>Pools of one kind.</summary>
internal sealed unsafe class PlainPools<S, V>(CpuContext context, WindowDriver<S, V> windows)
    where S : struct, ISimd<V>
    where V : struct
{
    public void MaxPoolForward(Tensor<float> src, Tensor<float> dst, Tensor<byte> indices, Window2D window)
    {
        var image = PaddedImage.ForForward(src.Shape.H, src.Shape.W, src.Shape.C, window);
        var taps = TapTable.Forward(window, image, (int*)context.Tables.Floats(TapTable.Integers(window)));
        var scratch = context.PerThread(image.Floats, out var pitch);
        var work = new MaxWindows(
            src.Data(), src.Shape, dst.Data(), dst.Shape, (byte*)indices.Address, window.StrideH, image, taps, scratch, pitch);
        context.Workers.Run(dst.Shape.N, ref work);
    }

    public void MaxPoolBackward(Tensor<float> diffDst, Tensor<byte> indices, Tensor<float> diffSrc, Window2D window, bool accumulate)
    {
        var (x, y) = (diffSrc.Shape, diffDst.Shape);
        TapTable.Backward(window, x.H, x.W, y.H, y.W, y.C, (int*)context.Tables.Floats(TapTable.Integers(window)), out var image);
        windows.Backward(new ChosenTap(image.Floats), S.Width, diffDst, (byte*)indices.Address, diffSrc, window, null, accumulate);
    }

    public void AveragePoolForward(Tensor<float> src, Tensor<float> dst, Window2D window) =>
        windows.Forward(default(PlainTap), S.Width, src, dst, window, InverseCounts(src.Shape, dst.Shape, window));

    public void AveragePoolBackward(Tensor<float> diffDst, Tensor<float> diffSrc, Window2D window, bool accumulate) =>
        windows.Backward(
            default(PlainTap), S.Width, diffDst, null, diffSrc, window, InverseCounts(diffSrc.Shape, diffDst.Shape, window), accumulate);

    public void GlobalAverageForward(Tensor<float> src, Tensor<float> dst)
    {
        var work = new MeanOfPixels(src.Data(), src.Shape, dst.Data());
        context.Workers.Run(src.Shape.N, ref work);
    }

    public void GlobalAverageBackward(Tensor<float> diffDst, Tensor<float> diffSrc, bool accumulate)
    {
        var work = new ShareOfPixels(diffDst.Data(), diffSrc.Shape, diffSrc.Data(), accumulate);
        context.Workers.Run(diffSrc.Shape.N, ref work);
    }

    /// <summary>1 / number of pixels inside the image for every output and channel: [H',W',C].</summary>
    private float* InverseCounts(Shape src, Shape dst, Window2D window)
    {
        var factors = context.Shared.Floats(dst.CountPerImage);
        for (var h = 0; h < dst.H; h++)
            for (var w = 0; w < dst.W; w++)
            {
                var inside = Inside(h * window.StrideH - window.PaddingH, window.KernelH, src.H)
                    * Inside(w * window.StrideW - window.PaddingW, window.KernelW, src.W);
                new Span<float>(factors + (h * dst.W + w) * dst.C, dst.C).Fill(1f / inside);
            }

        return factors;

        int Inside(int first, int kernel, int size)
        {
            var count = 0;
            for (var k = 0; k < kernel; k++)
                if ((uint)(first + k * window.Dilation) < (uint)size) count++;
            return count;
        }
    }

    // x: padded [H,W,C] float32
    private readonly struct PlainTap : ITapTerm<V>
    {
        public V Add(V sum, float* at, int tap, int p) => S.Add(sum, S.Load(at));
    }

    // dy: padded [H',W',C] float32, indices as floats lie behind it
    private readonly struct ChosenTap(long indices) : ITapTerm<V>
    {
        public V Add(V sum, float* at, int tap, int p) => S.Add(sum, S.WhereEqual(S.Load(at + indices), S.Broadcast(tap), S.Load(at)));
    }

    // x: [N,H,W,C] float32, y: [N,H',W',C] float32, indices: [N,H',W',C] bytes
    private readonly struct MaxWindows(
        float* x, Shape src, float* y, Shape dst, byte* indices, int strideH, PaddedImage image, Taps taps, float* scratch, long pitch) : IParallelBody
    {
        public void Run(int item, int thread)
        {
            var copy = scratch + thread * pitch;
            image.Fill<S, V>(x + item * src.CountPerImage, copy, float.NegativeInfinity);
            var row = dst.W * dst.C;
            for (var h = 0; h < dst.H; h++)
            {
                var first = item * dst.CountPerImage + (long)h * row;
                var from = copy + (long)h * strideH * image.RowPitch;
                var j = 0;
                for (; j + 2 * S.Width <= row; j += 2 * S.Width) Two(from + j, y + first + j, indices + first + j);
                for (; j < row; j += S.Width) One(from + j, y + first + j, indices + first + j, Math.Min(S.Width, row - j));
            }
        }

        private void Two(float* from, float* to, byte* chosen)
        {
            V best = S.Broadcast(float.NegativeInfinity), other = best, place = S.Zero, otherPlace = place;
            for (var t = 0; t < taps.Count; t++)
            {
                var at = from + taps.Offset[t];
                V value = S.Load(at), otherValue = S.Load(at + S.Width), tap = S.Broadcast(t);
                // The first in row order wins a tie, and a NaN is passed on.
                S.ArgMaxUpdate(ref best, ref place, value, tap);
                S.ArgMaxUpdate(ref other, ref otherPlace, otherValue, tap);
            }

            S.Store(best, to);
            S.Store(other, to + S.Width);
            S.StoreBytes(place, chosen);
            S.StoreBytes(otherPlace, chosen + S.Width);
        }

        private void One(float* from, float* to, byte* chosen, int valid)
        {
            V best = S.Broadcast(float.NegativeInfinity), place = S.Zero;
            for (var t = 0; t < taps.Count; t++)
            {
                var value = S.Load(from + taps.Offset[t]);
                S.ArgMaxUpdate(ref best, ref place, value, S.Broadcast(t));
            }

            S.StorePart(best, to, valid);
            var bytes = stackalloc byte[S.Width];
            S.StoreBytes(place, bytes);
            new Span<byte>(bytes, valid).CopyTo(new Span<byte>(chosen, valid));
        }
    }

    // x: [N,H,W,C] float32, y: [N,C] float32
    private readonly struct MeanOfPixels(float* x, Shape src, float* y) : IParallelBody
    {
        public void Run(int item, int thread)
        {
            for (var c = 0; c < src.C; c += S.Width)
            {
                var from = x + item * src.CountPerImage + c;
                V a = S.Zero, b = S.Zero;
                var pixel = 0;
                for (; pixel + 2 <= src.Pixels; pixel += 2, from += 2 * src.C)
                {
                    a = S.Add(a, S.Load(from));
                    b = S.Add(b, S.Load(from + src.C));
                }

                if (pixel < src.Pixels) a = S.Add(a, S.Load(from));
                LaneStores<S, V>.Put(S.Multiply(S.Add(a, b), S.Broadcast(1f / src.Pixels)), y + (long)item * src.C + c, Math.Min(S.Width, src.C - c));
            }
        }
    }

    // dy: [N,C] float32, dx: [N,H,W,C] float32
    private readonly struct ShareOfPixels(float* dy, Shape src, float* dx, bool accumulate) : IParallelBody
    {
        public void Run(int item, int thread)
        {
            for (var c = 0; c < src.C; c += S.Width)
            {
                var share = S.Multiply(S.Load(dy + (long)item * src.C + c), S.Broadcast(1f / src.Pixels));
                var to = dx + item * src.CountPerImage + c;
                for (var pixel = 0; pixel < src.Pixels; pixel++, to += src.C)
                    LaneStores<S, V>.Put(share, to, Math.Min(S.Width, src.C - c), accumulate);
            }
        }
    }
}
