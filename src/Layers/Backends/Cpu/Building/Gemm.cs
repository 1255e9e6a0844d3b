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
        where E : struct, IGemmEpilogue<S, V>
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
        where E : struct, IGemmEpilogue<S, V>
        where F : struct, IPrefetch
    {
        for (var i = 0; i < m;)
        {
            if (m - i < 8 && (m < 8 || E.Adds))
            {
                // A single row is computed four times over. Columns from the last to the first, here as below.
                var (few, step, apart) = m - i < 4 ? (1, 0, 0) : (4, am, c.Apart);
                for (var j = (n - 1) / S.Width * S.Width; j >= 0; j -= S.Width)
                    OneVector<One, E>(a + i * am, step, ak, b + j, ldb, c.At(i) + j, null, apart, j, k, end);
                i += few;
                continue;
            }

            // Sixteen sums keep the units busy longest, where there are registers for them.
            if (S.Registers == 32 && n <= S.Width && m - i >= 16)
            {
                fetch.Rows(i, 16);
                OneVector<Four, E>(a + i * am, am, ak, b, ldb, c.At(i), c.At(i + 8), c.Apart, 0, k, end);
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
                    TwoVectors<AM, AK, E>(a + i * am, am, ak, b + j, ldb, rows + j, c.Apart, j, k, end);
                }
                else
                {
                    j -= S.Width;
                    OneVector<Two, E>(a + i * am, am, ak, b + j, ldb, rows + j, null, c.Apart, j, k, end);
                }
            }

            i += 8;
        }
    }

    /// <summary>One vector of N times four rows, of which the last eight of sixteen begin at <paramref name="second"/>.</summary>
    private static void OneVector<N, E>(float* a, nint am, nint ak, float* b, nint ldb, float* c, float* second, nint ldc, nint column,
        int k, E end)
        where N : struct, IConstInt
        where E : struct, IGemmEpilogue<S, V>
    {
        FourVectors<S, V> r0 = default, r1 = default, r2 = default, r3 = default;
        if (E.Adds) r0 = FourVectors<S, V>.Load(c, ldc);
        if (E.Adds && N.Value > 1) r1 = FourVectors<S, V>.Load(c + 4 * ldc, ldc);
        if (E.Adds && N.Value > 2) r2 = FourVectors<S, V>.Load(second, ldc);
        if (E.Adds && N.Value > 2) r3 = FourVectors<S, V>.Load(second + 4 * ldc, ldc);
        float* a1 = a + 4 * am, a2 = a + 8 * am, a3 = a + 12 * am;
        for (; k > 0; k--, a += ak, a1 += ak, a2 += ak, a3 += ak, b += ldb)
        {
            var b0 = S.Load(b);
            Add(a, am, b0, ref r0);
            if (N.Value > 1) Add(a1, am, b0, ref r1);
            if (N.Value > 2) Add(a2, am, b0, ref r2);
            if (N.Value > 2) Add(a3, am, b0, ref r3);
        }

        var block = default(BlockMoments<V>);
        end.Put(second: false, c, ldc, column, ref block, r0);
        if (N.Value > 1) end.Put(second: true, c + 4 * ldc, ldc, column, ref block, r1);
        if (N.Value > 2) end.Put(second: false, second, ldc, column, ref block, r2);
        if (N.Value > 2) end.Put(second: true, second + 4 * ldc, ldc, column, ref block, r3);
    }

    /// <summary>
    /// Two vectors of eight rows, together where there are registers for sixteen sums, otherwise four after four: six loads for eight
    /// products, where one vector of eight rows takes nine.
    /// </summary>
    private static void TwoVectors<AM, AK, E>(
        float* a, nint am, nint ak, float* b, nint ldb, float* c, nint ldc, nint column, int k, E end)
        where AM : struct, IConstInt
        where AK : struct, IConstInt
        where E : struct, IGemmEpilogue<S, V>
    {
        BlockMoments<V> left = default, right = default;
        TwoVectors<AM, AK, E>(second: false, a, am, ak, b, ldb, c, ldc, column, k, end, ref left, ref right);
        if (S.Registers < 32)
            TwoVectors<AM, AK, E>(
                second: true, a + 4 * Known<AM>(am), am, ak, b, ldb, c + 4 * ldc, ldc, column, k, end, ref left, ref right);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TwoVectors<AM, AK, E>(bool second, float* a, nint am, nint ak, float* b, nint ldb, float* c, nint ldc, nint column,
        int k, E end, ref BlockMoments<V> left, ref BlockMoments<V> right)
        where AM : struct, IConstInt
        where AK : struct, IConstInt
        where E : struct, IGemmEpilogue<S, V>
    {
        FourVectors<S, V> r0 = default, r1 = default, r2 = default, r3 = default;
        if (E.Adds) r0 = FourVectors<S, V>.Load(c, ldc);
        if (E.Adds) r1 = FourVectors<S, V>.Load(c + S.Width, ldc);
        if (E.Adds && S.Registers == 32) r2 = FourVectors<S, V>.Load(c + 4 * ldc, ldc);
        if (E.Adds && S.Registers == 32) r3 = FourVectors<S, V>.Load(c + 4 * ldc + S.Width, ldc);
        // Four steps at a time: what counts and moves along would be a third of the instructions otherwise.
        for (; k >= 4; k -= 4, a += 4 * Known<AK>(ak), b += 4 * ldb)
        {
            float* a2 = a + 2 * Known<AK>(ak), b2 = b + 2 * ldb;
            Step<AM>(a, am, b, ref r0, ref r1, ref r2, ref r3);
            Step<AM>(a + Known<AK>(ak), am, b + ldb, ref r0, ref r1, ref r2, ref r3);
            Step<AM>(a2, am, b2, ref r0, ref r1, ref r2, ref r3);
            Step<AM>(a2 + Known<AK>(ak), am, b2 + ldb, ref r0, ref r1, ref r2, ref r3);
        }

        for (; k > 0; k--, a += Known<AK>(ak), b += ldb) Step<AM>(a, am, b, ref r0, ref r1, ref r2, ref r3);
        // What the last vector of a row spoils of the next row is written after it.
        end.Put(second, c + S.Width, ldc, column + S.Width, ref right, r1);
        end.Put(second, c, ldc, column, ref left, r0);
        if (S.Registers < 32) return;
        end.Put(second: true, c + 4 * ldc + S.Width, ldc, column + S.Width, ref right, r3);
        end.Put(second: true, c + 4 * ldc, ldc, column, ref left, r2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<AM>(float* a, nint am, float* b, ref FourVectors<S, V> r0, ref FourVectors<S, V> r1,
        ref FourVectors<S, V> r2, ref FourVectors<S, V> r3)
        where AM : struct, IConstInt
    {
        V b0 = S.Load(b), b1 = S.Load(b + S.Width);
        Add(a, Known<AM>(am), b0, b1, ref r0, ref r1);
        if (S.Registers == 32) Add(a + 4 * Known<AM>(am), Known<AM>(am), b0, b1, ref r2, ref r3);
    }

    /// <summary>Adds one step of k to four rows: a's four numbers times a vector of b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float* a, nint am, V b, ref FourVectors<S, V> sums)
    {
        sums.V0 = S.MultiplyAdd(S.Broadcast(*a), b, sums.V0);
        sums.V1 = S.MultiplyAdd(S.Broadcast(a[am]), b, sums.V1);
        sums.V2 = S.MultiplyAdd(S.Broadcast(a[2 * am]), b, sums.V2);
        sums.V3 = S.MultiplyAdd(S.Broadcast(a[3 * am]), b, sums.V3);
    }

    /// <summary>The same for two vectors of b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float* a, nint am, V b0, V b1, ref FourVectors<S, V> left, ref FourVectors<S, V> right)
    {
        var x = S.Broadcast(*a);
        left.V0 = S.MultiplyAdd(x, b0, left.V0);
        right.V0 = S.MultiplyAdd(x, b1, right.V0);
        x = S.Broadcast(a[am]);
        left.V1 = S.MultiplyAdd(x, b0, left.V1);
        right.V1 = S.MultiplyAdd(x, b1, right.V1);
        x = S.Broadcast(a[2 * am]);
        left.V2 = S.MultiplyAdd(x, b0, left.V2);
        right.V2 = S.MultiplyAdd(x, b1, right.V2);
        x = S.Broadcast(a[3 * am]);
        left.V3 = S.MultiplyAdd(x, b0, left.V3);
        right.V3 = S.MultiplyAdd(x, b1, right.V3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Known<N>(nint number)
        where N : struct, IConstInt => N.Value == 0 ? number : N.Value;
}
