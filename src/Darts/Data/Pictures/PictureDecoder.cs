using StbImageSharp;

namespace MIOpenDarts.Darts.Data.Pictures;

/// <summary>Decodes the bytes of JPEG and PNG images, upright as EXIF says. Damage is told in one line.</summary>
internal static class PictureDecoder
{
    private const long MostPixels = 1L << 26;

    /// <summary>Rows and columns of the upright image, without decoding it.</summary>
    /// <exception cref="DataException">It is no image, is cut off or is too large.</exception>
    public static (int Height, int Width) Size(string name, byte[] bytes)
    {
        var (check, height, width) = Check(name, bytes);
        return Turning.Swaps(check.Orientation) ? (width, height) : (height, width);
    }

    /// <summary>All pixels.</summary>
    /// <param name="name">The file, or its place in an archive.</param>
    /// <param name="bytes">What is in it.</param>
    /// <param name="channels">1 for grey, 3 for red, green, blue.</param>
    /// <exception cref="DataException">It cannot be decoded.</exception>
    public static Picture Decode(string name, byte[] bytes, int channels)
    {
        var (check, _, _) = Check(name, bytes);
        try
        {
            return JpegSegments.Begin(bytes)
                ? DecodeJpeg(name, bytes, channels, check)
                : DecodePng(bytes, channels, check.Orientation);
        }
        catch (Exception e) when (e is not DataException)
        {
            // The decoder tells damage by exceptions of many types.
            throw Damaged(name, e.Message.TrimEnd('.'), e);
        }
    }

    private static (PictureCheck Check, int Height, int Width) Check(string name, byte[] bytes)
    {
        var check = PictureCheck.From(bytes);
        if (check.Fault is { } fault) throw new DataException($"{name}: {fault}");
        using var stream = new MemoryStream(bytes);
        var info = ImageInfo.FromStream(stream)
            ?? throw new DataException($"{name}: this is no JPEG or PNG image, or its header is damaged; remove it or fetch it again");
        if ((long)info.Width * info.Height > MostPixels)
            throw new DataException($"{name}: {info.Width}x{info.Height} pixels are too many; at most {MostPixels} are read");
        return (check, info.Height, info.Width);
    }

    private static unsafe Picture DecodeJpeg(string name, byte[] bytes, int channels, PictureCheck check)
    {
        using var stream = new MemoryStream(bytes);
        var decoder = new StbImage.stbi__jpeg { s = new StbImage.stbi__context(stream) };
        StbImage.stbi__setup_jpeg(decoder);
        JpegKernels.Install(decoder);
        int width, height, found;
        var step = channels == 1 ? 1 : 4;
        var pixels = StbImage.load_jpeg_image(decoder, &width, &height, &found, step);
        if (pixels is null) throw Damaged(name, StbImage.stbi__g_failure_reason ?? "for no reason that is told");
        var picture = Picture.From(pixels, channels, height, width, step, check.Orientation);
        if (stream.Position == check.End) return picture;
        picture.Dispose();
        // The decoder gives up amid a JPEG without a word, and what it did not write is as the memory was.
        throw new DataException(
            $"{name}: the JPEG data is damaged (it cannot be decoded beyond byte {stream.Position} of {check.End}); fetch it again");
    }

    private static Picture DecodePng(byte[] bytes, int channels, int orientation)
    {
        using var stream = new MemoryStream(bytes);
        var image = ImageResult.FromStream(stream, channels == 1 ? ColorComponents.Grey : ColorComponents.RedGreenBlue);
        return Picture.From(image.Data, channels, image.Height, image.Width, channels, orientation);
    }

    private static DataException Damaged(string name, string how, Exception? cause = null) =>
        new($"{name}: the image cannot be decoded ({how}); it is damaged, fetch it again", cause!);
}
