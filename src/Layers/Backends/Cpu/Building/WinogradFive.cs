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
        Products<Two, Plus, Alone, Plus>(lines, y, lines.Z, x1, x2, x4, x4, f + product, f + 5 * product);
        Products<One, Minus, Alone, Minus>(lines, y, y, x2, x1, x2, x1, f + 2 * product, f);
        Products<Two, Minus, Minus, Alone>(lines, y, y, x0, x2, x3, x4, f, f + 4 * product);
        Products<Two, Minus, Minus, Alone>(lines, below, below, x3, x1, x5, x4, f + 3 * product, f + 6 * product);
    }

    /// <summary>
    /// One product or the sum of two along a row, two columns at a time: with x, x', x'' of every two columns and the next, outputs as two
    /// sums and what they share, o = o0 + o1 and o' = o1 + o2, of which
    /// taps 0 and 1 add g0·(x − x'), (g0 + g1)·x', g1·(x'' − x'), two columns on taps 2 and 3 as much again, and then tap 4 g4·x and g4·x'.
    /// They are added to <paramref name="before"/>, unless that is null, and E says what y' gets.
    /// </summary>
    private static void Products<N, A, B, E>(in WinogradLines lines, float* dst, float* before, float* first, float* second, float* third,
        float* fourth, float* f, float* g)
        where N : struct, IConstInt
        where A : struct, ISign
        where B : struct, ISign
        where E : struct, ISign
    {
        nint step = lines.Step, below = lines.Below;
        Triple f0 = Triple.Load(f), f2 = Triple.Load(f + 3 * S.Width), g0 = Triple.Load(g), g2 = Triple.Load(g + 3 * S.Width);
        V f4 = S.Load(f + 6 * S.Width), g4 = S.Load(g + 6 * S.Width);
        var adds = before != null;
        for (var i = 0; i < lines.Count; i++)
        {
            nint at = lines.Places[i].X, to = lines.Places[i].Y;
            float* y = dst + to, z = before + to;
            var v = new Columns<A>(first + at, second + at);
            var w = new Columns<B>(third + at, fourth + at);
            Triple a = default, b = default, c = default;
            Add(true, false, false, ref v, step, f0, f2, f4, ref a, ref b, ref c);
            if (N.Value > 1) Add(true, false, false, ref w, step, g0, g2, g4, ref a, ref b, ref c);
            Move(ref a, ref b, ref c);
            Add(true, true, false, ref v, step, f0, f2, f4, ref a, ref b, ref c);
            if (N.Value > 1) Add(true, true, false, ref w, step, g0, g2, g4, ref a, ref b, ref c);
            Move(ref a, ref b, ref c);
            for (var left = lines.Columns - 4; left > 0; left -= 2, y += 2 * step, z += 2 * step)
            {
                Add(true, true, true, ref v, step, f0, f2, f4, ref a, ref b, ref c);
                if (N.Value > 1) Add(true, true, true, ref w, step, g0, g2, g4, ref a, ref b, ref c);
                Put<E>(c, adds, y, z, step, below);
                Move(ref a, ref b, ref c);
            }

            Add(false, true, true, ref v, step, f0, f2, f4, ref a, ref b, ref c);
            if (N.Value > 1) Add(false, true, true, ref w, step, g0, g2, g4, ref a, ref b, ref c);
            Put<E>(c, adds, y, z, step, below);
            Move(ref a, ref b, ref c);
            Add(false, false, true, ref v, step, f0, f2, f4, ref a, ref b, ref c);
            if (N.Value > 1) Add(false, false, true, ref w, step, g0, g2, g4, ref a, ref b, ref c);
            Put<E>(c, adds, y + 2 * step, z + 2 * step, step, below);
        }
    }

    /// <summary>
    /// Two columns of one product: the first two taps of the outputs that begin here, two of those before, the last of those before them.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<R>(bool first, bool second, bool last, ref Columns<R> columns, nint step, in Triple f0, in Triple f2, V f4,
        ref Triple a, ref Triple b, ref Triple c)
        where R : struct, ISign
    {
        var x = columns.X;
        var next = columns.Next(first || second, step);
        if (last) (c.First, c.Second) = (S.MultiplyAdd(f4, x, c.First), S.MultiplyAdd(f4, next.Shared, c.Second));
        if (second) b.Add(f2, next);
        if (first) a.Add(f0, next);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Move(ref Triple a, ref Triple b, ref Triple c)
    {
        c = b;
        b = a;
        a = default;
    }

    /// <summary>Two outputs of y and, <paramref name="below"/> floats on, of y'; z is what they start from.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<E>(in Triple c, bool adds, float* y, float* z, nint step, nint below)
        where E : struct, ISign
    {
        Put<E>(S.Add(c.First, c.Shared), adds, y, z, below);
        Put<E>(S.Add(c.Shared, c.Second), adds, y + step, z + step, below);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<E>(V sum, bool adds, float* y, float* z, nint below)
        where E : struct, ISign
    {
        S.Store(adds ? S.Add(S.Load(z), sum) : sum, y);
        if (E.Value < 0) S.Store(S.Subtract(S.Load(z + below), sum), y + below);
        if (E.Value > 0) S.Store(adds ? S.Add(S.Load(z + below), sum) : sum, y + below);
    }
}
