namespace MIOpenDarts.Darts.Data.Pictures;

/// <summary>Turns and mirrors pixels so that they stand upright.</summary>
internal static class Turning
{
    /// <summary>Pixels of an image as an EXIF orientation wants them seen.</summary>
    /// <param name="pixels">Bytes [H, W, C] as they were decoded.</param>
    /// <param name="channels">C, bytes of a pixel.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <param name="orientation">EXIF orientation, 1 to 8: from 5 on rows and columns change places.</param>
    public static byte[] Upright(ReadOnlySpan<byte> pixels, int channels, int height, int width, int orientation)
    {
        // Where the upright image's first pixel lies, and how far it is to the one below and to the one on the right.
        var (first, down, right) = orientation switch
        {
            2 => (width - 1, width, -1),
            3 => (height * width - 1, -width, -1),
            4 => ((height - 1) * width, -width, 1),
            5 => (0, 1, width),
            6 => ((height - 1) * width, 1, -width),
            7 => (height * width - 1, -1, -width),
            8 => (width - 1, -1, width),
            _ => (0, width, 1),
        };
        if (Swaps(orientation)) (height, width) = (width, height);
        var upright = new byte[pixels.Length];
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
                for (var c = 0; c < channels; c++)
                    upright[(y * width + x) * channels + c] = pixels[(first + y * down + x * right) * channels + c];
        return upright;
    }

    /// <summary>Whether an orientation asks for anything.</summary>
    public static bool Turns(int orientation) => orientation is >= 2 and <= 8;

    /// <summary>Whether an orientation makes rows of columns.</summary>
    public static bool Swaps(int orientation) => orientation is >= 5 and <= 8;
}
