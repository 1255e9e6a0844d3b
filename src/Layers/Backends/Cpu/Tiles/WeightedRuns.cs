using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Tiles;

/// <summary>
/// dst[i] = start[i] + Σ_t weights_t[i] · x[offset_t + i] over one run of floats, weights and start by channel pattern: a row of a
/// depthwise convolution (t: taps), of its data gradient (t: flipped taps of all branches), or a mixture of branches (t: branches).
/// </summary>
internal static unsafe class WeightedRuns<S, V>
    where S : struct, ISimd<V>
    where V : struct
{
    /// <summary>
    /// Writes whole vectors: <paramref name="dst"/> must have room for <paramref name="vectors"/>.
    /// </summary>
    /// <param name="dst">[vectors · width].</param>
    /// <param name="vectors">Length of the run.</param>
    /// <param name="x">Where offset 0 is.</param>
    /// <param name="offsets">Start of run t relative to x, in floats.</param>
    /// <param name="count">Number of runs.</param>
    /// <param name="weights">[count][period · width].</param>
    /// <param name="start">[period · width], or null for zero.</param>
    /// <param name="period">Vectors in a channel pattern.</param>
    public static void Run(float* dst, int vectors, float* x, nint* offsets, int count, float* weights, float* start, int period)
    {
        switch (period)
        {
            case 1: Run<One>(dst, vectors, x, offsets, count, weights, start, 1); break;
            case 2: Run<Two>(dst, vectors, x, offsets, count, weights, start, 2); break;
            case 4: Run<Four>(dst, vectors, x, offsets, count, weights, start, 4); break;
            default: Run<Any>(dst, vectors, x, offsets, count, weights, start, period); break;
        }
    }

    private static void Run<P>(float* dst, int vectors, float* x, nint* offsets, int count, float* weights, float* start, int period)
        where P : struct, IPeriod
    {
        nint step = P.Of(period) * S.Width;
        for (var phase = 0; phase < P.Of(period) && phase < vectors; phase++)
        {
            var y = dst + phase * S.Width;
            var s = x + phase * S.Width;
            var w = weights + phase * S.Width;
            var first = start == null ? S.Zero : S.Load(start + phase * S.Width);
            var blocks = (vectors - phase + P.Of(period) - 1) / P.Of(period);
            for (nint k = 0; k < blocks;)
            {
                // Sixteen sums fill half of AVX-512's registers and all of AVX2's. A last block that does not come out even starts
                // earlier and computes some vectors a second time.
                if (S.Width == 16 && blocks - k >= 16)
                {
                    Block16<P>(y + k * step, s + k * step, offsets, count, w, period, first);
                    k += 16;
                }
                else if (blocks >= 8)
                {
                    k = Math.Min(k, blocks - 8);
                    Block8<P>(y + k * step, s + k * step, offsets, count, w, period, first);
                    k += 8;
                }
                else if (blocks >= 4)
                {
                    k = Math.Min(k, blocks - 4);
                    Block4<P>(y + k * step, s + k * step, offsets, count, w, period, first);
                    k += 4;
                }
                else
                {
                    Block1<P>(y + k * step, s + k * step, offsets, count, w, period, first);
                    k++;
                }
            }
        }
    }

    private static void Block16<P>(float* dst, float* x, nint* offsets, int count, float* weights, int period, V first)
        where P : struct, IPeriod
    {
        nint step = P.Of(period) * S.Width;
        V a0 = first, a1 = first, a2 = first, a3 = first, a4 = first, a5 = first, a6 = first, a7 = first, a8 = first, a9 = first, a10 = first, a11 = first, a12 = first, a13 = first, a14 = first, a15 = first;
        for (var t = 0; t < count; t++, weights += step)
        {
            var f = S.Load(weights);
            var p = x + offsets[t];
            a0 = S.MultiplyAdd(f, S.Load(p), a0);
            a1 = S.MultiplyAdd(f, S.Load(p + step), a1);
            a2 = S.MultiplyAdd(f, S.Load(p + 2 * step), a2);
            a3 = S.MultiplyAdd(f, S.Load(p + 3 * step), a3);
            a4 = S.MultiplyAdd(f, S.Load(p + 4 * step), a4);
            a5 = S.MultiplyAdd(f, S.Load(p + 5 * step), a5);
            a6 = S.MultiplyAdd(f, S.Load(p + 6 * step), a6);
            a7 = S.MultiplyAdd(f, S.Load(p + 7 * step), a7);
            a8 = S.MultiplyAdd(f, S.Load(p + 8 * step), a8);
            a9 = S.MultiplyAdd(f, S.Load(p + 9 * step), a9);
            a10 = S.MultiplyAdd(f, S.Load(p + 10 * step), a10);
            a11 = S.MultiplyAdd(f, S.Load(p + 11 * step), a11);
            a12 = S.MultiplyAdd(f, S.Load(p + 12 * step), a12);
            a13 = S.MultiplyAdd(f, S.Load(p + 13 * step), a13);
            a14 = S.MultiplyAdd(f, S.Load(p + 14 * step), a14);
            a15 = S.MultiplyAdd(f, S.Load(p + 15 * step), a15);
        }

        S.Store(a0, dst);
        S.Store(a1, dst + step);
        S.Store(a2, dst + 2 * step);
        S.Store(a3, dst + 3 * step);
        S.Store(a4, dst + 4 * step);
        S.Store(a5, dst + 5 * step);
        S.Store(a6, dst + 6 * step);
        S.Store(a7, dst + 7 * step);
        S.Store(a8, dst + 8 * step);
        S.Store(a9, dst + 9 * step);
        S.Store(a10, dst + 10 * step);
        S.Store(a11, dst + 11 * step);
        S.Store(a12, dst + 12 * step);
        S.Store(a13, dst + 13 * step);
        S.Store(a14, dst + 14 * step);
        S.Store(a15, dst + 15 * step);
    }

    private static void Block8<P>(float* dst, float* x, nint* offsets, int count, float* weights, int period, V first)
        where P : struct, IPeriod
    {
        nint step = P.Of(period) * S.Width;
        V a0 = first, a1 = first, a2 = first, a3 = first, a4 = first, a5 = first, a6 = first, a7 = first;
        for (var t = 0; t < count; t++, weights += step)
        {
            var f = S.Load(weights);
            var p = x + offsets[t];
            a0 = S.MultiplyAdd(f, S.Load(p), a0);
            a1 = S.MultiplyAdd(f, S.Load(p + step), a1);
            a2 = S.MultiplyAdd(f, S.Load(p + 2 * step), a2);
            a3 = S.MultiplyAdd(f, S.Load(p + 3 * step), a3);
            a4 = S.MultiplyAdd(f, S.Load(p + 4 * step), a4);
            a5 = S.MultiplyAdd(f, S.Load(p + 5 * step), a5);
            a6 = S.MultiplyAdd(f, S.Load(p + 6 * step), a6);
            a7 = S.MultiplyAdd(f, S.Load(p + 7 * step), a7);
        }

        S.Store(a0, dst);
        S.Store(a1, dst + step);
        S.Store(a2, dst + 2 * step);
        S.Store(a3, dst + 3 * step);
        S.Store(a4, dst + 4 * step);
        S.Store(a5, dst + 5 * step);
        S.Store(a6, dst + 6 * step);
        S.Store(a7, dst + 7 * step);
    }

    private static void Block4<P>(float* dst, float* x, nint* offsets, int count, float* weights, int period, V first)
        where P : struct, IPeriod
    {
        nint step = P.Of(period) * S.Width;
        V a0 = first, a1 = first, a2 = first, a3 = first;
        for (var t = 0; t < count; t++, weights += step)
        {
            var f = S.Load(weights);
            var p = x + offsets[t];
            a0 = S.MultiplyAdd(f, S.Load(p), a0);
            a1 = S.MultiplyAdd(f, S.Load(p + step), a1);
            a2 = S.MultiplyAdd(f, S.Load(p + 2 * step), a2);
            a3 = S.MultiplyAdd(f, S.Load(p + 3 * step), a3);
        }

        S.Store(a0, dst);
        S.Store(a1, dst + step);
        S.Store(a2, dst + 2 * step);
        S.Store(a3, dst + 3 * step);
    }

    private static void Block1<P>(float* dst, float* x, nint* offsets, int count, float* weights, int period, V first)
        where P : struct, IPeriod
    {
        nint step = P.Of(period) * S.Width;
        var a0 = first;
        for (var t = 0; t < count; t++, weights += step)
        {
            var f = S.Load(weights);
            var p = x + offsets[t];
            a0 = S.MultiplyAdd(f, S.Load(p), a0);
        }

        S.Store(a0, dst);
    }

    // The distance between a block's vectors: known to the compiler for the usual channel counts, so that it becomes part of the address.
    private interface IPeriod
    {
        static abstract int Of(int period);
    }

    private readonly struct One : IPeriod
    {
        public static int Of(int period) => 1;
    }

    private readonly struct Two : IPeriod
    {
        public static int Of(int period) => 2;
    }

    private readonly struct Four : IPeriod
    {
        public static int Of(int period) => 4;
    }

    private readonly struct Any : IPeriod
    {
        public static int Of(int period) => period;
    }
}
