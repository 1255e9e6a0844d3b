namespace MIOpenDarts.Darts.Data;

/// <summary>The bytes of one image, whichever way its channels lie.</summary>
/// <param name="bytes">All of them.</param>
/// <param name="channels">Channels.</param>
/// <param name="height">Rows.</param>
/// <param name="width">Columns.</param>
/// <param name="pixelStep">Bytes from a pixel to its right neighbour.</param>
/// <param name="channelStep">Bytes from a channel to the next.</param>
internal readonly ref struct PixelGrid(ReadOnlySpan<byte> bytes, int channels, int height, int width, int pixelStep, int channelStep)
{
    private readonly ReadOnlySpan<byte> bytes = bytes;

    public int Channels { get; } = channels;

    public int Height { get; } = height;

    public int Width { get; } = width;

    public int PixelStep { get; } = pixelStep;

    /// <summary>Bytes [H, W, C].</summary>
    public static PixelGrid Interleaved(ReadOnlySpan<byte> bytes, int channels, int height, int width) =>
        new(bytes, channels, height, width, channels, 1);

    /// <summary>Bytes [C, H, W].</summary>
    public static PixelGrid Planes(ReadOnlySpan<byte> bytes, int channels, int height, int width) =>
        new(bytes, channels, height, width, 1, height * width);

    /// <summary>One channel of a row from a column on; neighbours are <see cref="PixelStep"/> apart.</summary>
    public ReadOnlySpan<byte> Row(int channel, int row, int column) =>
        bytes[(channel * channelStep + (row * Width + column) * PixelStep)..];
}
