namespace MIOpenDarts.Layers.Backends.Cpu.Convolution;

/// <summary>Rows of pixels of two images that belong together: distances in floats.</summary>
internal struct PixelGrid
{
    /// <summary>From one pixel to the next in x and in y.</summary>
    public int XStep, YStep;

    /// <summary>From one row to the next in x and in y.</summary>
    public nint XRow, YRow;

    /// <summary>Rows, and pixels of a row.</summary>
    public int Rows, Pixels;

    /// <summary>From y to x.</summary>
    public readonly PixelGrid Reversed() => this with { XStep = YStep, YStep = XStep, XRow = YRow, YRow = XRow };
}
