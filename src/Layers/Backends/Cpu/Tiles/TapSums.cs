using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Tiles;

/// <summary>The weight gradient of a depthwise convolution: for every tap and channel the sum of diffDst · shifted source.</summary>
internal static unsafe class TapSums<S, V>
    where S : struct, ISimd<V>
    where V : struct
{
    private const int Taps = 9;

    /// <summary>
    /// sums[t] += Σ_rows Σ_i d[i] · x[offset_t + i], by channel pattern. Floats of d that belong to a row's last vector but not to
    /// the row must be zero.
    /// </summary>
    /// <param name="d">diffDst; rows are <paramref name="dRow"/> floats apart.</param>
    /// <param name="dRow">Floats from one row of d to the next.</param>
    /// <param name="x">Source; rows are <paramref name="xRow"/> floats apart.</param>
    /// <param name="xRow">Floats from one row of x to the next.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="vectors">Vectors in a row.</param>
    /// <param name="offsets">[count], in floats.</param>
    /// <param name="count">Number of taps.</param>
    /// <param name="sums">[count][period · width].</param>
    /// <param name="period">Vectors in a channel pattern.</param>
    public static void Run(
        float* d, nint dRow, float* x, nint xRow, int rows, int vectors, nint* offsets, int count, float* sums, int period)
    {
        var (step, length) = (period * S.Width, vectors * S.Width);
        var rest = stackalloc nint[Taps];
        var spare = stackalloc float[Taps * S.Width];
        for (var t = 0; t < count; t += Taps)
        {
            // The last group is filled up with taps whose sums nobody reads.
            var present = Math.Min(Taps, count - t);
            var places = offsets + t;
            if (present < Taps)
            {
                for (var i = 0; i < Taps; i++) rest[i] = offsets[t + Math.Min(i, present - 1)];
                places = rest;
            }

            for (var phase = 0; phase < length && phase < step; phase += S.Width)
            {
                for (var i = 0; i < present; i++) S.Store(S.Load(sums + (t + i) * step + phase), spare + i * S.Width);
                Nine(d + phase, dRow, x + phase, xRow, rows, length - phase, places, spare, step);
                for (var i = 0; i < present; i++) S.Store(S.Load(spare + i * S.Width), sums + (t + i) * step + phase);
            }
        }
    }

    private static void Nine(float* d, nint dRow, float* x, nint xRow, int rows, nint length, nint* offsets, float* sums, nint step)
    {
        float* x0 = x + offsets[0], x1 = x + offsets[1], x2 = x + offsets[2], x3 = x + offsets[3], x4 = x + offsets[4], x5 = x + offsets[5], x6 = x + offsets[6], x7 = x + offsets[7], x8 = x + offsets[8];
        V a0 = S.Load(sums), a1 = S.Load(sums + S.Width), a2 = S.Load(sums + 2 * S.Width), a3 = S.Load(sums + 3 * S.Width), a4 = S.Load(sums + 4 * S.Width), a5 = S.Load(sums + 5 * S.Width), a6 = S.Load(sums + 6 * S.Width), a7 = S.Load(sums + 7 * S.Width), a8 = S.Load(sums + 8 * S.Width);
        for (nint start = 0; rows > 0; rows--, start += xRow, d += dRow - xRow)
            for (var j = start; j < start + length; j += step)
            {
                var g = S.Load(d + j);
                a0 = S.MultiplyAdd(g, S.Load(x0 + j), a0);
                a1 = S.MultiplyAdd(g, S.Load(x1 + j), a1);
                a2 = S.MultiplyAdd(g, S.Load(x2 + j), a2);
                a3 = S.MultiplyAdd(g, S.Load(x3 + j), a3);
                a4 = S.MultiplyAdd(g, S.Load(x4 + j), a4);
                a5 = S.MultiplyAdd(g, S.Load(x5 + j), a5);
                a6 = S.MultiplyAdd(g, S.Load(x6 + j), a6);
                a7 = S.MultiplyAdd(g, S.Load(x7 + j), a7);
                a8 = S.MultiplyAdd(g, S.Load(x8 + j), a8);
            }

        S.Store(a0, sums);
        S.Store(a1, sums + S.Width);
        S.Store(a2, sums + 2 * S.Width);
        S.Store(a3, sums + 3 * S.Width);
        S.Store(a4, sums + 4 * S.Width);
        S.Store(a5, sums + 5 * S.Width);
        S.Store(a6, sums + 6 * S.Width);
        S.Store(a7, sums + 7 * S.Width);
        S.Store(a8, sums + 8 * S.Width);
    }
}
