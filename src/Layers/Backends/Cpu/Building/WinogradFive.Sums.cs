using System.Runtime.CompilerServices;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

// The gradient of the weights of filters with five rows and columns.
internal static unsafe partial class WinogradFive<S, V>
{
    /// <summary>[7][5]: the sums of the seven products, those with one goal together.</summary>
    public static void Sums(in WinogradLines lines, float* sums)
    {
        nint row = lines.Row, product = 5 * S.Width;
        float* x0 = lines.X, x1 = x0 + row, x2 = x1 + row, x3 = x2 + row, x4 = x3 + row, x5 = x4 + row;
        ProductSums<Difference, Difference, ToFirst>(lines, x0, x2, x3, x4, sums, sums + 4 * product);
        ProductSums<Sum, Alone, ToBoth>(lines, x1, x2, x4, x4, sums + product, sums + 5 * product);
        ProductSums<Difference, Nothing, ToFirstLessSecond>(lines, x2, x1, null, null, sums + 2 * product, null);
        ProductSums<Difference, Difference, ToSecond>(lines, x3, x1, x5, x4, sums + 3 * product, sums + 6 * product);
    }

    /// <summary>
    /// The seven sums of one or two products, two columns at a time, with what <see cref="Products"/> reads; of the gradients d, d' of two
    /// columns taps 0 and 1 want d·(x − x'), (d + d')·x' and d'·(x'' − x'), two columns on so do taps 2 and 3, and then tap 4 d·x + d'·x'.
    /// </summary>
    private static void ProductSums<A, B, G>(in WinogradLines lines, float* first, float* second, float* third, float* fourth, float* f,
        float* g)
        where A : struct, IRows
        where B : struct, IRows
        where G : struct, IGoal
    {
        nint step = lines.Step, below = lines.Below, two = 2 * step;
        V f0 = S.Zero, f1 = S.Zero, f2 = S.Zero, f3 = S.Zero, f4 = S.Zero, f5 = S.Zero, f6 = S.Zero;
        V g0 = S.Zero, g1 = S.Zero, g2 = S.Zero, g3 = S.Zero, g4 = S.Zero, g5 = S.Zero, g6 = S.Zero;
        for (var i = 0; i < lines.Count; i++)
        {
            nint at = lines.Places[i].X;
            float* d = lines.Y + lines.Places[i].Y, p = first + at, q = second + at, r = third + at, s = fourth + at;
            V v = A.At(p, q), w = B.At(r, s);
            V a0 = G.At(d, below), a2 = G.At(d + step, below), a1 = S.Add(a0, a2);
            TwoSums<A>(true, false, false, p, q, step, ref v, a0, a1, a2, a0, a1, a2, a0, a2, ref f0, ref f1, ref f2, ref f3, ref f4,
                ref f5, ref f6);
            TwoSums<B>(true, false, false, r, s, step, ref w, a0, a1, a2, a0, a1, a2, a0, a2, ref g0, ref g1, ref g2, ref g3, ref g4,
                ref g5, ref g6);
            V b0 = a0, b1 = a1, b2 = a2;
            Advance(ref p, ref q, ref r, ref s, two);
            d += two;
            a0 = G.At(d, below);
            a2 = G.At(d + step, below);
            a1 = S.Add(a0, a2);
            TwoSums<A>(true, true, false, p, q, step, ref v, a0, a1, a2, b0, b1, b2, b0, b2, ref f0, ref f1, ref f2, ref f3, ref f4, ref f5,
                ref f6);
            TwoSums<B>(true, true, false, r, s, step, ref w, a0, a1, a2, b0, b1, b2, b0, b2, ref g0, ref g1, ref g2, ref g3, ref g4, ref g5,
                ref g6);
            Advance(ref p, ref q, ref r, ref s, two);
            for (var left = lines.Columns - 4; left > 0; left -= 2)
            {
                V c0 = b0, c2 = b2;
                b0 = a0;
                b1 = a1;
                b2 = a2;
                d += two;
                a0 = G.At(d, below);
                a2 = G.At(d + step, below);
                a1 = S.Add(a0, a2);
                TwoSums<A>(true, true, true, p, q, step, ref v, a0, a1, a2, b0, b1, b2, c0, c2, ref f0, ref f1, ref f2, ref f3, ref f4,
                    ref f5, ref f6);
                TwoSums<B>(true, true, true, r, s, step, ref w, a0, a1, a2, b0, b1, b2, c0, c2, ref g0, ref g1, ref g2, ref g3, ref g4,
                    ref g5, ref g6);
                Advance(ref p, ref q, ref r, ref s, two);
            }

            TwoSums<A>(false, true, true, p, q, step, ref v, a0, a1, a2, a0, a1, a2, b0, b2, ref f0, ref f1, ref f2, ref f3, ref f4, ref f5,
                ref f6);
            TwoSums<B>(false, true, true, r, s, step, ref w, a0, a1, a2, a0, a1, a2, b0, b2, ref g0, ref g1, ref g2, ref g3, ref g4, ref g5,
                ref g6);
            Advance(ref p, ref q, ref r, ref s, two);
            TwoSums<A>(false, false, true, p, q, step, ref v, a0, a1, a2, a0, a1, a2, a0, a2, ref f0, ref f1, ref f2, ref f3, ref f4,
                ref f5, ref f6);
            TwoSums<B>(false, false, true, r, s, step, ref w, a0, a1, a2, a0, a1, a2, a0, a2, ref g0, ref g1, ref g2, ref g3, ref g4,
                ref g5, ref g6);
        }

        Put(f, f0, f1, f2, f3, f4, f5, f6);
        if (B.Exist) Put(g, g0, g1, g2, g3, g4, g5, g6);
    }

    /// <summary>
    /// Two columns of one product, for the gradients of the outputs that begin here, of those before, and of those before them.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TwoSums<R>(
        bool first, bool second, bool last, float* p, float* q, nint step, ref V x, V a0, V a1, V a2, V b0, V b1, V b2, V c0, V c2,
        ref V s0, ref V s1, ref V s2, ref V s3, ref V s4, ref V s5, ref V s6)
        where R : struct, IRows
    {
        if (!R.Exist) return;
        var x1 = R.At(p + step, q + step);
        if (last) s6 = S.MultiplyAdd(c2, x1, S.MultiplyAdd(c0, x, s6));
        if (!first && !second) return;
        var x2 = R.At(p + 2 * step, q + 2 * step);
        V left = S.Subtract(x, x1), right = S.Subtract(x2, x1);
        x = x2;
        if (second)
        {
            s3 = S.MultiplyAdd(b0, left, s3);
            s4 = S.MultiplyAdd(b1, x1, s4);
            s5 = S.MultiplyAdd(b2, right, s5);
        }

        if (first)
        {
            s0 = S.MultiplyAdd(a0, left, s0);
            s1 = S.MultiplyAdd(a1, x1, s1);
            s2 = S.MultiplyAdd(a2, right, s2);
        }
    }

    // Inlined: what lives on after a call would be kept in memory all the time.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* sums, V s0, V s1, V s2, V s3, V s4, V s5, V s6)
    {
        S.Store(S.Add(s0, s1), sums);
        S.Store(S.Add(s1, s2), sums + S.Width);
        S.Store(S.Add(s3, s4), sums + 2 * S.Width);
        S.Store(S.Add(s4, s5), sums + 3 * S.Width);
        S.Store(s6, sums + 4 * S.Width);
    }
}
