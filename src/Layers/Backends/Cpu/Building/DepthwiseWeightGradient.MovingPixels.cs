using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

// For 32 registers: the pixels of three rows of taps, loaded once, move along in registers from tap to tap.
internal static unsafe partial class DepthwiseWeightGradient<S, V>
{
    /// <summary>
    /// R rows of K taps; what these constants exclude is not compiled. The newest pixel of a row of taps enters at number 4 and moves
    /// down to number 5 − K.
    /// </summary>
    private static int MovingPixels<R, K>(
        float* d, nint dRow, float* x, nint xRow, int rows, nint length, TapRun* runs, float* sums, nint step)
        where R : struct, IConstInt
        where K : struct, IConstInt
    {
        V a0 = S.Zero, a1 = S.Zero, a2 = S.Zero, a3 = S.Zero, a4 = S.Zero;
        V b0 = S.Zero, b1 = S.Zero, b2 = S.Zero, b3 = S.Zero, b4 = S.Zero;
        V c0 = S.Zero, c1 = S.Zero, c2 = S.Zero, c3 = S.Zero, c4 = S.Zero;
        var ahead = (K.Value - 1) * step;
        for (; rows > 0; rows--, d += dRow, x += xRow)
        {
            var g = d;
            var p = x + runs->Offset + ahead;
            var q = x + runs[R.Value > 1 ? 1 : 0].Offset + ahead;
            var r = x + runs[R.Value > 2 ? 2 : 0].Offset + ahead;
            V x0 = S.Zero, x1 = K.Value > 4 ? S.Load(p - 4 * step) : S.Zero, x2 = K.Value > 3 ? S.Load(p - 3 * step) : S.Zero,
                x3 = K.Value > 2 ? S.Load(p - 2 * step) : S.Zero, x4 = K.Value > 1 ? S.Load(p - step) : S.Zero;
            V y0 = S.Zero, y1 = K.Value > 4 ? S.Load(q - 4 * step) : S.Zero, y2 = K.Value > 3 ? S.Load(q - 3 * step) : S.Zero,
                y3 = K.Value > 2 ? S.Load(q - 2 * step) : S.Zero, y4 = K.Value > 1 ? S.Load(q - step) : S.Zero;
            V z0 = S.Zero, z1 = K.Value > 4 ? S.Load(r - 4 * step) : S.Zero, z2 = K.Value > 3 ? S.Load(r - 3 * step) : S.Zero,
                z3 = K.Value > 2 ? S.Load(r - 2 * step) : S.Zero, z4 = K.Value > 1 ? S.Load(r - step) : S.Zero;
            for (var i = length; i > 0; i--, g += step, p += step, q += step, r += step)
            {
                var dy = S.Load(g);
                Taps<K>(dy, p, ref x0, ref x1, ref x2, ref x3, ref x4, ref a0, ref a1, ref a2, ref a3, ref a4);
                if (R.Value > 1) Taps<K>(dy, q, ref y0, ref y1, ref y2, ref y3, ref y4, ref b0, ref b1, ref b2, ref b3, ref b4);
                if (R.Value > 2) Taps<K>(dy, r, ref z0, ref z1, ref z2, ref z3, ref z4, ref c0, ref c1, ref c2, ref c3, ref c4);
            }
        }

        Store(sums, a0, a1, a2, a3, a4, b0, b1, b2, b3, b4, c0, c1, c2, c3, c4);
        return TapRun.MostTaps - K.Value;
    }

    // One assignment after the other: swapped as tuples, the pixels would pass through copies that the compiler keeps.
    /// <summary>The pixels of one row of taps move along, the newest enters, and their products with a gradient are added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Taps<K>(V dy, float* newest, ref V x0, ref V x1, ref V x2, ref V x3, ref V x4, ref V s0, ref V s1, ref V s2,
        ref V s3, ref V s4)
        where K : struct, IConstInt
    {
        x0 = x1;
        x1 = x2;
        x2 = x3;
        x3 = x4;
        x4 = S.Load(newest);
        if (K.Value > 4) s0 = S.MultiplyAdd(dy, x0, s0);
        if (K.Value > 3) s1 = S.MultiplyAdd(dy, x1, s1);
        if (K.Value > 2) s2 = S.MultiplyAdd(dy, x2, s2);
        s3 = S.MultiplyAdd(dy, x3, s3);
        s4 = S.MultiplyAdd(dy, x4, s4);
    }
}
