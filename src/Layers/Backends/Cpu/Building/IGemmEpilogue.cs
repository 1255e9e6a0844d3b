using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>What becomes of the sums of a <see cref="Gemm{S,V}"/> while they are in registers.</summary>
internal unsafe interface IGemmEpilogue<V>
{
    /// <summary>Whether they start from what is in c.</summary>
    static abstract bool Adds { get; }

    /// <summary>
    /// Eight rows of one vector, of which the first goes to <paramref name="c"/>, <paramref name="column"/> floats into its row.
    /// </summary>
    void Put(float* c, nint ldc, nint column, V c0, V c1, V c2, V c3, V c4, V c5, V c6, V c7);
}

/// <summary>c = sums.</summary>
internal readonly unsafe struct Store<S, V> : IGemmEpilogue<V>
    where S : struct, ISimd<V>
    where V : struct
{
    public static bool Adds => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put(float* c, nint ldc, nint column, V c0, V c1, V c2, V c3, V c4, V c5, V c6, V c7) =>
        Rows<CachedStore<S, V>>(c, ldc, c0, c1, c2, c3, c4, c5, c6, c7);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Rows<TStore>(float* c, nint ldc, V c0, V c1, V c2, V c3, V c4, V c5, V c6, V c7)
        where TStore : struct, IStore<V>
    {
        TStore.Store(c0, c);
        TStore.Store(c1, c + ldc);
        TStore.Store(c2, c + 2 * ldc);
        TStore.Store(c3, c + 3 * ldc);
        TStore.Store(c4, c + 4 * ldc);
        TStore.Store(c5, c + 5 * ldc);
        TStore.Store(c6, c + 6 * ldc);
        TStore.Store(c7, c + 7 * ldc);
    }
}

/// <summary>c += sums.</summary>
internal readonly unsafe struct Accumulate<S, V> : IGemmEpilogue<V>
    where S : struct, ISimd<V>
    where V : struct
{
    public static bool Adds => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put(float* c, nint ldc, nint column, V c0, V c1, V c2, V c3, V c4, V c5, V c6, V c7) =>
        Store<S, V>.Rows<CachedStore<S, V>>(c, ldc, c0, c1, c2, c3, c4, c5, c6, c7);
}

/// <summary>
/// c = sums, and the sums over the rows that <see cref="ChannelSums{S,V}.Squares"/> makes: sums: [3][pattern], where a row of c is one
/// pattern. Every row must be computed once, so their number must be a multiple of eight.
/// </summary>
internal readonly unsafe struct StoreWithMoments<S, V, TStore>(float* sums, nint pattern) : IGemmEpilogue<V>
    where S : struct, ISimd<V>
    where V : struct
    where TStore : struct, IStore<V>
{
    private readonly float* plain = sums;
    private readonly float* squares = sums + pattern;
    private readonly float* shifts = sums + 2 * pattern;

    public static bool Adds => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put(float* c, nint ldc, nint column, V c0, V c1, V c2, V c3, V c4, V c5, V c6, V c7)
    {
        Store<S, V>.Rows<TStore>(c, ldc, c0, c1, c2, c3, c4, c5, c6, c7);
        var shift = S.Load(shifts + column);
        c0 = S.Subtract(c0, shift);
        c1 = S.Subtract(c1, shift);
        c2 = S.Subtract(c2, shift);
        c3 = S.Subtract(c3, shift);
        c4 = S.Subtract(c4, shift);
        c5 = S.Subtract(c5, shift);
        c6 = S.Subtract(c6, shift);
        c7 = S.Subtract(c7, shift);
        var sum = S.Add(S.Add(S.Add(c0, c1), S.Add(c2, c3)), S.Add(S.Add(c4, c5), S.Add(c6, c7)));
        S.Store(S.Add(S.Load(plain + column), sum), plain + column);
        var even = S.MultiplyAdd(c6, c6, S.MultiplyAdd(c4, c4, S.MultiplyAdd(c2, c2, S.Multiply(c0, c0))));
        var odd = S.MultiplyAdd(c7, c7, S.MultiplyAdd(c5, c5, S.MultiplyAdd(c3, c3, S.Multiply(c1, c1))));
        S.Store(S.Add(S.Load(squares + column), S.Add(even, odd)), squares + column);
    }
}
