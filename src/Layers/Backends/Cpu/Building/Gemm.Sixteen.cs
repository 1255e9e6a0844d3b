using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

// Sixteen sums: for processors with 32 registers.
internal static unsafe partial class Gemm<S, V>
{
    /// <summary>
    /// A tile of sixteen sums: two vectors of eight rows or, where <typeparamref name="T"/> says so, one vector of sixteen rows, of which
    /// the last eight begin at <paramref name="second"/>.
    /// </summary>
    private static void Sixteen<T, E>(float* a, nint am, nint ak, float* b, nint ldb, float* c, float* second, nint ldc, nint column,
        int k, E end)
        where T : struct, ITile
        where E : struct, IGemmEpilogue<V>
    {
        V c0 = S.Zero, c1 = S.Zero, c2 = S.Zero, c3 = S.Zero, c4 = S.Zero, c5 = S.Zero, c6 = S.Zero, c7 = S.Zero;
        V d0 = S.Zero, d1 = S.Zero, d2 = S.Zero, d3 = S.Zero, d4 = S.Zero, d5 = S.Zero, d6 = S.Zero, d7 = S.Zero;
        if (E.Adds)
        {
            (c0, d0) = (S.Load(c), S.Load(second));
            (c1, d1) = (S.Load(c + ldc), S.Load(second + ldc));
            (c2, d2) = (S.Load(c + 2 * ldc), S.Load(second + 2 * ldc));
            (c3, d3) = (S.Load(c + 3 * ldc), S.Load(second + 3 * ldc));
            (c4, d4) = (S.Load(c + 4 * ldc), S.Load(second + 4 * ldc));
            (c5, d5) = (S.Load(c + 5 * ldc), S.Load(second + 5 * ldc));
            (c6, d6) = (S.Load(c + 6 * ldc), S.Load(second + 6 * ldc));
            (c7, d7) = (S.Load(c + 7 * ldc), S.Load(second + 7 * ldc));
        }

        float* a3 = a + 3 * am, a6 = a + 6 * am, e = a + 8 * am, e3 = a + 11 * am, e6 = a + 14 * am;
        for (; k > 0; k--, a += ak, a3 += ak, a6 += ak, e += ak, e3 += ak, e6 += ak, b += ldb)
        {
            var (b0, x) = (S.Load(b), S.Broadcast(*a));
            var b1 = T.Tall ? b0 : S.Load(b + S.Width);
            (c0, d0) = (S.MultiplyAdd(x, b0, c0), S.MultiplyAdd(T.Factor(x, e), b1, d0));
            x = S.Broadcast(a[am]);
            (c1, d1) = (S.MultiplyAdd(x, b0, c1), S.MultiplyAdd(T.Factor(x, e + am), b1, d1));
            x = S.Broadcast(a[2 * am]);
            (c2, d2) = (S.MultiplyAdd(x, b0, c2), S.MultiplyAdd(T.Factor(x, e + 2 * am), b1, d2));
            x = S.Broadcast(*a3);
            (c3, d3) = (S.MultiplyAdd(x, b0, c3), S.MultiplyAdd(T.Factor(x, e3), b1, d3));
            x = S.Broadcast(a3[am]);
            (c4, d4) = (S.MultiplyAdd(x, b0, c4), S.MultiplyAdd(T.Factor(x, e3 + am), b1, d4));
            x = S.Broadcast(a3[2 * am]);
            (c5, d5) = (S.MultiplyAdd(x, b0, c5), S.MultiplyAdd(T.Factor(x, e3 + 2 * am), b1, d5));
            x = S.Broadcast(*a6);
            (c6, d6) = (S.MultiplyAdd(x, b0, c6), S.MultiplyAdd(T.Factor(x, e6), b1, d6));
            x = S.Broadcast(a6[am]);
            (c7, d7) = (S.MultiplyAdd(x, b0, c7), S.MultiplyAdd(T.Factor(x, e6 + am), b1, d7));
        }

        // What the last vector of a row spoils of the next row is written after it: rows in order, vectors from the last to the first.
        if (T.Tall) PutEight(end, c, ldc, column, c0, c1, c2, c3, c4, c5, c6, c7);
        PutEight(end, second, ldc, T.Tall ? column : column + S.Width, d0, d1, d2, d3, d4, d5, d6, d7);
        if (!T.Tall) PutEight(end, c, ldc, column, c0, c1, c2, c3, c4, c5, c6, c7);
    }

    private interface ITile
    {
        static abstract bool Tall { get; }

        static abstract V Factor(V x, float* e);
    }

    private readonly struct Tall : ITile
    {
        static bool ITile.Tall => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static V ITile.Factor(V x, float* e) => S.Broadcast(*e);
    }

    private readonly struct Wide : ITile
    {
        static bool ITile.Tall => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static V ITile.Factor(V x, float* e) => x;
    }
}
