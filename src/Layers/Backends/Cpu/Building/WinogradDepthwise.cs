using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>
/// Two rows of outputs at a time, with fewer multiplications: of rows d0 … d3 and a filter with rows g0, g1, g2 (each product stands for a
/// convolution along the row), y = m0 + m1 + m2 and y' = m1 − m2 + m3, where
///   m0 = (d0 − d2)·g0,  m1 = (d1 + d2)·(g0 + g1 + g2)/2,  m2 = (d2 − d1)·(g0 − g1 + g2)/2,  m3 = (d3 − d1)·g2:
/// four products for six (Winograd's F(2,3); Lavin and Gray 2016, section 4.1). Of five rows the last two are
///   m4 = (d3 − d4)·g3,  m5 = d4·(g3 + g4),  m6 = (d5 − d4)·g4,  y += m4 + m5,  y' += m5 + m6:
/// seven for ten, and along a row of five taps the first four are two such pairs again, seven for ten of every two columns.
/// Sums and differences cost little: Zen 4 computes them in other units than products, and along a row each serves several taps.
/// </summary>
[SkipLocalsInit]
internal static unsafe partial class WinogradDepthwise<S, V>
    where S : struct, ISimd<V>
{
    /// <summary>
    /// dst = before + a square, for <paramref name="rows"/> rows, as many as <see cref="TapGroup.PairedRows"/> says, of one vector of the
    /// channels' pattern, at which all addresses are.
    /// </summary>
    /// <param name="dst">Rows are <paramref name="dstRow"/> floats apart.</param>
    /// <param name="dstRow">Floats from one row of dst to the next.</param>
    /// <param name="before">Laid out like dst, or null for zero.</param>
    /// <param name="x">Source; what two rows read is <paramref name="xRow"/> floats apart.</param>
    /// <param name="xRow">Floats from one row of x to the next.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Columns of a row, in patterns.</param>
    /// <param name="square">Taps relative to x.</param>
    /// <param name="phase">Place of the vector in the pattern.</param>
    /// <param name="pattern">Floats of a pattern.</param>
    /// <param name="fetch">A few rows at a time are prefetched, in step with what is computed: after a burst more of them is waited
    /// for.</param>
    /// <param name="first">Number of the first row to <paramref name="fetch"/>.</param>
    public static void Rows<F>(
        float* dst, nint dstRow, float* before, float* x, nint xRow, int rows, int columns, in TapGroup square, int phase, int pattern,
            F fetch, int first)
        where F : struct, IPrefetch
    {
        var count = rows / 2 * square.Runs->Spacing;
        var places = stackalloc WinogradPlace[count];
        var lines = new WinogradLines(dst, dstRow, x, xRow, rows, columns, square, pattern, places)
        {
            Z = before,
            Factors = square.Factors + phase * square.FactorCount
        };
        var most = Math.Max(1, TogetherColumns / lines.Columns);
        for (var done = 0; done < count; done += most)
        {
            lines.Places = places + done;
            lines.Count = Math.Min(count - done, most);
            var fetched = done * rows / count;
            fetch.Rows(first + fetched, (done + lines.Count) * rows / count - fetched);
            if (square.Count == 3) Three(lines);
            else WinogradFive<S, V>.Run(lines);
        }
    }

    /// <summary>
    /// The gradient of the weights: sums[t] += Σ_rows Σ_i d[i] · x[offset_t + i] for the taps of a square, where d stands as dst does in
    /// <see cref="Rows"/>. Of every product there is a sum of what its factors are multiplied with times the gradients of the rows that it
    /// goes to.
    /// </summary>
    public static void Sums(float* d, nint dRow, float* x, nint xRow, int rows, int columns, in TapGroup square, float* sums, int pattern)
    {
        var places = stackalloc WinogradPlace[rows / 2 * square.Runs->Spacing];
        var lines = new WinogradLines(d, dRow, x, xRow, rows, columns, square, pattern, places);
        var products = stackalloc float[MostSums * S.Width];
        if (square.Count == 3) ThreeSums(lines, products);
        else WinogradFive<S, V>.Sums(lines, products);
        AddTaps(products, square.Count, sums, pattern);
    }

    // Columns of all pairs: enough to make up for what a call costs, and not so many that what they read leaves L1.
    private const int TogetherColumns = 32;

    // Seven products along rows of five taps.
    private const int MostSums = 35;
}
