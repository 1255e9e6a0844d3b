namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>
/// Backward through a window, seen from the source: the taps that read its pixels fall into StrideH · StrideW classes by the remainders of
/// row and column, and in each class the gradient is a correlation with the filter rotated by 180°.
/// </summary>
/// <param name="source">Layout of the source.</param>
/// <param name="diff">Layout of the outputs' gradient.</param>
/// <param name="geometry">The window and the extent of its outputs.</param>
internal readonly ref struct RotatedTaps(in SourceLayout source, in DiffLayout diff, WindowGeometry geometry)
{
    private readonly SourceLayout source = source;
    private readonly DiffLayout diff = diff;

    /// <summary>
    /// Whether tap <paramref name="t"/> reads source pixels of class <paramref name="remainder"/>, and where their gradient lies relative
    /// to them.
    /// </summary>
    public bool Reads(int t, int remainder, out nint offset)
    {
        var row = remainder / source.StrideW - geometry.TapRow(t, source);
        var column = remainder % source.StrideW - geometry.TapColumn(t, source);
        offset = 0;
        if (row % source.StrideH != 0 || column % source.StrideW != 0) return false;
        offset = diff.At(row / source.StrideH, column / source.StrideW, source.Channels);
        return true;
    }
}
