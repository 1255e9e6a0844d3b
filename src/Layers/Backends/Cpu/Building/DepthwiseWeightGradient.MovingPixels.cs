using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

// For 32 registers: the pixels of three rows of taps, loaded once, move along in registers from tap to tap.
internal static unsafe partial class DepthwiseWeightGradient<S, V>
{
    // One assignment after the other: swapped as tuples, the pixels would pass through copies that the compiler keeps.
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
                x0 = x1;
                x1 = x2;
                x2 = x3;
                x3 = x4;
                x4 = S.Load(p);
                if (K.Value > 4) a0 = S.MultiplyAdd(dy, x0, a0);
                if (K.Value > 3) a1 = S.MultiplyAdd(dy, x1, a1);
                if (K.Value > 2) a2 = S.MultiplyAdd(dy, x2, a2);
                a3 = S.MultiplyAdd(dy, x3, a3);
                a4 = S.MultiplyAdd(dy, x4, a4);

                if (R.Value > 1)
                {
                    y0 = y1;
                    y1 = y2;
                    y2 = y3;
                    y3 = y4;
                    y4 = S.Load(q);
                    if (K.Value > 4) b0 = S.MultiplyAdd(dy, y0, b0);
                    if (K.Value > 3) b1 = S.MultiplyAdd(dy, y1, b1);
                    if (K.Value > 2) b2 = S.MultiplyAdd(dy, y2, b2);
                    b3 = S.MultiplyAdd(dy, y3, b3);
                    b4 = S.MultiplyAdd(dy, y4, b4);
                }

                if (R.Value > 2)
                {
                    z0 = z1;
                    z1 = z2;
                    z2 = z3;
                    z3 = z4;
                    z4 = S.Load(r);
                    if (K.Value > 4) c0 = S.MultiplyAdd(dy, z0, c0);
                    if (K.Value > 3) c1 = S.MultiplyAdd(dy, z1, c1);
                    if (K.Value > 2) c2 = S.MultiplyAdd(dy, z2, c2);
                    c3 = S.MultiplyAdd(dy, z3, c3);
                    c4 = S.MultiplyAdd(dy, z4, c4);
                }
            }
        }

        Store(sums, a0, a1, a2, a3, a4, b0, b1, b2, b3, b4, c0, c1, c2, c3, c4);
        return TapRun.MostTaps - K.Value;
    }
}
