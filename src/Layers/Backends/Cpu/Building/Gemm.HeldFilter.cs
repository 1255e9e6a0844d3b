using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

// For sixteen registers: the filter of eight inputs, one vector each, stays in half of them, and four pixels at a time are summed in
// others: one load for each product.
internal static unsafe partial class Gemm<S, V>
{
    private const int HeldDepth = 8;

    private static void HeldFilter<E, F>(float* a, nint am, float* b, nint ldb, in OutputRowMap c, int m, E end, F fetch)
        where E : struct, IGemmEpilogue<S, V>
        where F : struct, IPrefetch
    {
        V b0 = S.Load(b), b1 = S.Load(b + ldb), b2 = S.Load(b + 2 * ldb), b3 = S.Load(b + 3 * ldb);
        V b4 = S.Load(b + 4 * ldb), b5 = S.Load(b + 5 * ldb), b6 = S.Load(b + 6 * ldb), b7 = S.Load(b + 7 * ldb);
        for (var i = 0; i < m; i += 8)
        {
            // A last block of rows that does not come out even starts earlier and computes some rows a second time.
            i = Math.Min(i, m - 8);
            fetch.Rows(i, 8);
            var rows = c.At(i);
            var block = default(BlockMoments<V>);
            FourPixels(second: false, a + i * am, am, rows, c.Apart, end, ref block, b0, b1, b2, b3, b4, b5, b6, b7);
            FourPixels(
                second: true, a + (i + 4) * am, am, rows + 4 * c.Apart, c.Apart, end, ref block, b0, b1, b2, b3, b4, b5, b6, b7);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourPixels<E>(bool second, float* a, nint am, float* c, nint ldc, E end, ref BlockMoments<V> block, V b0, V b1,
        V b2, V b3, V b4, V b5, V b6, V b7)
        where E : struct, IGemmEpilogue<S, V>
    {
        var sums = default(FourVectors<S, V>);
        Add(a, am, b0, ref sums);
        Add(a + 1, am, b1, ref sums);
        Add(a + 2, am, b2, ref sums);
        Add(a + 3, am, b3, ref sums);
        Add(a + 4, am, b4, ref sums);
        Add(a + 5, am, b5, ref sums);
        Add(a + 6, am, b6, ref sums);
        Add(a + 7, am, b7, ref sums);
        end.Put(second, c, ldc, 0, ref block, sums);
    }
}
