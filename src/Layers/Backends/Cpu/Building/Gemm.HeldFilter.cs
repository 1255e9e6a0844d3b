using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

// For sixteen registers: the filter of eight inputs, one vector each, stays in half of them, and four pixels at a time are summed in
// others: one load for each product.
internal static unsafe partial class Gemm<S, V>
{
    private const int HeldDepth = 8;

    private static void HeldFilter<E, F>(float* a, nint am, float* b, nint ldb, in OutputRowMap c, int m, E end, F fetch)
        where E : struct, IGemmEpilogue<V>
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
        where E : struct, IGemmEpilogue<V>
    {
        V c0 = S.Zero, c1 = S.Zero, c2 = S.Zero, c3 = S.Zero;
        var a3 = a + 3 * am;
        OneInput(a, am, a3, b0, ref c0, ref c1, ref c2, ref c3);
        OneInput(a + 1, am, a3 + 1, b1, ref c0, ref c1, ref c2, ref c3);
        OneInput(a + 2, am, a3 + 2, b2, ref c0, ref c1, ref c2, ref c3);
        OneInput(a + 3, am, a3 + 3, b3, ref c0, ref c1, ref c2, ref c3);
        OneInput(a + 4, am, a3 + 4, b4, ref c0, ref c1, ref c2, ref c3);
        OneInput(a + 5, am, a3 + 5, b5, ref c0, ref c1, ref c2, ref c3);
        OneInput(a + 6, am, a3 + 6, b6, ref c0, ref c1, ref c2, ref c3);
        OneInput(a + 7, am, a3 + 7, b7, ref c0, ref c1, ref c2, ref c3);
        end.Put(second, c, ldc, 0, ref block, c0, c1, c2, c3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OneInput(float* a, nint am, float* a3, V b, ref V c0, ref V c1, ref V c2, ref V c3)
    {
        c0 = S.MultiplyAdd(S.Broadcast(*a), b, c0);
        c1 = S.MultiplyAdd(S.Broadcast(a[am]), b, c1);
        c2 = S.MultiplyAdd(S.Broadcast(a[2 * am]), b, c2);
        c3 = S.MultiplyAdd(S.Broadcast(*a3), b, c3);
    }
}
