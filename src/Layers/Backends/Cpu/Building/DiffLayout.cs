namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>
/// How the gradient of a depthwise output lies in scratch: with the border of zeros that the data gradient reads. Equal for all
/// branches of a call.
/// </summary>
internal unsafe struct DiffLayout
{
    /// <summary>Rows of zeros above.</summary>
    public int Top;

    /// <summary>Columns of zeros at the left.</summary>
    public int Left;

    /// <summary>Floats from one row to the next.</summary>
    public nint Row;

    /// <summary>Floats of one image.</summary>
    public nint Floats;

    /// <summary>Finds the border: the extremes of output pixels that the pixels of the source could have been read by.</summary>
    public static DiffLayout For(in SourceLayout source, ReadOnlySpan<WindowGeometry> branches, int vectorWidth)
    {
        int top = 0, left = 0, bottom = 0, right = 0;
        var slack = 0;
        foreach (var b in branches)
        {
            bottom = Math.Max(bottom, b.Height - 1);
            right = Math.Max(right, b.Width - 1);
            if (b.Width * source.Channels % vectorWidth != 0) slack = vectorWidth;
            // The first tap reads furthest up and left, the last furthest down and right.
            foreach (var t in (ReadOnlySpan<int>)[0, b.Window.Taps - 1])
            {
                var (row, column) = (b.TapRow(t, source), b.TapColumn(t, source));
                top = Math.Max(top, -FloorDivide(source.Border - row, source.StrideH));
                left = Math.Max(left, -FloorDivide(source.Border - column, source.StrideW));
                bottom = Math.Max(bottom, FloorDivide(source.Border + source.Height - 1 - row, source.StrideH));
                right = Math.Max(right, FloorDivide(source.Border + source.Width - 1 - column, source.StrideW));
            }
        }

        var layout = new DiffLayout
        {
            Top = top,
            Left = left,
            Row = SourceLayout.RoundUp((nint)(left + right + 1) * source.Channels + slack, vectorWidth),
        };
        // Whole pairs of lines, so that all branches' images lie equally far from what the data gradient writes.
        layout.Floats = SourceLayout.RoundUp((top + bottom + 1) * layout.Row + vectorWidth, 2 * vectorWidth);
        return layout;
    }

    /// <summary>Place of output pixel (row, column).</summary>
    public readonly nint At(int row, int column, int channels) => (row + Top) * Row + (nint)(column + Left) * channels;

    private static int FloorDivide(int a, int b) => a >= 0 ? a / b : -((b - 1 - a) / b);
}
