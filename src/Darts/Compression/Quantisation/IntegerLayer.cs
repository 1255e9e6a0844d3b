using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Compression.Quantisation;

/// <summary>Bytes [C,H,W] of an image, and what they mean.</summary>
/// <param name="Channels">C.</param>
/// <param name="Height">H.</param>
/// <param name="Width">W.</param>
/// <param name="Scale">Their scale.</param>
internal readonly record struct ByteValue(int Channels, int Height, int Width, ByteScale Scale)
{
    /// <summary>Pixels of a channel.</summary>
    public int Pixels => Height * Width;

    /// <summary>Number of bytes.</summary>
    public int Count => Channels * Pixels;
}

/// <summary>A layer that computes bytes from bytes, one image at a time.</summary>
/// <param name="name">Official name of the layer, or what it does.</param>
/// <param name="sources">Numbers of the values that it reads.</param>
/// <param name="from">What it reads.</param>
/// <param name="to">What it computes.</param>
internal abstract class IntegerLayer(string name, int[] sources, ByteValue[] from, ByteValue to)
{
    /// <summary>Official name of the layer, or what it does.</summary>
    public string Name => name;

    /// <summary>Numbers of the values that it reads.</summary>
    public int[] Sources => sources;

    /// <summary>What it reads.</summary>
    public ByteValue[] From => from;

    /// <summary>What it computes.</summary>
    public ByteValue To => to;

    /// <summary>Computes y [C,H,W] from the sources' bytes.</summary>
    public abstract void Run(byte[][] x, byte[] y);
}

/// <summary>A layer that computes numbers between bytes, and rounds them.</summary>
internal abstract class RoundingLayer(string name, int[] sources, ByteValue[] from, ByteValue to) : IntegerLayer(name, sources, from, to)
{
    /// <summary>Computes the result in steps of the destination, before it is rounded: [C,H,W].</summary>
    public abstract void Steps(byte[][] x, float[] steps);

    /// <inheritdoc/>
    public override void Run(byte[][] x, byte[] y)
    {
        var steps = new float[To.Count];
        Steps(x, steps);
        for (var i = 0; i < steps.Length; i++) y[i] = To.Scale.Round(steps[i]);
    }
}
