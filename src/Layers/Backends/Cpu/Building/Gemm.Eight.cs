using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

// Eight sums as two vectors of four rows: six loads for eight products, where one vector of eight rows takes nine. For processors with
// sixteen registers.
internal static unsafe partial class Gemm<S, V>
{
    /// <summary>Two vectors of eight rows, four rows after four.</summary>
    private static void TwiceEight<AM, AK, E>(
        float* a, nint am, nint ak, float* b, nint ldb, float* c, nint ldc, nint column, int k, E end)
        where AM : struct, IConstInt
        where AK : struct, IConstInt
        where E : struct, IGemmEpilogue<V>
    {
        BlockMoments<V> left = default, right = default;
        Four<AM, AK, E>(second: false, a, am, ak, b, ldb, c, ldc, column, k, end, ref left, ref right);
        Four<AM, AK, E>(
            second: true, a + 4 * Known<AM>(am), am, ak, b, ldb, c + 4 * ldc, ldc, column, k, end, ref left, ref right);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four<AM, AK, E>(bool second, float* a, nint am, nint ak, float* b, nint ldb, float* c, nint ldc, nint column,
        int k, E end, ref BlockMoments<V> left, ref BlockMoments<V> right)
        where AM : struct, IConstInt
        where AK : struct, IConstInt
        where E : struct, IGemmEpilogue<V>
    {
        V c0 = S.Zero, c1 = S.Zero, c2 = S.Zero, c3 = S.Zero, d0 = S.Zero, d1 = S.Zero, d2 = S.Zero, d3 = S.Zero;
        if (E.Adds)
        {
            (c0, d0) = (S.Load(c), S.Load(c + S.Width));
            (c1, d1) = (S.Load(c + ldc), S.Load(c + ldc + S.Width));
            (c2, d2) = (S.Load(c + 2 * ldc), S.Load(c + 2 * ldc + S.Width));
            (c3, d3) = (S.Load(c + 3 * ldc), S.Load(c + 3 * ldc + S.Width));
        }

        // Four steps at a time: what counts and moves along would be a third of the instructions otherwise.
        for (; k >= 4; k -= 4, a += 4 * Known<AK>(ak), b += 4 * ldb)
        {
            float* a2 = a + 2 * Known<AK>(ak), b2 = b + 2 * ldb;
            Step<AM>(a, am, b, ref c0, ref c1, ref c2, ref c3, ref d0, ref d1, ref d2, ref d3);
            Step<AM>(a + Known<AK>(ak), am, b + ldb, ref c0, ref c1, ref c2, ref c3, ref d0, ref d1, ref d2, ref d3);
            Step<AM>(a2, am, b2, ref c0, ref c1, ref c2, ref c3, ref d0, ref d1, ref d2, ref d3);
            Step<AM>(a2 + Known<AK>(ak), am, b2 + ldb, ref c0, ref c1, ref c2, ref c3, ref d0, ref d1, ref d2, ref d3);
        }

        for (; k > 0; k--, a += Known<AK>(ak), b += ldb)
            Step<AM>(a, am, b, ref c0, ref c1, ref c2, ref c3, ref d0, ref d1, ref d2, ref d3);

        // What the last vector of a row spoils of the next row is written after it.
        end.Put(second, c + S.Width, ldc, column + S.Width, ref right, d0, d1, d2, d3);
        end.Put(second, c, ldc, column, ref left, c0, c1, c2, c3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<AM>(float* a, nint am, float* b, ref V c0, ref V c1, ref V c2, ref V c3, ref V d0, ref V d1, ref V d2,
        ref V d3)
        where AM : struct, IConstInt
    {
        V b0 = S.Load(b), b1 = S.Load(b + S.Width), x = S.Broadcast(*a);
        c0 = S.MultiplyAdd(x, b0, c0);
        d0 = S.MultiplyAdd(x, b1, d0);
        x = S.Broadcast(a[Known<AM>(am)]);
        c1 = S.MultiplyAdd(x, b0, c1);
        d1 = S.MultiplyAdd(x, b1, d1);
        x = S.Broadcast(a[2 * Known<AM>(am)]);
        c2 = S.MultiplyAdd(x, b0, c2);
        d2 = S.MultiplyAdd(x, b1, d2);
        x = S.Broadcast(a[3 * Known<AM>(am)]);
        c3 = S.MultiplyAdd(x, b0, c3);
        d3 = S.MultiplyAdd(x, b1, d3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Known<N>(nint number)
        where N : struct, IConstInt => N.Value == 0 ? number : N.Value;
}
