using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

// For sixteen registers: sums fill them, and every product takes its pixel from memory.
internal static unsafe partial class DepthwiseWeightGradient<S, V>
{
    /// <summary>R rows of K taps whose pixels are Q vectors apart. The newest pixel of a row of taps belongs to number 4.</summary>
    private static int LoadedPixels<R, K, Q>(
        float* d, nint dRow, float* x, nint xRow, int rows, nint length, TapRun* runs, float* sums, nint anyStep)
        where R : struct, IConstInt
        where K : struct, IConstInt
        where Q : struct, IConstInt
    {
        var step = Q.Value == 0 ? anyStep : Q.Value * S.Width;
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
            for (var i = length; i > 0; i--, g += step, p += step, q += step, r += step)
            {
                var dy = S.Load(g);
                if (K.Value > 4) a0 = S.MultiplyAdd(dy, S.Load(p - 4 * step), a0);
                if (K.Value > 3) a1 = S.MultiplyAdd(dy, S.Load(p - 3 * step), a1);
                if (K.Value > 2) a2 = S.MultiplyAdd(dy, S.Load(p - 2 * step), a2);
                a3 = S.MultiplyAdd(dy, S.Load(p - step), a3);
                a4 = S.MultiplyAdd(dy, S.Load(p), a4);
                if (R.Value > 1 && K.Value > 4) b0 = S.MultiplyAdd(dy, S.Load(q - 4 * step), b0);
                if (R.Value > 1 && K.Value > 3) b1 = S.MultiplyAdd(dy, S.Load(q - 3 * step), b1);
                if (R.Value > 1 && K.Value > 2) b2 = S.MultiplyAdd(dy, S.Load(q - 2 * step), b2);
                if (R.Value > 1) b3 = S.MultiplyAdd(dy, S.Load(q - step), b3);
                if (R.Value > 1) b4 = S.MultiplyAdd(dy, S.Load(q), b4);
                if (R.Value > 2 && K.Value > 4) c0 = S.MultiplyAdd(dy, S.Load(r - 4 * step), c0);
                if (R.Value > 2 && K.Value > 3) c1 = S.MultiplyAdd(dy, S.Load(r - 3 * step), c1);
                if (R.Value > 2 && K.Value > 2) c2 = S.MultiplyAdd(dy, S.Load(r - 2 * step), c2);
                if (R.Value > 2) c3 = S.MultiplyAdd(dy, S.Load(r - step), c3);
                if (R.Value > 2) c4 = S.MultiplyAdd(dy, S.Load(r), c4);
            }
        }

        Store(sums, a0, a1, a2, a3, a4, b0, b1, b2, b3, b4, c0, c1, c2, c3, c4);
        return TapRun.MostTaps - K.Value;
    }
}
