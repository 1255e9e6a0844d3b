using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Tiles;

// The transpose of WeightedRuns' pairs: for outputs d, d' and taps g, h
//   Σ d·x + d'·x' = p + q for g,   Σ d·x' + d'·x'' = q + r for h,   p = Σ d·(x − x'),   q = Σ (d + d')·x',   r = Σ d'·(x'' − x').
internal static unsafe partial class TapSums<S, V>
{
    /// <summary>Runs of five taps at a time, whose sums and pixels fill AVX-512's registers; with three taps there is nothing to gain.</summary>
    private const int MostPaired = 2;

    private static bool Paired(TapRun* runs, int count, nint length) =>
        S.Width == 16 && length % 2 == 0 && count <= MostPaired && runs[0].Taps == 5 && runs[count - 1].Taps == 5;

    /// <summary>R rows of five taps over an even number of outputs; the sums are those of the plain form.</summary>
    private static void Pairs<R>(float* d, nint dRow, float* x, nint xRow, int rows, nint length, TapRun* runs, float* sums, nint step)
        where R : struct, ICount
    {
        V a0 = S.Zero, a1 = S.Zero, a2 = S.Zero, a3 = S.Zero, a4 = S.Zero, a5 = S.Zero, a6 = S.Zero;
        V b0 = S.Zero, b1 = S.Zero, b2 = S.Zero, b3 = S.Zero, b4 = S.Zero, b5 = S.Zero, b6 = S.Zero;
        for (; rows > 0; rows--, d += dRow, x += xRow)
        {
            var g = d;
            var p = x + runs->Offset;
            var q = x + runs[R.Of - 1].Offset;
            V x1 = S.Load(p + step), x2 = S.Load(p + 2 * step), x3 = S.Load(p + 3 * step), left = S.Subtract(S.Load(p), x1), right = S.Subtract(x2, x1);
            V y1 = S.Load(q + step), y2 = S.Load(q + 2 * step), y3 = S.Load(q + 3 * step), low = S.Subtract(S.Load(q), y1), high = S.Subtract(y2, y1);
            p += 4 * step;
            q += 4 * step;
            for (var i = length; i > 0; i -= 2, g += 2 * step, p += 2 * step, q += 2 * step)
            {
                V d0 = S.Load(g), d1 = S.Load(g + step), both = S.Add(d0, d1);
                a0 = S.MultiplyAdd(d0, left, a0);
                a1 = S.MultiplyAdd(both, x1, a1);
                a2 = S.MultiplyAdd(d1, right, a2);
                left = S.Subtract(x2, x3);
                x1 = x3;
                x2 = S.Load(p);
                right = S.Subtract(x2, x1);
                x3 = S.Load(p + step);
                a3 = S.MultiplyAdd(d0, left, a3);
                a4 = S.MultiplyAdd(both, x1, a4);
                a5 = S.MultiplyAdd(d1, right, a5);
                a6 = S.MultiplyAdd(d1, x3, S.MultiplyAdd(d0, x2, a6));
                if (R.Of == 1) continue;
                b0 = S.MultiplyAdd(d0, low, b0);
                b1 = S.MultiplyAdd(both, y1, b1);
                b2 = S.MultiplyAdd(d1, high, b2);
                low = S.Subtract(y2, y3);
                y1 = y3;
                y2 = S.Load(q);
                high = S.Subtract(y2, y1);
                y3 = S.Load(q + step);
                b3 = S.MultiplyAdd(d0, low, b3);
                b4 = S.MultiplyAdd(both, y1, b4);
                b5 = S.MultiplyAdd(d1, high, b5);
                b6 = S.MultiplyAdd(d1, y3, S.MultiplyAdd(d0, y2, b6));
            }
        }

        S.Store(S.Add(a0, a1), sums);
        S.Store(S.Add(a1, a2), sums + S.Width);
        S.Store(S.Add(a3, a4), sums + 2 * S.Width);
        S.Store(S.Add(a4, a5), sums + 3 * S.Width);
        S.Store(a6, sums + 4 * S.Width);
        sums += TapRun.MostTaps * S.Width;
        S.Store(S.Add(b0, b1), sums);
        S.Store(S.Add(b1, b2), sums + S.Width);
        S.Store(S.Add(b3, b4), sums + 2 * S.Width);
        S.Store(S.Add(b4, b5), sums + 3 * S.Width);
        S.Store(b6, sums + 4 * S.Width);
    }
}
