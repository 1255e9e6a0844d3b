namespace MIOpenDarts.Layers.Tensors;

/// <summary>Logical extent of a tensor: images, channels, height, width. Filters use O, I, kh, kw; a vector is 1, C, 1, 1.</summary>
/// <param name="N">Images (or output channels of a filter).</param>
/// <param name="C">Channels (or input channels per group of a filter).</param>
/// <param name="H">Height in pixels.</param>
/// <param name="W">Width in pixels.</param>
public readonly record struct Shape(int N, int C, int H, int W)
{
    /// <summary>Number of elements.</summary>
    public long Count => (long)N * C * H * W;

    /// <summary>Elements of one image.</summary>
    public long CountPerImage => (long)C * H * W;

    /// <summary>Pixels of one image.</summary>
    public int Pixels => H * W;

    /// <summary>A vector of <paramref name="length"/> numbers: 1, length, 1, 1.</summary>
    public static Shape Vector(int length) => new(1, length, 1, 1);

    /// <inheritdoc/>
    public override string ToString() => $"[{N},{C},{H},{W}]";
}
