using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>What becomes of the sums of a <see cref="Gemm{S,V}"/> while they are in registers.</summary>
internal unsafe interface IGemmEpilogue<S, V>
    where S : struct, ISimd<V>
{
    /// <summary>Whether they start from what is in c.</summary>
    static abstract bool Adds { get; }

    /// <summary>
    /// Four rows of one vector, of which the first goes to <paramref name="c"/>, <paramref name="column"/> floats into its row. Two such
    /// fours make a block of eight; what the second needs of the first is in <paramref name="block"/>.
    /// </summary>
    void Put(bool second, float* c, nint ldc, nint column, ref BlockMoments<V> block, in FourVectors<S, V> rows);
}

/// <summary>Sums over the first four rows of a block of eight, and squares of its even and odd rows.</summary>
internal struct BlockMoments<V>
{
    public V Sum, Even, Odd;
}

/// <summary>c = sums.</summary>
internal readonly unsafe struct Store<S, V> : IGemmEpilogue<S, V>
    where S : struct, ISimd<V>
{
    public static bool Adds => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put(bool second, float* c, nint ldc, nint column, ref BlockMoments<V> block, in FourVectors<S, V> rows) =>
        rows.Store(c, ldc);
}

/// <summary>c += sums.</summary>
internal readonly unsafe struct Accumulate<S, V> : IGemmEpilogue<S, V>
    where S : struct, ISimd<V>
{
    public static bool Adds => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put(bool second, float* c, nint ldc, nint column, ref BlockMoments<V> block, in FourVectors<S, V> rows) =>
        rows.Store(c, ldc);
}

/// <summary>
/// c = sums, and the sums over the rows that <see cref="ChannelSums{S,V}.Squares"/> makes: sums: [3][pattern], where a row of c is one
/// pattern. Every row must be computed once, so their number must be a multiple of eight.
/// </summary>
internal readonly unsafe struct StoreWithMoments<S, V, TStore>(float* sums, nint pattern) : IGemmEpilogue<S, V>
    where S : struct, ISimd<V>
    where TStore : struct, IStore<V>
{
    private readonly float* plain = sums;
    private readonly float* squares = sums + pattern;
    private readonly float* shifts = sums + 2 * pattern;

    public static bool Adds => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put(bool second, float* c, nint ldc, nint column, ref BlockMoments<V> block, in FourVectors<S, V> rows)
    {
        rows.Store<TStore>(c, ldc);
        var shift = S.Load(shifts + column);
        V c0 = S.Subtract(rows.V0, shift), c1 = S.Subtract(rows.V1, shift);
        V c2 = S.Subtract(rows.V2, shift), c3 = S.Subtract(rows.V3, shift);
        var sum = S.Add(S.Add(c0, c1), S.Add(c2, c3));
        var even = S.MultiplyAdd(c2, c2, second ? S.MultiplyAdd(c0, c0, block.Even) : S.Multiply(c0, c0));
        var odd = S.MultiplyAdd(c3, c3, second ? S.MultiplyAdd(c1, c1, block.Odd) : S.Multiply(c1, c1));
        if (second)
        {
            S.Store(S.Add(S.Load(plain + column), S.Add(block.Sum, sum)), plain + column);
            S.Store(S.Add(S.Load(squares + column), S.Add(even, odd)), squares + column);
        }
        else
        {
            block.Sum = sum;
            block.Even = even;
            block.Odd = odd;
        }
    }
}
