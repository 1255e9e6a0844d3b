using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>The part of <see cref="WinogradDepthwise{S,V}"/> for filters of five rows and columns.</summary>
[SkipLocalsInit]
internal static unsafe partial class WinogradFive<S, V>
    where S : struct, ISimd<V>
{
    /// <summary>
    /// The seven products, those that go to the same rows together: m1 and m5 to both, m2, m0 and m4 to y, m3 and m6 to y'.
    /// </summary>
    public static void Run(in WinogradLines lines)
    {
        nint row = lines.Row, product = 7 * S.Width;
        float* x0 = lines.X, x1 = x0 + row, x2 = x1 + row, x3 = x2 + row, x4 = x3 + row, x5 = x4 + row;
        float* f = lines.Factors, y = lines.Y, below = y + lines.Below;
        if (lines.Z == null) Products<Sum, Alone, Written>(lines, y, null, x1, x2, x4, x4, f + product, f + 5 * product);
        else Products<Sum, Alone, AddedToBoth>(lines, y, lines.Z, x1, x2, x4, x4, f + product, f + 5 * product);
        Products<Difference, Nothing, AddedAndSubtracted>(lines, y, y, x2, x1, null, null, f + 2 * product, f);
        Products<Difference, Difference, Added>(lines, y, y, x0, x2, x3, x4, f, f + 4 * product);
        Products<Difference, Difference, Added>(lines, below, below, x3, x1, x5, x4, f + 3 * product, f + 6 * product);
    }

    /// <summary>
    /// One product or the sum of two along a row, two columns at a time: with x, x', x'' of every two columns and the next, outputs as two
    /// sums and what they share, o = o0 + o1 and o' = o1 + o2, of which
    /// taps 0 and 1 add g0·(x − x'), (g0 + g1)·x', g1·(x'' − x'), two columns on taps 2 and 3 as much again, and then tap 4 g4·x and g4·x'.
    /// </summary>
    private static void Products<A, B, E>(in WinogradLines lines, float* dst, float* before, float* first, float* second, float* third,
        float* fourth, float* f, float* g)
        where A : struct, IRows
        where B : struct, IRows
        where E : struct, IEnd
    {
        nint step = lines.Step, below = lines.Below, two = 2 * step;
        V f0 = S.Load(f), f1 = S.Load(f + S.Width), f2 = S.Load(f + 2 * S.Width), f3 = S.Load(f + 3 * S.Width),
            f4 = S.Load(f + 4 * S.Width), f5 = S.Load(f + 5 * S.Width), f6 = S.Load(f + 6 * S.Width);
        V g0 = S.Load(g), g1 = S.Load(g + S.Width), g2 = S.Load(g + 2 * S.Width), g3 = S.Load(g + 3 * S.Width),
            g4 = S.Load(g + 4 * S.Width), g5 = S.Load(g + 5 * S.Width), g6 = S.Load(g + 6 * S.Width);
        for (var i = 0; i < lines.Count; i++)
        {
            nint at = lines.Places[i].X, to = lines.Places[i].Y;
            float* y = dst + to, z = before + to, p = first + at, q = second + at, r = third + at, s = fourth + at;
            V v = A.At(p, q), w = B.At(r, s);
            V a0 = S.Zero, a1 = S.Zero, a2 = S.Zero, b0 = S.Zero, b1 = S.Zero, b2 = S.Zero, c0 = S.Zero, c1 = S.Zero, c2 = S.Zero;
            Two<A>(true, false, false, p, q, step, ref v, f0, f1, f2, f3, f4, f5, f6, ref a0, ref a1, ref a2, ref b0, ref b1, ref b2,
                ref c0, ref c2);
            Two<B>(true, false, false, r, s, step, ref w, g0, g1, g2, g3, g4, g5, g6, ref a0, ref a1, ref a2, ref b0, ref b1, ref b2,
                ref c0, ref c2);
            Move(ref a0, ref a1, ref a2, ref b0, ref b1, ref b2, ref c0, ref c1, ref c2);
            Advance(ref p, ref q, ref r, ref s, two);
            Two<A>(true, true, false, p, q, step, ref v, f0, f1, f2, f3, f4, f5, f6, ref a0, ref a1, ref a2, ref b0, ref b1, ref b2, ref c0,
                ref c2);
            Two<B>(true, true, false, r, s, step, ref w, g0, g1, g2, g3, g4, g5, g6, ref a0, ref a1, ref a2, ref b0, ref b1, ref b2, ref c0,
                ref c2);
            Move(ref a0, ref a1, ref a2, ref b0, ref b1, ref b2, ref c0, ref c1, ref c2);
            Advance(ref p, ref q, ref r, ref s, two);
            for (var left = lines.Columns - 4; left > 0; left -= 2, y += two, z += two)
            {
                Two<A>(true, true, true, p, q, step, ref v, f0, f1, f2, f3, f4, f5, f6, ref a0, ref a1, ref a2, ref b0, ref b1, ref b2,
                    ref c0, ref c2);
                Two<B>(true, true, true, r, s, step, ref w, g0, g1, g2, g3, g4, g5, g6, ref a0, ref a1, ref a2, ref b0, ref b1, ref b2,
                    ref c0, ref c2);
                E.Put(S.Add(c0, c1), y, z, below);
                E.Put(S.Add(c1, c2), y + step, z + step, below);
                Move(ref a0, ref a1, ref a2, ref b0, ref b1, ref b2, ref c0, ref c1, ref c2);
                Advance(ref p, ref q, ref r, ref s, two);
            }

            Two<A>(false, true, true, p, q, step, ref v, f0, f1, f2, f3, f4, f5, f6, ref a0, ref a1, ref a2, ref b0, ref b1, ref b2, ref c0,
                ref c2);
            Two<B>(false, true, true, r, s, step, ref w, g0, g1, g2, g3, g4, g5, g6, ref a0, ref a1, ref a2, ref b0, ref b1, ref b2, ref c0,
                ref c2);
            E.Put(S.Add(c0, c1), y, z, below);
            E.Put(S.Add(c1, c2), y + step, z + step, below);
            Move(ref a0, ref a1, ref a2, ref b0, ref b1, ref b2, ref c0, ref c1, ref c2);
            Advance(ref p, ref q, ref r, ref s, two);
            Two<A>(false, false, true, p, q, step, ref v, f0, f1, f2, f3, f4, f5, f6, ref a0, ref a1, ref a2, ref b0, ref b1, ref b2,
                ref c0, ref c2);
            Two<B>(false, false, true, r, s, step, ref w, g0, g1, g2, g3, g4, g5, g6, ref a0, ref a1, ref a2, ref b0, ref b1, ref b2,
                ref c0, ref c2);
            E.Put(S.Add(c0, c1), y + two, z + two, below);
            E.Put(S.Add(c1, c2), y + two + step, z + two + step, below);
        }
    }

    /// <summary>
    /// Two columns of one product: the first two taps of the outputs that begin here, two of those before, the last of those before them.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Two<R>(
        bool first, bool second, bool last, float* p, float* q, nint step, ref V x, V f0, V f1, V f2, V f3, V f4, V f5, V f6,
        ref V a0, ref V a1, ref V a2, ref V b0, ref V b1, ref V b2, ref V c0, ref V c2)
        where R : struct, IRows
    {
        if (!R.Exist) return;
        var x1 = R.At(p + step, q + step);
        if (last)
        {
            c0 = S.MultiplyAdd(f6, x, c0);
            c2 = S.MultiplyAdd(f6, x1, c2);
        }

        if (!first && !second) return;
        var x2 = R.At(p + 2 * step, q + 2 * step);
        V left = S.Subtract(x, x1), right = S.Subtract(x2, x1);
        x = x2;
        if (second)
        {
            b0 = S.MultiplyAdd(f3, left, b0);
            b1 = S.MultiplyAdd(f4, x1, b1);
            b2 = S.MultiplyAdd(f5, right, b2);
        }

        if (first)
        {
            a0 = S.MultiplyAdd(f0, left, a0);
            a1 = S.MultiplyAdd(f1, x1, a1);
            a2 = S.MultiplyAdd(f2, right, a2);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Move(ref V a0, ref V a1, ref V a2, ref V b0, ref V b1, ref V b2, ref V c0, ref V c1, ref V c2)
    {
        c0 = b0;
        c1 = b1;
        c2 = b2;
        b0 = a0;
        b1 = a1;
        b2 = a2;
        a0 = a1 = a2 = S.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Advance(ref float* p, ref float* q, ref float* r, ref float* s, nint two)
    {
        p += two;
        q += two;
        r += two;
        s += two;
    }
}
