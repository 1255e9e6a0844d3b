using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Kernels;

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
            for (; j + 7 * period + S.Width <= count; j += 8 * period) Eight(term, taps, source + j, p, period, y + j, accumulate);
            for (; j + 3 * period + S.Width <= count; j += 4 * period) Four(term, taps, source + j, p, period, y + j, accumulate);
            for (; j < count; j += period) One(term, taps, source + j, p, y + j, Math.Min(S.Width, count - j), accumulate);
        }
    }

    private static void Eight<TTerm>(TTerm term, Taps taps, float* source, int p, int period, float* y, bool accumulate)
        where TTerm : unmanaged, ITapTerm<V>
    {
        V a0 = S.Zero, a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
        for (var t = 0; t < taps.Count; t++)
        {
            var at = source + taps.Offset[t];
            var tap = taps.Filter[t];
            a0 = term.Add(a0, at, tap, p);
            a1 = term.Add(a1, at + period, tap, p);
            a2 = term.Add(a2, at + 2 * period, tap, p);
            a3 = term.Add(a3, at + 3 * period, tap, p);
            a4 = term.Add(a4, at + 4 * period, tap, p);
            a5 = term.Add(a5, at + 5 * period, tap, p);
            a6 = term.Add(a6, at + 6 * period, tap, p);
            a7 = term.Add(a7, at + 7 * period, tap, p);
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

    private static void Four<TTerm>(TTerm term, Taps taps, float* source, int p, int period, float* y, bool accumulate)
        where TTerm : unmanaged, ITapTerm<V>
    {
        V a0 = S.Zero, a1 = a0, a2 = a0, a3 = a0;
        for (var t = 0; t < taps.Count; t++)
        {
            var at = source + taps.Offset[t];
            var tap = taps.Filter[t];
            a0 = term.Add(a0, at, tap, p);
            a1 = term.Add(a1, at + period, tap, p);
            a2 = term.Add(a2, at + 2 * period, tap, p);
            a3 = term.Add(a3, at + 3 * period, tap, p);
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
