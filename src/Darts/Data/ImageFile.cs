using MIOpenDarts.Darts.Data.Pictures;
using MIOpenDarts.Darts.Files;
using StbImageSharp;

namespace MIOpenDarts.Darts.Data;

/// <summary>Decodes JPEG and PNG files, upright as EXIF says, and brings them to a size.</summary>
internal static class ImageFile
{
    /// <summary>What a test on ImageNet leaves at the border: scaled to 256 pixels, 224 are cut out of the middle.</summary>
    public const double CropMargin = 256.0 / 224;

    private const long MostBytes = 256L << 20;
    private const long MostPixels = 1L << 26;
    private static readonly string[] Extensions = [".jpg", ".jpeg", ".jpe", ".jfif", ".png"];

    /// <summary>Whether a file's name says that it is one.</summary>
    public static bool HasName(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>Rows and columns of the upright image, without decoding it.</summary>
    /// <exception cref="DataException">The file cannot be read, is no image, is cut off or is too large.</exception>
    public static (int Height, int Width) Size(string path)
    {
        var (bytes, check) = Load(path);
        var (height, width) = Size(path, bytes);
        return Turning.Swaps(check.Orientation) ? (width, height) : (height, width);
    }

    /// <summary>
    /// The middle of the image in <paramref name="height"/> x <paramref name="width"/> pixels [C,H,W]; a size that fits is copied.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="channels">1 for grey, 3 for red, green, blue.</param>
    /// <param name="height">Rows wanted.</param>
    /// <param name="width">Columns wanted.</param>
    /// <param name="margin">1 for as much of the image as fits; more leaves a border away, <see cref="CropMargin"/> what ImageNet's tests
    /// leave.</param>
    /// <exception cref="DataException">The file cannot be read or decoded.</exception>
    public static byte[] Read(string path, int channels, int height, int width, double margin = 1) =>
        ImageScaling.Fit(Decode(path, channels), height, width, margin);

    /// <summary>All pixels of a file, upright.</summary>
    /// <exception cref="DataException">It cannot be read or decoded.</exception>
    internal static PixelGrid Decode(string path, int channels)
    {
        var (bytes, check) = Load(path);
        Size(path, bytes);
        try
        {
            using var stream = new MemoryStream(bytes);
            var image = ImageResult.FromStream(stream, channels == 1 ? ColorComponents.Grey : ColorComponents.RedGreenBlue);
            // The decoder gives up amid a JPEG without a word, and what it did not write is as the memory was.
            if (check.End is { } end && stream.Position != end)
                throw new DataException(
                    $"{path}: the JPEG data is damaged (it cannot be decoded beyond byte {stream.Position} of {end}); fetch it again");
            return Turning.Upright(image.Data, channels, image.Height, image.Width, check.Orientation);
        }
        catch (Exception e) when (e is not DataException)
        {
            // The decoder tells damage by exceptions of many types.
            throw new DataException($"{path}: the image cannot be decoded ({e.Message.TrimEnd('.')}); it is damaged, fetch it again", e);
        }
    }

    private static (int Height, int Width) Size(string path, byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        var info = ImageInfo.FromStream(stream)
            ?? throw new DataException($"{path}: this is no JPEG or PNG image, or its header is damaged; remove it or fetch it again");
        if ((long)info.Width * info.Height > MostPixels)
            throw new DataException($"{path}: {info.Width}x{info.Height} pixels are too many; at most {MostPixels} are read");
        return (info.Height, info.Width);
    }

    private static (byte[] Bytes, PictureCheck Check) Load(string path)
    {
        try
        {
            if (!RegularFile.HasContents(path))
                throw new DataException(
                    $"{path}: this is no JPEG or PNG image: the file is empty, or it is a pipe or a device; remove it or fetch it again");
            using var stream = File.OpenRead(path);
            if (stream.Length > MostBytes) throw new DataException($"{path}: the file has more than {MostBytes >> 20} MiB");
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            var check = PictureCheck.Of(bytes);
            return check.Fault is null ? (bytes, check) : throw new DataException($"{path}: {check.Fault}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new DataException($"{path}: the file cannot be read: {UnreadableFile.Why(path, e)}", e);
        }
    }
}
