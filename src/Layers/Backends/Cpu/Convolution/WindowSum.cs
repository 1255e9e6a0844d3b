using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Convolution;

/// <summary>What one tap of a window adds to a sum, channel by channel.</summary>
/// <typeparam name="V">Vector of floats.</typeparam>
internal unsafe interface ITapTerm<V>
{
    /// <summary>sum plus the term of filter tap <paramref name="tap"/> with the source <paramref name="at"/>, place <paramref name="p"/> of the pattern.</summary>
    V Add(V sum, float* at, int tap, int p);
}

/// <summary>y[j] (+)= Σ over taps of a term that mixes no channels: depthwise convolution and pools, forward and back.</summary>
/// <typeparam name="S">Instructions of the vector width.</typeparam>
/// <typeparam name="V">Vector of that width.</typeparam>
internal static unsafe class WindowSum<S, V>
    where S : struct, ISimd<V>
    where V : struct
{
    /// <summary>One row of <paramref name="count"/> floats whose own place in the source is <paramref name="source"/>.</summary>
    public static void Row<TTerm>(TTerm term, Taps taps, float* source, int period, float* y, int count, bool accumulate)
        where TTerm : unmanaged, ITapTerm<V>
    {
        for (var p = 0; p < period && p < count; p += S.Width)
        {
            var j = p;
            // Sixteen sums hide a multiply-add's latency twice over, but only AVX-512 has registers for them.
            if (S.Width == 16)
                for (; j + 15 * period + S.Width <= count; j += 16 * period) Sixteen(term, taps, source + j, p, period, y + j, accumulate);
            for (; j + 7 * period + S.Width <= count; j += 8 * period) Eight(term, taps, source + j, p, period, y + j, accumulate);
            for (; j + 3 * period + S.Width <= count; j += 4 * period) Four(term, taps, source + j, p, period, y + j, accumulate);
            for (; j < count; j += period) One(term, taps, source + j, p, y + j, Math.Min(S.Width, count - j), accumulate);
        }
    }

    private static void Sixteen<TTerm>(TTerm term, Taps taps, float* source, int p, nint period, float* y, bool accumulate)
        where TTerm : unmanaged, ITapTerm<V>
    {
        V a0 = S.Zero, a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
        V a8 = a0, a9 = a0, a10 = a0, a11 = a0, a12 = a0, a13 = a0, a14 = a0, a15 = a0;
        for (var t = 0; t < taps.Count; t++)
        {
            var tap = taps.Filter[t];
            var at = source + taps.Offset[t];
            var at3 = at + 3 * period;
            var at6 = at3 + 3 * period;
            var at9 = at6 + 3 * period;
            var at12 = at9 + 3 * period;
            var at15 = at12 + 3 * period;
            a0 = term.Add(a0, at, tap, p);
            a1 = term.Add(a1, at + period, tap, p);
            a2 = term.Add(a2, at + 2 * period, tap, p);
            a3 = term.Add(a3, at3, tap, p);
            a4 = term.Add(a4, at3 + period, tap, p);
            a5 = term.Add(a5, at3 + 2 * period, tap, p);
            a6 = term.Add(a6, at6, tap, p);
            a7 = term.Add(a7, at6 + period, tap, p);
            a8 = term.Add(a8, at6 + 2 * period, tap, p);
            a9 = term.Add(a9, at9, tap, p);
            a10 = term.Add(a10, at9 + period, tap, p);
            a11 = term.Add(a11, at9 + 2 * period, tap, p);
            a12 = term.Add(a12, at12, tap, p);
            a13 = term.Add(a13, at12 + period, tap, p);
            a14 = term.Add(a14, at12 + 2 * period, tap, p);
            a15 = term.Add(a15, at15, tap, p);
        }

        Put(a0, y, accumulate);
        Put(a1, y + period, accumulate);
        Put(a2, y + 2 * period, accumulate);
        Put(a3, y + 3 * period, accumulate);
        Put(a4, y + 4 * period, accumulate);
        Put(a5, y + 5 * period, accumulate);
        Put(a6, y + 6 * period, accumulate);
        Put(a7, y + 7 * period, accumulate);
        Put(a8, y + 8 * period, accumulate);
        Put(a9, y + 9 * period, accumulate);
        Put(a10, y + 10 * period, accumulate);
        Put(a11, y + 11 * period, accumulate);
        Put(a12, y + 12 * period, accumulate);
        Put(a13, y + 13 * period, accumulate);
        Put(a14, y + 14 * period, accumulate);
        Put(a15, y + 15 * period, accumulate);
    }

    private static void Eight<TTerm>(TTerm term, Taps taps, float* source, int p, nint period, float* y, bool accumulate)
        where TTerm : unmanaged, ITapTerm<V>
    {
        V a0 = S.Zero, a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
        for (var t = 0; t < taps.Count; t++)
        {
            var tap = taps.Filter[t];
            var at = source + taps.Offset[t];
            var at3 = at + 3 * period;
            var at6 = at3 + 3 * period;
            a0 = term.Add(a0, at, tap, p);
            a1 = term.Add(a1, at + period, tap, p);
            a2 = term.Add(a2, at + 2 * period, tap, p);
            a3 = term.Add(a3, at3, tap, p);
            a4 = term.Add(a4, at3 + period, tap, p);
            a5 = term.Add(a5, at3 + 2 * period, tap, p);
            a6 = term.Add(a6, at6, tap, p);
            a7 = term.Add(a7, at6 + period, tap, p);
        }

        Put(a0, y, accumulate);
        Put(a1, y + period, accumulate);
        Put(a2, y + 2 * period, accumulate);
        Put(a3, y + 3 * period, accumulate);
        Put(a4, y + 4 * period, accumulate);
        Put(a5, y + 5 * period, accumulate);
        Put(a6, y + 6 * period, accumulate);
        Put(a7, y + 7 * period, accumulate);
    }

    private static void Four<TTerm>(TTerm term, Taps taps, float* source, int p, nint period, float* y, bool accumulate)
        where TTerm : unmanaged, ITapTerm<V>
    {
        V a0 = S.Zero, a1 = a0, a2 = a0, a3 = a0;
        for (var t = 0; t < taps.Count; t++)
        {
            var tap = taps.Filter[t];
            var at = source + taps.Offset[t];
            var at3 = at + 3 * period;
            a0 = term.Add(a0, at, tap, p);
            a1 = term.Add(a1, at + period, tap, p);
            a2 = term.Add(a2, at + 2 * period, tap, p);
            a3 = term.Add(a3, at3, tap, p);
        }

        Put(a0, y, accumulate);
        Put(a1, y + period, accumulate);
        Put(a2, y + 2 * period, accumulate);
        Put(a3, y + 3 * period, accumulate);
    }

    private static void One<TTerm>(TTerm term, Taps taps, float* source, int p, float* y, int valid, bool accumulate)
        where TTerm : unmanaged, ITapTerm<V>
    {
        var a = S.Zero;
        for (var t = 0; t < taps.Count; t++) a = term.Add(a, source + taps.Offset[t], taps.Filter[t], p);
        if (accumulate) a = S.Add(a, S.Load(y));
        S.StorePart(a, y, valid);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(V value, float* y, bool accumulate) => S.Store(accumulate ? S.Add(S.Load(y), value) : value, y);
}
