using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>
/// The pixels that each output of a convolution reads as a row of a matrix, so that the convolution is a GEMM (Chellapilla et al. 2006),
/// for a few rows of outputs at a time: cols: [rows · W'][taps · I], zero where a tap lies outside the image.
/// </summary>
/// <param name="source">Extent of the image [H,W,C].</param>
/// <param name="window">Window; a negative padding shifts it.</param>
/// <param name="inputs">Channels of a group.</param>
/// <param name="columns">Outputs of a row.</param>
/// <param name="pitch">Floats from one row of cols to the next.</param>
internal readonly unsafe struct Im2Col<S, V>((int Height, int Width, int Channels) source, Window2D window, int inputs, int columns,
    nint pitch)
    where S : struct, ISimd<V>
{
    // Taps that lie one after the other in the image are copied as one run.
    private readonly int runTaps = window.Dilation == 1 && inputs == source.Channels ? window.KernelW : 1;

    /// <summary>cols from the group of channels that begins at <paramref name="x"/>; writes up to a vector after the last row.</summary>
    public void Gather(float* x, int first, int rows, float* cols)
    {
        for (var h = first; h < first + rows; h++)
            for (var w = 0; w < columns; w++, cols += pitch)
            {
                var to = cols;
                for (var row = 0; row < window.KernelH; row++)
                    for (var tap = 0; tap < window.KernelW; tap += runTaps, to += runTaps * inputs)
                    {
                        var from = Run(h, w, row, tap, out var before, out var count);
                        if (count < runTaps) new Span<float>(to, runTaps * inputs).Clear();
                        // What the last vector of a run spoils is written after it.
                        if (count == runTaps)
                            for (var c = 0; c < count * inputs; c += S.Width) S.Store(S.Load(x + from + c), to + c);
                        else if (count > 0)
                            LaneStores<S, V>.PutRun(x + from, to + before * inputs, count * inputs, accumulate: false);
                    }
            }
    }

    /// <summary>dx += cols, each element where it was gathered from (col2im).</summary>
    public void ScatterAdd(float* cols, int first, int rows, float* dx)
    {
        for (var h = first; h < first + rows; h++)
            for (var w = 0; w < columns; w++, cols += pitch)
            {
                var from = cols;
                for (var row = 0; row < window.KernelH; row++)
                    for (var tap = 0; tap < window.KernelW; tap += runTaps, from += runTaps * inputs)
                    {
                        var to = Run(h, w, row, tap, out var before, out var count);
                        if (count > 0) LaneStores<S, V>.PutRun(from + before * inputs, dx + to, count * inputs, accumulate: true);
                    }
            }
    }

    /// <summary>
    /// Place in the image of a run of taps of an output: the first inside after so many <paramref name="before"/>, of
    /// <paramref name="count"/>.
    /// </summary>
    private nint Run(int h, int w, int tapRow, int tapColumn, out int before, out int count)
    {
        var row = h * window.StrideH - window.PaddingH + tapRow * window.Dilation;
        var column = w * window.StrideW - window.PaddingW + tapColumn * window.Dilation;
        before = Math.Max(0, -column);
        count = (uint)row < (uint)source.Height ? Math.Min(runTaps, source.Width - column) - before : 0;
        return ((nint)row * source.Width + column + before) * source.Channels;
    }
}
