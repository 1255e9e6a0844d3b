namespace MIOpenDarts.Darts.Benchmarks.Operations;

/// <summary>Extent of the activations that an operation is measured on.</summary>
/// <param name="Batch">Images.</param>
/// <param name="Channels">C.</param>
/// <param name="Size">Height and width in pixels.</param>
internal readonly record struct Geometry(int Batch, int Channels, int Size)
{
    /// <summary>Channel counts that are measured: those of supernets that begin with 4, 8 and 16.</summary>
    public static IReadOnlyList<int> Widths { get; } = [4, 8, 16, 32, 64];

    /// <summary>The size at which the standard supernet (C = 16, images of 32x32) has so many channels; fewer stay at 32x32.</summary>
    public static Geometry Standard(int channels, int batch = 64) => new(batch, channels, channels <= 16 ? 32 : channels <= 32 ? 16 : 8);

    /// <summary>Numbers in an activation.</summary>
    public double Count => (double)Batch * Channels * Size * Size;

    /// <summary>The same at a stride of 1 or 2.</summary>
    public Geometry Strided(int stride) => this with { Size = (Size + stride - 1) / stride };
}
