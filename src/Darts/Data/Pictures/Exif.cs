using System.Buffers.Binary;

namespace MIOpenDarts.Darts.Data.Pictures;

/// <summary>
/// Reads the orientation of EXIF data (JEITA CP-3451), which cameras write instead of turning the pixels. What is malformed says nothing.
/// </summary>
internal static class Exif
{
    private const int Upright = 1;
    private const ushort OrientationTag = 0x0112;
    private const ushort Short = 3;
    private const ushort Long = 4;
    private const int EntryBytes = 12;

    /// <summary>Orientation 1 to 8 from a TIFF structure of either byte order; 1 where it has none that can be read.</summary>
    public static int Orientation(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 8 || !(tiff.StartsWith("MM\0*"u8) || tiff.StartsWith("II*\0"u8))) return Upright;
        var big = tiff[0] == 'M';
        var first = Number32(tiff[4..], big);
        if (first > tiff.Length - 2) return Upright;
        var entries = tiff[(int)first..];
        var count = Number16(entries, big);
        entries = entries[2..];
        for (var i = 0; i < count && entries.Length >= EntryBytes; i++, entries = entries[EntryBytes..])
        {
            if (Number16(entries, big) != OrientationTag) continue;
            var value = Number16(entries[2..], big) switch
            {
                Short => Number16(entries[8..], big),
                Long => Number32(entries[8..], big),
                _ =>
                0U
            };
            return value is >= 1 and <= 8 ? (int)value : Upright;
        }

        return Upright;
    }

    private static ushort Number16(ReadOnlySpan<byte> bytes, bool big) =>
        big ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static uint Number32(ReadOnlySpan<byte> bytes, bool big) =>
        big ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}
