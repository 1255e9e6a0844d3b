using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

// The gradient of the weights of filters with five rows and columns.
internal static unsafe partial class WinogradFive<S, V>
{
    /// <summary>[7][5]: the sums of the seven products, those with one goal together.</summary>
    public static void Sums(in WinogradLines lines, float* sums)
    {
        nint row = lines.Row, product = 5 * S.Width;
        float* x0 = lines.X, x1 = x0 + row, x2 = x1 + row, x3 = x2 + row, x4 = x3 + row, x5 = x4 + row;
        float* d = lines.Y, below = d + lines.Below;
        ProductSums<Two, Minus, Minus, Alone>(lines, d, x0, x2, x3, x4, sums, sums + 4 * product);
        ProductSums<Two, Plus, Alone, Plus>(lines, d, x1, x2, x4, x4, sums + product, sums + 5 * product);
        ProductSums<One, Minus, Alone, Minus>(lines, d, x2, x1, x2, x1, sums + 2 * product, null);
        ProductSums<Two, Minus, Minus, Alone>(lines, below, x3, x1, x5, x4, sums + 3 * product, sums + 6 * product);
    }

    /// <summary>
    /// The seven sums of one or two products, two columns at a time, with what <see cref="Products"/> reads; of the gradients d, d' of two
    /// columns taps 0 and 1 want d·(x − x'), (d + d')·x' and d'·(x'' − x'), two columns on so do taps 2 and 3, and then tap 4 d·x + d'·x'.
    /// </summary>
    private static void ProductSums<N, A, B, E>(in WinogradLines lines, float* diff, float* first, float* second, float* third,
        float* fourth, float* f, float* g)
        where N : struct, IConstInt
        where A : struct, ISign
        where B : struct, ISign
        where E : struct, ISign
    {
        nint step = lines.Step, below = lines.Below;
        Triple f0 = default, f2 = default, g0 = default, g2 = default;
        V f4 = S.Zero, g4 = S.Zero;
        for (var i = 0; i < lines.Count; i++)
        {
            nint at = lines.Places[i].X;
            var d = diff + lines.Places[i].Y;
            var v = new Columns<A>(first + at, second + at);
            var w = new Columns<B>(third + at, fourth + at);
            var a = Goals<E>(d, step, below);
            AddSums(true, false, false, ref v, step, a, a, a, ref f0, ref f2, ref f4);
            if (N.Value > 1) AddSums(true, false, false, ref w, step, a, a, a, ref g0, ref g2, ref g4);
            var b = a;
            d += 2 * step;
            a = Goals<E>(d, step, below);
            AddSums(true, true, false, ref v, step, a, b, b, ref f0, ref f2, ref f4);
            if (N.Value > 1) AddSums(true, true, false, ref w, step, a, b, b, ref g0, ref g2, ref g4);
            for (var left = lines.Columns - 4; left > 0; left -= 2)
            {
                var c = b;
                b = a;
                d += 2 * step;
                a = Goals<E>(d, step, below);
                AddSums(true, true, true, ref v, step, a, b, c, ref f0, ref f2, ref f4);
                if (N.Value > 1) AddSums(true, true, true, ref w, step, a, b, c, ref g0, ref g2, ref g4);
            }

            AddSums(false, true, true, ref v, step, a, a, b, ref f0, ref f2, ref f4);
            if (N.Value > 1) AddSums(false, true, true, ref w, step, a, a, b, ref g0, ref g2, ref g4);
            AddSums(false, false, true, ref v, step, a, a, a, ref f0, ref f2, ref f4);
            if (N.Value > 1) AddSums(false, false, true, ref w, step, a, a, a, ref g0, ref g2, ref g4);
        }

        Put(f, f0, f2, f4);
        if (N.Value > 1) Put(g, g0, g2, g4);
    }

    /// <summary>The gradients of two columns of outputs, and their sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Triple Goals<E>(float* d, nint step, nint below)
        where E : struct, ISign
    {
        V first = Both<E>(S.Load(d), d + below), second = Both<E>(S.Load(d + step), d + step + below);
        return new() { First = first, Shared = S.Add(first, second), Second = second };
    }

    /// <summary>
    /// Two columns of one product, for the gradients of the outputs that begin here, of those before, and of those before them.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddSums<R>(bool first, bool second, bool last, ref Columns<R> columns, nint step, in Triple a, in Triple b,
        in Triple c, ref Triple s0, ref Triple s2, ref V s4)
        where R : struct, ISign
    {
        var x = columns.X;
        var next = columns.Next(first || second, step);
        if (last) s4 = S.MultiplyAdd(c.Second, next.Shared, S.MultiplyAdd(c.First, x, s4));
        if (second) s2.Add(b, next);
        if (first) s0.Add(a, next);
    }

    // Inlined: what lives on after a call would be kept in memory all the time.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* sums, in Triple s0, in Triple s2, V s4)
    {
        S.Store(S.Add(s0.First, s0.Shared), sums);
        S.Store(S.Add(s0.Shared, s0.Second), sums + S.Width);
        S.Store(S.Add(s2.First, s2.Shared), sums + 2 * S.Width);
        S.Store(S.Add(s2.Shared, s2.Second), sums + 3 * S.Width);
        S.Store(s4, sums + 4 * S.Width);
    }
}
