using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>The weight gradient of a depthwise convolution: for every tap and channel the sum of diffDst · shifted source.</summary>
internal static unsafe class DepthwiseWeightGradient<S, V>
    where S : struct, ISimd<V>
{
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
    /// <param name="taps">Taps relative to x.</param>
    /// <param name="sums">[taps of all runs][period · width].</param>
    /// <param name="period">Vectors in a channel pattern.</param>
    public static void Run(float* d, nint dRow, float* x, nint xRow, int rows, int vectors, in TapList taps, float* sums, int period)
    {
        var pattern = period * S.Width;
        for (var g = 0; g < taps.GroupCount; g++)
        {
            ref var group = ref taps.Groups[g];
            var paired = vectors % period == 0 ? group.PairedRows(rows, vectors / period) : 0;
            for (var phase = 0; phase < pattern && paired > 0; phase += S.Width)
                WinogradDepthwise<S, V>.Sums(d + phase, dRow, x + phase, xRow, paired, vectors / period, group, sums + phase, pattern);
            if (paired < rows)
                Runs(d + paired * dRow, dRow, x + paired * xRow, xRow, rows - paired, vectors, group.Runs, group.Count, sums, period);
            for (var r = 0; r < group.Count; r++) sums += group.Runs[r].Taps * pattern;
        }
    }

    private static void Runs(
        float* d, nint dRow, float* x, nint xRow, int rows, int vectors, TapRun* runs, int count, float* sums, int period)
    {
        var pattern = period * S.Width;
        var block = stackalloc float[Most * TapRun.MostTaps * S.Width];
        for (var done = 0; done < count;)
        {
            // Up to three runs of one spacing: with five taps each their sums just fill sixteen registers.
            var (present, taps) = (1, runs->Taps);
            while (present < Most && done + present < count && runs[present].Spacing == runs->Spacing)
                taps = Math.Max(taps, runs[present++].Taps);
            var step = runs->Spacing * pattern;
            for (var phase = 0; phase < step && phase < vectors * S.Width; phase += S.Width)
            {
                nint length = (vectors * S.Width - phase + step - 1) / step;
                var first = Block(present, taps, d + phase, dRow, x + phase, xRow, rows, length, runs, block, step);
                var sum = sums + phase % pattern;
                for (var r = 0; r < present; r++)
                    for (var t = 0; t < runs[r].Taps; t++, sum += pattern)
                        S.Store(S.Add(S.Load(sum), S.Load(block + (r * TapRun.MostTaps + first + t) * S.Width)), sum);
            }

            for (var r = 0; r < present; r++) sums += runs[r].Taps * pattern;
            done += present;
            runs += present;
        }
    }

    private const int Most = 3;

    /// <summary>Returns the place of a run's first tap among its five sums.</summary>
    private static int Block(
        int rowsOfTaps, int taps, float* d, nint dRow, float* x, nint xRow, int rows, nint length, TapRun* runs, float* sums, nint step) =>
            (rowsOfTaps, taps) switch
            {
                (3, > 3) => Block<Three, Five>(d, dRow, x, xRow, rows, length, runs, sums, step),
                (3, 3) => Block<Three, Three>(d, dRow, x, xRow, rows, length, runs, sums, step),
                (3, _) => Block<Three, Two>(d, dRow, x, xRow, rows, length, runs, sums, step),
                (2, > 3) => Block<Two, Five>(d, dRow, x, xRow, rows, length, runs, sums, step),
                (2, _) => Block<Two, Three>(d, dRow, x, xRow, rows, length, runs, sums, step),
                (_, > 3) => Block<One, Five>(d, dRow, x, xRow, rows, length, runs, sums, step),
                _ => Block<One, Three>(d, dRow, x, xRow, rows, length, runs, sums, step),
            };

    /// <summary>R rows of K taps; what these constants exclude is not compiled.</summary>
    private static int Block<R, K>(float* d, nint dRow, float* x, nint xRow, int rows, nint length, TapRun* runs, float* sums, nint step)
        where R : struct, IConstInt
        where K : struct, IConstInt => (step / S.Width) switch
        {
            1 => Block<R, K, One>(d, dRow, x, xRow, rows, length, runs, sums, step),
            2 => Block<R, K, Two>(d, dRow, x, xRow, rows, length, runs, sums, step),
            4 => Block<R, K, Four>(d, dRow, x, xRow, rows, length, runs, sums, step),
            8 => Block<R, K, Eight>(d, dRow, x, xRow, rows, length, runs, sums, step),
            _ => Block<R, K, Any>(d, dRow, x, xRow, rows, length, runs, sums, step),
        };

    /// <summary>R rows of K taps whose pixels are Q vectors apart. The newest pixel of a row of taps belongs to number 4.</summary>
    private static int Block<R, K, Q>(
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

    /// <summary>[3][5], of which the last K of each row count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(
        float* sums, V a0, V a1, V a2, V a3, V a4, V b0, V b1, V b2, V b3, V b4, V c0, V c1, V c2, V c3, V c4)
    {
        S.Store(a0, sums);
        S.Store(a1, sums + S.Width);
        S.Store(a2, sums + 2 * S.Width);
        S.Store(a3, sums + 3 * S.Width);
        S.Store(a4, sums + 4 * S.Width);
        S.Store(b0, sums + 5 * S.Width);
        S.Store(b1, sums + 6 * S.Width);
        S.Store(b2, sums + 7 * S.Width);
        S.Store(b3, sums + 8 * S.Width);
        S.Store(b4, sums + 9 * S.Width);
        S.Store(c0, sums + 10 * S.Width);
        S.Store(c1, sums + 11 * S.Width);
        S.Store(c2, sums + 12 * S.Width);
        S.Store(c3, sums + 13 * S.Width);
        S.Store(c4, sums + 14 * S.Width);
    }
}
