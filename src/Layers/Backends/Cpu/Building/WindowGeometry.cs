namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>A window and the extent of its outputs.</summary>
internal readonly record struct WindowGeometry(Window2D Window, int Height, int Width)
{
    /// <summary>Bordered source row that tap <paramref name="t"/> of output row 0 reads.</summary>
    public int TapRow(int t, in SourceLayout source) => source.Border - Window.PaddingH + t / Window.KernelW * Window.Dilation;

    /// <summary>Bordered source column that tap <paramref name="t"/> of output column 0 reads.</summary>
    public int TapColumn(int t, in SourceLayout source) => source.Border - Window.PaddingW + t % Window.KernelW * Window.Dilation;
}
