using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Tiles;

/// <summary>
/// Small matrix products whose operands lie in the first caches: a pointwise convolution (m: pixels, k: input channels), its data
/// gradient (k: output channels) and its weight gradient (m: output channels, k: pixels).
/// </summary>
internal static unsafe class MatrixProduct<S, V>
    where S : struct, ISimd<V>
    where V : struct
{
    /// <summary>
    /// c[m][n] = Σ_k a[m · am + k · ak] · b[k · ldb + n], added to c if <paramref name="accumulate"/>. Reads and writes whole vectors
    /// in n: where n is not a multiple of the width, a row's last vector runs into the next row of c, which must be written later or
    /// be padded (and must be padded if <paramref name="accumulate"/>).
    /// </summary>
    public static void Run(float* a, nint am, nint ak, float* b, nint ldb, float* c, nint ldc, int m, int n, int k, bool accumulate)
    {
        for (var i = 0; i < m;)
        {
            if (m - i < 8 && (m < 8 || accumulate))
            {
                for (var j = 0; j < n; j += S.Width) One1(a + i * am, ak, b + j, ldb, c + i * ldc + j, k, accumulate);
                i++;
                continue;
            }

            // A last block of rows that does not come out even starts earlier and computes some rows a second time.
            i = Math.Min(i, m - 8);
            // Columns from the last to the first: what a row's last vector spoils of the next row is written after it.
            for (var j = (n + S.Width - 1) / S.Width * S.Width; j > 0;)
            {
                // Two vectors of eight rows need sixteen sums: too many for AVX2's registers.
                if (S.Width == 16 && j > S.Width)
                {
                    j -= 2 * S.Width;
                    Eight2(a + i * am, am, ak, b + j, ldb, c + i * ldc + j, ldc, k, accumulate);
                }
                else
                {
                    j -= S.Width;
                    Eight1(a + i * am, am, ak, b + j, ldb, c + i * ldc + j, ldc, k, accumulate);
                }
            }

            i += 8;
        }
    }

    private static void Eight2(float* a, nint am, nint ak, float* b, nint ldb, float* c, nint ldc, int k, bool accumulate)
    {
        V c0 = S.Zero, c1 = S.Zero, c2 = S.Zero, c3 = S.Zero, c4 = S.Zero, c5 = S.Zero, c6 = S.Zero, c7 = S.Zero;
        V c0x = S.Zero, c1x = S.Zero, c2x = S.Zero, c3x = S.Zero, c4x = S.Zero, c5x = S.Zero, c6x = S.Zero, c7x = S.Zero;
        if (accumulate)
        {
            (c0, c0x) = (S.Load(c), S.Load(c + S.Width));
            (c1, c1x) = (S.Load(c + ldc), S.Load(c + ldc + S.Width));
            (c2, c2x) = (S.Load(c + 2 * ldc), S.Load(c + 2 * ldc + S.Width));
            (c3, c3x) = (S.Load(c + 3 * ldc), S.Load(c + 3 * ldc + S.Width));
            (c4, c4x) = (S.Load(c + 4 * ldc), S.Load(c + 4 * ldc + S.Width));
            (c5, c5x) = (S.Load(c + 5 * ldc), S.Load(c + 5 * ldc + S.Width));
            (c6, c6x) = (S.Load(c + 6 * ldc), S.Load(c + 6 * ldc + S.Width));
            (c7, c7x) = (S.Load(c + 7 * ldc), S.Load(c + 7 * ldc + S.Width));
        }

        float* a3 = a + 3 * am, a6 = a + 6 * am;
        for (; k > 0; k--, a += ak, a3 += ak, a6 += ak, b += ldb)
        {
            var (b0, b1) = (S.Load(b), S.Load(b + S.Width));
            var x = S.Broadcast(*a);
            (c0, c0x) = (S.MultiplyAdd(x, b0, c0), S.MultiplyAdd(x, b1, c0x));
            x = S.Broadcast(a[am]);
            (c1, c1x) = (S.MultiplyAdd(x, b0, c1), S.MultiplyAdd(x, b1, c1x));
            x = S.Broadcast(a[2 * am]);
            (c2, c2x) = (S.MultiplyAdd(x, b0, c2), S.MultiplyAdd(x, b1, c2x));
            x = S.Broadcast(*a3);
            (c3, c3x) = (S.MultiplyAdd(x, b0, c3), S.MultiplyAdd(x, b1, c3x));
            x = S.Broadcast(a3[am]);
            (c4, c4x) = (S.MultiplyAdd(x, b0, c4), S.MultiplyAdd(x, b1, c4x));
            x = S.Broadcast(a3[2 * am]);
            (c5, c5x) = (S.MultiplyAdd(x, b0, c5), S.MultiplyAdd(x, b1, c5x));
            x = S.Broadcast(*a6);
            (c6, c6x) = (S.MultiplyAdd(x, b0, c6), S.MultiplyAdd(x, b1, c6x));
            x = S.Broadcast(a6[am]);
            (c7, c7x) = (S.MultiplyAdd(x, b0, c7), S.MultiplyAdd(x, b1, c7x));
        }

        S.Store(c0, c);
        S.Store(c0x, c + S.Width);
        S.Store(c1, c + ldc);
        S.Store(c1x, c + ldc + S.Width);
        S.Store(c2, c + 2 * ldc);
        S.Store(c2x, c + 2 * ldc + S.Width);
        S.Store(c3, c + 3 * ldc);
        S.Store(c3x, c + 3 * ldc + S.Width);
        S.Store(c4, c + 4 * ldc);
        S.Store(c4x, c + 4 * ldc + S.Width);
        S.Store(c5, c + 5 * ldc);
        S.Store(c5x, c + 5 * ldc + S.Width);
        S.Store(c6, c + 6 * ldc);
        S.Store(c6x, c + 6 * ldc + S.Width);
        S.Store(c7, c + 7 * ldc);
        S.Store(c7x, c + 7 * ldc + S.Width);
    }

    private static void Eight1(float* a, nint am, nint ak, float* b, nint ldb, float* c, nint ldc, int k, bool accumulate)
    {
        V c0 = S.Zero, c1 = S.Zero, c2 = S.Zero, c3 = S.Zero, c4 = S.Zero, c5 = S.Zero, c6 = S.Zero, c7 = S.Zero;
        if (accumulate)
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

        S.Store(c0, c);
        S.Store(c1, c + ldc);
        S.Store(c2, c + 2 * ldc);
        S.Store(c3, c + 3 * ldc);
        S.Store(c4, c + 4 * ldc);
        S.Store(c5, c + 5 * ldc);
        S.Store(c6, c + 6 * ldc);
        S.Store(c7, c + 7 * ldc);
    }

    private static void One1(float* a, nint ak, float* b, nint ldb, float* c, int k, bool accumulate)
    {
        var sum = accumulate ? S.Load(c) : S.Zero;
        for (; k > 0; k--, a += ak, b += ldb) sum = S.MultiplyAdd(S.Broadcast(*a), S.Load(b), sum);
        S.Store(sum, c);
    }
}
