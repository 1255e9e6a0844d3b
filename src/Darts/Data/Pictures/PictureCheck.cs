namespace MIOpenDarts.Darts.Data.Pictures;

/// <summary>What the structure of an image file tells before anything is decoded.</summary>
/// <param name="Fault">Why it cannot be used, with the cure; null for a whole file.</param>
/// <param name="Orientation">EXIF orientation of its pixels, 1 to 8; 1 for upright.</param>
/// <param name="End">Where a decoder that read all of the picture stops; null where it tells itself that it did not.</param>
internal readonly record struct PictureCheck(string? Fault, int Orientation = 1, int? End = null)
{
    // Files of other formats often have a name that ends in .jpg or .png, as whoever made them wanted.
    private static readonly (string Name, int Offset, byte[] Magic)[] Others =
    [
        ("a GIF image", 0, [.. "GIF8"u8]), ("a BMP image", 0, [.. "BM"u8]), ("a WebP image", 8, [.. "WEBP"u8]),
        ("a TIFF image", 0, [.. "II*\0"u8]),
        ("a TIFF image", 0, [.. "MM\0*"u8]), ("a HEIC or AVIF image", 4, [.. "ftyp"u8]), ("a Photoshop file", 0, [.. "8BPS"u8]),
        ("a page or text", 0, [.. "<"u8]),
    ];

    /// <summary>Checks a file's bytes: every segment or chunk up to the last has to be there.</summary>
    public static PictureCheck From(ReadOnlySpan<byte> file)
    {
        if (JpegSegments.Begin(file)) return JpegSegments.Check(file);
        if (PngChunks.Begin(file)) return PngChunks.Check(file);
        foreach (var (name, offset, magic) in Others)
            if (file.Length > offset && file[offset..].StartsWith(magic))
                return new PictureCheck($"this is no JPEG or PNG image but {name}; convert it or remove it");
        return new PictureCheck("this is no JPEG or PNG image, or its header is damaged; remove it or fetch it again");
    }
}
