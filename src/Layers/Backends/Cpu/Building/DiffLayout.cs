namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>
/// How the gradient of a depthwise output lies in scratch: with the border of zeros that the data gradient reads, which is that of output
/// pixels that the pixels of the source could have been read by. Equal for all windows that it covers.
/// </summary>
internal struct DiffLayout(in SourceLayout source, int vectorWidth)
{
    private readonly SourceLayout source = source;
    private readonly int vectorWidth = vectorWidth;

    // Rows and columns of zeros before output pixel (0, 0), and the last ones after it.
    private int top, left, bottom, right, slack;

    /// <summary>Floats from one row to the next.</summary>
    public nint Row { get; private set; }

    /// <summary>Floats of one image: whole pairs of lines, so that all lie equally far from what the data gradient writes.</summary>
    public nint Floats { get; private set; }

    /// <summary>Takes a window in.</summary>
    public void Cover(in WindowGeometry window)
    {
        (bottom, right) = (Math.Max(bottom, window.Height - 1), Math.Max(right, window.Width - 1));
        if (window.Width * source.Channels % vectorWidth != 0) slack = vectorWidth;
        // The first tap reads furthest up and left, the last furthest down and right.
        foreach (var t in (ReadOnlySpan<int>)[0, window.Window.Taps - 1])
        {
            var (row, column) = (source.Border - window.TapRow(t, source), source.Border - window.TapColumn(t, source));
            top = Math.Max(top, -FloorDivide(row, source.StrideH));
            left = Math.Max(left, -FloorDivide(column, source.StrideW));
            bottom = Math.Max(bottom, FloorDivide(row + source.Height - 1, source.StrideH));
            right = Math.Max(right, FloorDivide(column + source.Width - 1, source.StrideW));
        }

        Row = SourceLayout.RoundUp((nint)(left + right + 1) * source.Channels + slack, vectorWidth);
        Floats = SourceLayout.RoundUp((top + bottom + 1) * Row + vectorWidth, 2 * vectorWidth);
    }

    /// <summary>Place of output pixel (row, column).</summary>
    public readonly nint At(int row, int column) => (row + top) * Row + (nint)(column + left) * source.Channels;

    private static int FloorDivide(int a, int b) => a >= 0 ? a / b : -((b - 1 - a) / b);
}
