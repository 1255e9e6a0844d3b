using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>
/// dst[i] = Σ_t weights_t[i] · x[offset_t + i] over one run of floats, weights by channel pattern: a row of a depthwise convolution
/// (t: taps) or of its data gradient (t: flipped taps of all branches). Taps at equal distances form a <see cref="TapRun"/>: a block of
/// outputs loads what they read once and moves it along in registers, because two loads for every multiplication would halve the speed.
/// Rows of square filters go to <see cref="WinogradDepthwise{S,V}"/> where it serves.
/// </summary>
internal static unsafe partial class DepthwiseKernel<S, V>
    where S : struct, ISimd<V>
{
    /// <summary>
    /// Writes whole vectors: <paramref name="dst"/> must have room for <paramref name="vectors"/>.
    /// </summary>
    /// <param name="dst">[vectors · width].</param>
    /// <param name="vectors">Length of the run.</param>
    /// <param name="x">Where offset 0 is.</param>
    /// <param name="taps">Taps relative to x.</param>
    /// <param name="period">Vectors in a channel pattern.</param>
    public static void Run(float* dst, int vectors, float* x, in TapList taps, int period) =>
        Rows(dst, 0, null, vectors, x, 0, 1, taps, period, default(NoPrefetch));

    /// <summary>
    /// The same for rows of an image, in dst <paramref name="dstRow"/> and in x <paramref name="xRow"/> floats apart. Unless
    /// <paramref name="before"/> is null, each output starts from there: laid out like <paramref name="dst"/>, but another image.
    /// </summary>
    public static void Rows<F>(
        float* dst, nint dstRow, float* before, int vectors, float* x, nint xRow, int rows, in TapList taps, int period, F fetch)
        where F : struct, IPrefetch
    {
        switch (period)
        {
            case 1: Rows<One, F>(dst, dstRow, before, vectors, x, xRow, rows, taps, 1, fetch); break;
            case 2: Rows<Two, F>(dst, dstRow, before, vectors, x, xRow, rows, taps, 2, fetch); break;
            case 4: Rows<Four, F>(dst, dstRow, before, vectors, x, xRow, rows, taps, 4, fetch); break;
            case 8: Rows<Eight, F>(dst, dstRow, before, vectors, x, xRow, rows, taps, 8, fetch); break;
            default: Rows<Any, F>(dst, dstRow, before, vectors, x, xRow, rows, taps, period, fetch); break;
        }
    }

    // Row by row within a part of the channels: what the taps of one row read is still in L1 for the next. Not inlined: all of them
    // together are more than the compiler inlines kernels into.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Rows<P, F>(
        float* dst, nint dstRow, float* before, int vectors, float* x, nint xRow, int rows, in TapList taps, int period, F fetch)
        where P : struct, IConstInt
        where F : struct, IPrefetch
    {
        for (; rows > 1 && dstRow < vectors * S.Width; rows--, dst += dstRow, x += xRow)
        {
            // What a row's last vector spoils of the next row is written after it.
            Rows<P, NoPrefetch>(dst, 0, before, vectors, x, 0, 1, taps, period, default);
            if (before != null) before += dstRow;
        }

        // Pairs of rows consist of whole patterns.
        var pairs = vectors % PeriodOf<P>(period) == 0;
        for (var phase = 0; phase < PeriodOf<P>(period) && phase < vectors; phase++)
        {
            float* y = dst + phase * S.Width, z = before == null ? null : before + phase * S.Width, s = x + phase * S.Width;
            var blocks = (vectors - phase + PeriodOf<P>(period) - 1) / PeriodOf<P>(period);
            for (var g = 0; g < taps.GroupCount; g++, z = y)
            {
                ref var group = ref taps.Groups[g];
                nint r = pairs ? group.PairedRows(rows, blocks) : 0;
                if (r > 0 && g == 0) WinogradDepthwise<S, V>.Rows(y, dstRow, z, s, xRow, (int)r, blocks, group, phase * S.Width,
                    PeriodOf<P>(period) * S.Width, fetch, phase * rows);
                else if (r > 0) WinogradDepthwise<S, V>.Rows(y, dstRow, z, s, xRow, (int)r, blocks, group, phase * S.Width,
                    PeriodOf<P>(period) * S.Width, default(NoPrefetch), 0);
                for (; r < rows; r++)
                {
                    if (g == 0) fetch.Rows(phase * rows + (int)r, 1);
                    Row<P>(y + r * dstRow, z == null ? null : z + r * dstRow, blocks, s + r * xRow, group.Runs, group.Count,
                        group.Weights + phase * S.Width, period);
                }
            }
        }
    }

    private static void Row<P>(float* y, float* z, int blocks, float* s, TapRun* runs, int count, float* w, int period)
        where P : struct, IConstInt
    {
        nint step = PeriodOf<P>(period) * S.Width;
        // Except where a row starts from itself, a last block that does not come out even starts earlier and computes some vectors a second
        // time.
        var twice = z != y;
        for (nint k = 0; k < blocks;)
        {
            if (blocks - k >= 8 || (twice && blocks >= 8))
            {
                k = Math.Min(k, blocks - 8);
                Block8<P>(y + k * step, z == null ? null : z + k * step, s + k * step, runs, count, w, period);
                k += 8;
            }
            else if (blocks - k >= 4 || (twice && blocks >= 4))
            {
                k = Math.Min(k, blocks - 4);
                Block4<P>(y + k * step, z == null ? null : z + k * step, s + k * step, runs, count, w, period);
                k += 4;
            }
            else
            {
                Block1<P>(y + k * step, z == null ? null : z + k * step, s + k * step, runs, count, w, period);
                k++;
            }
        }
    }

    // Inlined, because a vector is handed over in memory, where the first sums would wait for it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Block8<P>(float* dst, float* before, float* x, TapRun* runs, int count, float* weights, int period)
        where P : struct, IConstInt
    {
        nint step = PeriodOf<P>(period) * S.Width;
        FourVectors<S, V> a = default, b = default;
        if (before != null) a = FourVectors<S, V>.Load(before, step);
        if (before != null) b = FourVectors<S, V>.Load(before + 4 * step, step);
        for (; count > 0; count--, runs++)
        {
            HeldTaps(x + runs->Offset, step, weights, runs->Taps, runs->Spacing, ref a.V0, ref a.V1, ref a.V2, ref a.V3, ref b.V0,
                ref b.V1, ref b.V2, ref b.V3);
            weights += runs->Taps * step;
        }

        a.Store(dst, step);
        b.Store(dst + 4 * step, step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Block4<P>(float* dst, float* before, float* x, TapRun* runs, int count, float* weights, int period)
        where P : struct, IConstInt
    {
        nint step = PeriodOf<P>(period) * S.Width;
        FourVectors<S, V> a = default;
        if (before != null) a = FourVectors<S, V>.Load(before, step);
        for (; count > 0; count--, runs++)
        {
            var p = x + runs->Offset;
            V x0 = S.Load(p), x1 = S.Load(p + step), x2 = S.Load(p + 2 * step), x3 = S.Load(p + 3 * step);
            p += 4 * step;
            for (var t = runs->Taps; ;)
            {
                var f = S.Load(weights);
                weights += step;
                a.V0 = S.MultiplyAdd(f, x0, a.V0);
                a.V1 = S.MultiplyAdd(f, x1, a.V1);
                a.V2 = S.MultiplyAdd(f, x2, a.V2);
                a.V3 = S.MultiplyAdd(f, x3, a.V3);
                if (--t == 0) break;
                if (runs->Spacing == 1)
                {
                    x0 = x1;
                    x1 = x2;
                    x2 = x3;
                    x3 = S.Load(p);
                    p += step;
                }
                else
                {
                    x0 = x2;
                    x1 = x3;
                    x2 = S.Load(p);
                    x3 = S.Load(p + step);
                    p += 2 * step;
                }
            }
        }

        a.Store(dst, step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Block1<P>(float* dst, float* before, float* x, TapRun* runs, int count, float* weights, int period)
        where P : struct, IConstInt
    {
        nint step = PeriodOf<P>(period) * S.Width;
        var sum = before == null ? S.Zero : S.Load(before);
        for (; count > 0; count--, runs++)
        {
            var p = x + runs->Offset;
            for (var t = runs->Taps; t > 0; t--, p += runs->Spacing * step, weights += step)
                sum = S.MultiplyAdd(S.Load(weights), S.Load(p), sum);
        }

        S.Store(sum, dst);
    }

    // The distance between a block's vectors: known to the compiler for the usual channel counts, so that it becomes part of the address.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int PeriodOf<P>(int period)
        where P : struct, IConstInt => P.Value == 0 ? period : P.Value;
}
