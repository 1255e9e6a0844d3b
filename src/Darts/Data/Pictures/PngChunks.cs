using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace MIOpenDarts.Darts.Data.Pictures;

/// <summary>
/// Walks the chunks of a PNG file (ISO/IEC 15948) up to the last, with their checksums, which the decoder does not look at.
/// </summary>
internal static class PngChunks
{
    // Length and type before the data of a chunk, checksum after it.
    private const int Before = 8;
    private const int After = 4;

    private static readonly PictureCheck CutOff = new("the PNG data ends before its last chunk; the file is cut off, fetch it again");

    /// <summary>The first bytes of every file.</summary>
    public static ReadOnlySpan<byte> Signature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Whether a file begins as PNG.</summary>
    public static bool Begin(ReadOnlySpan<byte> file) => file.StartsWith(Signature);

    /// <summary>Checks a file that begins as PNG.</summary>
    public static PictureCheck Check(ReadOnlySpan<byte> file)
    {
        var left = file[Signature.Length..];
        var orientation = 1;
        while (left.Length >= Before + After)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(left);
            if (length > left.Length - Before - After) return CutOff;
            var end = Before + (int)length;
            var type = left[4..Before];
            var whole = Crc32.HashToUInt32(left[4..end]) == BinaryPrimitives.ReadUInt32BigEndian(left[end..]);
            if (!whole && IsCritical(type))
                return new PictureCheck(
                    $"the PNG chunk {OneLine.Of(Encoding.Latin1.GetString(type))} does not match its checksum; the file is damaged, fetch "
                    + "it again");
            if (type.SequenceEqual("IEND"u8)) return new PictureCheck(null, orientation);
            if (whole && type.SequenceEqual("eXIf"u8)) orientation = Exif.Orientation(left[Before..end]);
            left = left[(end + After)..];
        }

        return CutOff;
    }

    private static bool IsCritical(ReadOnlySpan<byte> type) => (type[0] & 0x20) == 0;
}
