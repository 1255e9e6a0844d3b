using System.Runtime.Intrinsics;

namespace MIOpenDarts.Darts.Data;

/// <summary>The bytes of one image, whichever way its channels lie.</summary>
/// <param name="bytes">All of them.</param>
/// <param name="channels">Channels, at most 3.</param>
/// <param name="height">Rows.</param>
/// <param name="width">Columns.</param>
/// <param name="pixelStep">Bytes from a pixel to its right neighbour.</param>
/// <param name="channelStep">Bytes from a channel to the next.</param>
internal readonly ref struct PixelGrid(ReadOnlySpan<byte> bytes, int channels, int height, int width, int pixelStep, int channelStep)
{
    private const int Lanes = 4;
    private readonly ReadOnlySpan<byte> bytes = bytes;

    public int Channels { get; } = channels;

    public int Height { get; } = height;

    public int Width { get; } = width;

    /// <summary>Bytes [H, W, step], of which the first C of each pixel count.</summary>
    public static PixelGrid Interleaved(ReadOnlySpan<byte> bytes, int channels, int height, int width, int step) =>
        new(bytes, channels, height, width, step, 1);

    /// <summary>Bytes [C, H, W].</summary>
    public static PixelGrid Planes(ReadOnlySpan<byte> bytes, int channels, int height, int width) =>
        new(bytes, channels, height, width, 1, height * width);

    /// <summary>Pixels of a row from a column on as numbers, a channel in each of the first C lanes.</summary>
    public void Load(int row, int column, Span<Vector128<float>> pixels)
    {
        var (from, x) = ((row * Width + column) * pixelStep, 0);
        if (pixelStep == Lanes)
        {
            for (; x + Lanes <= pixels.Length; x += Lanes)
            {
                var four = Vector128.Create(bytes.Slice(from + x * Lanes, Lanes * Lanes));
                var (low, high) = (Vector128.WidenLower(four), Vector128.WidenUpper(four));
                pixels[x] = Vector128.ConvertToSingle(Vector128.WidenLower(low).AsInt32());
                pixels[x + 1] = Vector128.ConvertToSingle(Vector128.WidenUpper(low).AsInt32());
                pixels[x + 2] = Vector128.ConvertToSingle(Vector128.WidenLower(high).AsInt32());
                pixels[x + 3] = Vector128.ConvertToSingle(Vector128.WidenUpper(high).AsInt32());
            }
        }

        for (; x < pixels.Length; x++)
        {
            var at = from + x * pixelStep;
            pixels[x] = Vector128.Create(
                bytes[at], Channels > 1 ? bytes[at + channelStep] : 0f, Channels > 2 ? bytes[at + 2 * channelStep] : 0f, 0f);
        }
    }
}
