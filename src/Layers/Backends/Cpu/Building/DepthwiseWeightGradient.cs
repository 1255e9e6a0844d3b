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
        FourVectors<S, V> a = default, b = default, c = default;
        V a4 = S.Zero, b4 = S.Zero, c4 = S.Zero;
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
                Add<K>(dy, p, step, ref a, ref a4);
                if (R.Value > 1) Add<K>(dy, q, step, ref b, ref b4);
                if (R.Value > 2) Add<K>(dy, r, step, ref c, ref c4);
            }
        }

        Store(a, a4, sums);
        Store(b, b4, sums + TapRun.MostTaps * S.Width);
        Store(c, c4, sums + 2 * TapRun.MostTaps * S.Width);
        return TapRun.MostTaps - K.Value;
    }

    /// <summary>Adds a gradient's products with the pixels of K taps to the last K of five sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<K>(V dy, float* p, nint step, ref FourVectors<S, V> sums, ref V newest)
        where K : struct, IConstInt
    {
        if (K.Value > 4) sums.V0 = S.MultiplyAdd(dy, S.Load(p - 4 * step), sums.V0);
        if (K.Value > 3) sums.V1 = S.MultiplyAdd(dy, S.Load(p - 3 * step), sums.V1);
        if (K.Value > 2) sums.V2 = S.MultiplyAdd(dy, S.Load(p - 2 * step), sums.V2);
        sums.V3 = S.MultiplyAdd(dy, S.Load(p - step), sums.V3);
        newest = S.MultiplyAdd(dy, S.Load(p), newest);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(in FourVectors<S, V> sums, V newest, float* place)
    {
        sums.Store(place, S.Width);
        S.Store(newest, place + 4 * S.Width);
    }
}
