using MIOpenDarts.Darts.Data.Pictures;
using MIOpenDarts.Darts.Files;

namespace MIOpenDarts.Darts.Data;

/// <summary>Decodes JPEG and PNG files, upright as EXIF says, and brings them to a size.</summary>
internal static class ImageFile
{
    /// <summary>What a test on ImageNet leaves at the border: scaled to 256 pixels, 224 are cut out of the middle.</summary>
    public const double CropMargin = 256.0 / 224;

    /// <summary>Bytes that an image file may have.</summary>
    internal const long MostBytes = 256L << 20;

    private static readonly string[] Extensions = [".jpg", ".jpeg", ".jpe", ".jfif", ".png"];

    /// <summary>Whether a file's name says that it is one.</summary>
    public static bool HasName(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>Rows and columns of the upright image, without decoding it.</summary>
    /// <exception cref="DataException">The file cannot be read, is no image, is cut off or is too large.</exception>
    public static (int Height, int Width) Size(string path) => PictureDecoder.Size(path, Load(path));

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
    public static byte[] Read(string path, int channels, int height, int width, double margin = 1)
    {
        using var picture = PictureDecoder.Decode(path, Load(path), channels);
        return ImageScaling.Fit(picture.Pixels, height, width, margin);
    }

    /// <summary>The bytes of a file.</summary>
    /// <exception cref="DataException">It cannot be read.</exception>
    internal static byte[] Load(string path)
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
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new DataException($"{path}: the file cannot be read: {UnreadableFile.Why(path, e)}", e);
        }
    }
}
