using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>
/// Small matrix products whose operands lie in L1 and L2: a pointwise convolution (m: pixels, k: input channels), its data
/// gradient (k: output channels) and its weight gradient (m: output channels, k: pixels).
/// </summary>
internal static unsafe partial class Gemm<S, V>
    where S : struct, ISimd<V>
{
    /// <summary>
    /// c[m][n] = Σ_k a[m · am + k · ak] · b[k · ldb + n] as <paramref name="end"/> wants it. Reads and writes whole vectors in n: where
    /// n is not a multiple of the width, a row's last vector runs into the next row of c, which must be written later or be padded
    /// (and must be padded if the end adds). Of am and ak one is 1.
    /// </summary>
    public static void Run<E, F>(float* a, nint am, nint ak, float* b, nint ldb, in OutputRowMap c, int m, int n, int k, E end, F fetch)
        where E : struct, IGemmEpilogue<V>
        where F : struct, IPrefetch
    {
        if (S.Registers < 32 && ak == 1 && k == HeldDepth && n <= S.Width && m >= 8 && !E.Adds) HeldFilter(a, am, b, ldb, c, m, end, fetch);
        else if (ak == 1) Run<Any, One, E, F>(a, am, 1, b, ldb, c, m, n, k, end, fetch);
        else Run<One, Any, E, F>(a, 1, ak, b, ldb, c, m, n, k, end, fetch);
    }

    // AM and AK are am and ak, as far as the compiler may know them.
    private static void Run<AM, AK, E, F>(float* a, nint am, nint ak, float* b, nint ldb, in OutputRowMap c, int m, int n, int k, E end,
        F fetch)
        where AM : struct, IConstInt
        where AK : struct, IConstInt
        where E : struct, IGemmEpilogue<V>
        where F : struct, IPrefetch
    {
        for (var i = 0; i < m;)
        {
            if (m - i < 8 && (m < 8 || E.Adds))
            {
                // Columns from the last to the first, here as below.
                var few = m - i < 4 ? 1 : 4;
                for (var j = (n - 1) / S.Width * S.Width; j >= 0; j -= S.Width)
                {
                    if (few == 4) Four1(a + i * am, am, ak, b + j, ldb, c.At(i) + j, c.Apart, k, E.Adds);
                    else One1(a + i * am, ak, b + j, ldb, c.At(i) + j, k, E.Adds);
                }

                i += few;
                continue;
            }

            // Sixteen sums keep the units busy longest, where there are registers for them.
            if (S.Registers == 32 && n <= S.Width && m - i >= 16)
            {
                fetch.Rows(i, 16);
                Sixteen<Tall, E>(a + i * am, am, ak, b, ldb, c.At(i), c.At(i + 8), c.Apart, 0, k, end);
                i += 16;
                continue;
            }

            // A last block of rows that does not come out even starts earlier and computes some rows a second time.
            i = Math.Min(i, m - 8);
            fetch.Rows(i, 8);
            var rows = c.At(i);
            // Columns from the last to the first: what a row's last vector spoils of the next row is written after it.
            for (var j = (n + S.Width - 1) / S.Width * S.Width; j > 0;)
            {
                if (j > S.Width)
                {
                    j -= 2 * S.Width;
                    if (S.Registers == 32)
                        Sixteen<Wide, E>(a + i * am, am, ak, b + j, ldb, rows + j, rows + j + S.Width, c.Apart, j, k, end);
                    else TwiceEight<AM, AK, E>(a + i * am, am, ak, b + j, ldb, rows + j, c.Apart, j, k, end);
                }
                else
                {
                    j -= S.Width;
                    Eight1(a + i * am, am, ak, b + j, ldb, rows + j, c.Apart, j, k, end);
                }
            }

            i += 8;
        }
    }

    private static void Eight1<E>(float* a, nint am, nint ak, float* b, nint ldb, float* c, nint ldc, nint column, int k, E end)
        where E : struct, IGemmEpilogue<V>
    {
        V c0 = S.Zero, c1 = S.Zero, c2 = S.Zero, c3 = S.Zero, c4 = S.Zero, c5 = S.Zero, c6 = S.Zero, c7 = S.Zero;
        if (E.Adds)
        {
            c0 = S.Load(c);
            c1 = S.Load(c + ldc);
            c2 = S.Load(c + 2 * ldc);
            c3 = S.Load(c + 3 * ldc);
            c4 = S.Load(c + 4 * ldc);
            c5 = S.Load(c + 5 * ldc);
            c6 = S.Load(c + 6 * ldc);
            c7 = S.Load(c + 7 * ldc);
        }

        float* a3 = a + 3 * am, a6 = a + 6 * am;
        for (; k > 0; k--, a += ak, a3 += ak, a6 += ak, b += ldb)
        {
            var b0 = S.Load(b);
            c0 = S.MultiplyAdd(S.Broadcast(*a), b0, c0);
            c1 = S.MultiplyAdd(S.Broadcast(a[am]), b0, c1);
            c2 = S.MultiplyAdd(S.Broadcast(a[2 * am]), b0, c2);
            c3 = S.MultiplyAdd(S.Broadcast(*a3), b0, c3);
            c4 = S.MultiplyAdd(S.Broadcast(a3[am]), b0, c4);
            c5 = S.MultiplyAdd(S.Broadcast(a3[2 * am]), b0, c5);
            c6 = S.MultiplyAdd(S.Broadcast(*a6), b0, c6);
            c7 = S.MultiplyAdd(S.Broadcast(a6[am]), b0, c7);
        }

        PutEight(end, c, ldc, column, c0, c1, c2, c3, c4, c5, c6, c7);
    }

    private static void Four1(float* a, nint am, nint ak, float* b, nint ldb, float* c, nint ldc, int k, bool accumulate)
    {
        V c0 = S.Zero, c1 = S.Zero, c2 = S.Zero, c3 = S.Zero;
        if (accumulate) (c0, c1, c2, c3) = (S.Load(c), S.Load(c + ldc), S.Load(c + 2 * ldc), S.Load(c + 3 * ldc));
        for (; k > 0; k--, a += ak, b += ldb)
        {
            var b0 = S.Load(b);
            c0 = S.MultiplyAdd(S.Broadcast(*a), b0, c0);
            c1 = S.MultiplyAdd(S.Broadcast(a[am]), b0, c1);
            c2 = S.MultiplyAdd(S.Broadcast(a[2 * am]), b0, c2);
            c3 = S.MultiplyAdd(S.Broadcast(a[3 * am]), b0, c3);
        }

        Store<S, V>.Rows<CachedStore<S, V>>(c, ldc, c0, c1, c2, c3);
    }

    private static void One1(float* a, nint ak, float* b, nint ldb, float* c, int k, bool accumulate)
    {
        var sum = accumulate ? S.Load(c) : S.Zero;
        for (; k > 0; k--, a += ak, b += ldb) sum = S.MultiplyAdd(S.Broadcast(*a), S.Load(b), sum);
        S.Store(sum, c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PutEight<E>(E end, float* c, nint ldc, nint column, V c0, V c1, V c2, V c3, V c4, V c5, V c6, V c7)
        where E : struct, IGemmEpilogue<V>
    {
        var block = default(BlockMoments<V>);
        end.Put(second: false, c, ldc, column, ref block, c0, c1, c2, c3);
        end.Put(second: true, c + 4 * ldc, ldc, column, ref block, c4, c5, c6, c7);
    }
}
