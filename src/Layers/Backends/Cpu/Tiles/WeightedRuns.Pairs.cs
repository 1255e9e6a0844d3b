using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Tiles;

// Outputs and taps in pairs: of y = g·x + h·x' and y' = g·x' + h·x'' the product (g + h)·x' is computed once,
//   y = g·(x − x') + (g + h)·x',   y' = (g + h)·x' + h·(x'' − x'),
// three multiplications for four (Karatsuba; Winograd's F(2,2)). Zen 4 takes differences in other units than products, so that five taps cost
// 0.85 of the time (measured). A fifth tap has no partner.
internal static unsafe partial class WeightedRuns<S, V>
{
    /// <summary>As <see cref="Row{P}"/>, of at least eight blocks; <paramref name="factors"/> are those of <see cref="TapList.Pairs"/>.</summary>
    private static void PairedRow<P>(float* y, float* z, int blocks, float* s, TapRun* runs, int count, float* factors, int period, V first)
        where P : struct, IPeriod
    {
        nint step = P.Of(period) * S.Width;
        for (nint k = 0; k < blocks; k += 8)
        {
            k = Math.Min(k, blocks - 8);
            Paired8<P>(y + k * step, z == null ? null : z + k * step, s + k * step, runs, count, factors, period, first);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Paired8<P>(float* dst, float* before, float* x, TapRun* runs, int count, float* factors, int period, V first)
        where P : struct, IPeriod
    {
        nint step = P.Of(period) * S.Width;
        V y0 = first, y1 = first, y2 = first, y3 = first, y4 = first, y5 = first, y6 = first, y7 = first;
        if (before != null)
        {
            y0 = S.Load(before);
            y1 = S.Load(before + step);
            y2 = S.Load(before + 2 * step);
            y3 = S.Load(before + 3 * step);
            y4 = S.Load(before + 4 * step);
            y5 = S.Load(before + 5 * step);
            y6 = S.Load(before + 6 * step);
            y7 = S.Load(before + 7 * step);
        }

        while (count > 0)
        {
            // Partners lie as far apart as taps do: outputs 0 1, 2 3, 4 5, 6 7 or, two apart, 0 2, 4 6, 1 3, 5 7.
            var spacing = runs->Spacing;
            var (space, half) = (spacing * step, spacing == 1 ? 4 * step : step);
            if (spacing != 1) (y1, y2, y3, y4, y5, y6) = (y2, y4, y6, y1, y3, y5);
            V a0 = y0, a1 = S.Zero, a2 = y1, b0 = y2, b1 = S.Zero, b2 = y3, c0 = y4, c1 = S.Zero, c2 = y5, d0 = y6, d1 = S.Zero, d2 = y7;
            for (; count > 0 && runs->Spacing == spacing; count--, runs++)
            {
                var p = x + runs->Offset;
                // Loaded once for both halves: with a load for every product the loads would be the limit.
                V f0 = S.Load(factors), f1 = S.Load(factors + step), f2 = S.Load(factors + 2 * step), f3 = S.Load(factors + 3 * step);
                if (runs->Taps == 5)
                {
                    V f4 = S.Load(factors + 4 * step), f5 = S.Load(factors + 5 * step), f6 = S.Load(factors + 6 * step);
                    FiveTaps(p, space, f0, f1, f2, f3, f4, f5, f6, ref a0, ref a1, ref a2, ref b0, ref b1, ref b2);
                    FiveTaps(p + half, space, f0, f1, f2, f3, f4, f5, f6, ref c0, ref c1, ref c2, ref d0, ref d1, ref d2);
                    factors += 7 * step;
                }
                else
                {
                    ThreeTaps(p, space, f0, f1, f2, f3, ref a0, ref a1, ref a2, ref b0, ref b1, ref b2);
                    ThreeTaps(p + half, space, f0, f1, f2, f3, ref c0, ref c1, ref c2, ref d0, ref d1, ref d2);
                    factors += 4 * step;
                }
            }

            (y0, y1, y2, y3) = (S.Add(a0, a1), S.Add(a1, a2), S.Add(b0, b1), S.Add(b1, b2));
            (y4, y5, y6, y7) = (S.Add(c0, c1), S.Add(c1, c2), S.Add(d0, d1), S.Add(d1, d2));
            if (spacing != 1) (y2, y4, y6, y1, y3, y5) = (y1, y2, y3, y4, y5, y6);
        }

        S.Store(y0, dst);
        S.Store(y1, dst + step);
        S.Store(y2, dst + 2 * step);
        S.Store(y3, dst + 3 * step);
        S.Store(y4, dst + 4 * step);
        S.Store(y5, dst + 5 * step);
        S.Store(y6, dst + 6 * step);
        S.Store(y7, dst + 7 * step);
    }

    /// <summary>Two pairs of outputs (a and b: first alone, both, second alone), five taps: two pairs and one alone.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FiveTaps(
        float* p, nint space, V f0, V f1, V f2, V f3, V f4, V f5, V f6, ref V a0, ref V a1, ref V a2, ref V b0, ref V b1, ref V b2)
    {
        V x0 = S.Load(p), x1 = S.Load(p + space), x2 = S.Load(p + 2 * space), x3 = S.Load(p + 3 * space), x4 = S.Load(p + 4 * space);
        Pair(f0, f1, f2, x0, x1, x2, ref a0, ref a1, ref a2);
        Pair(f0, f1, f2, x2, x3, x4, ref b0, ref b1, ref b2);
        Pair(f3, f4, f5, x2, x3, x4, ref a0, ref a1, ref a2);
        V x5 = S.Load(p + 5 * space), x6 = S.Load(p + 6 * space), x7 = S.Load(p + 7 * space);
        Alone(f6, x4, x5, ref a0, ref a2);
        Pair(f3, f4, f5, x4, x5, x6, ref b0, ref b1, ref b2);
        Alone(f6, x6, x7, ref b0, ref b2);
    }

    /// <summary>The same with three taps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ThreeTaps(float* p, nint space, V f0, V f1, V f2, V f3, ref V a0, ref V a1, ref V a2, ref V b0, ref V b1, ref V b2)
    {
        V x0 = S.Load(p), x1 = S.Load(p + space), x2 = S.Load(p + 2 * space), x3 = S.Load(p + 3 * space), x4 = S.Load(p + 4 * space), x5 = S.Load(p + 5 * space);
        Pair(f0, f1, f2, x0, x1, x2, ref a0, ref a1, ref a2);
        Alone(f3, x2, x3, ref a0, ref a2);
        Pair(f0, f1, f2, x2, x3, x4, ref b0, ref b1, ref b2);
        Alone(f3, x4, x5, ref b0, ref b2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pair(V f0, V f1, V f2, V x0, V x1, V x2, ref V first, ref V both, ref V second)
    {
        first = S.MultiplyAdd(f0, S.Subtract(x0, x1), first);
        both = S.MultiplyAdd(f1, x1, both);
        second = S.MultiplyAdd(f2, S.Subtract(x2, x1), second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Alone(V f, V x0, V x1, ref V first, ref V second)
    {
        first = S.MultiplyAdd(f, x0, first);
        second = S.MultiplyAdd(f, x1, second);
    }
}
