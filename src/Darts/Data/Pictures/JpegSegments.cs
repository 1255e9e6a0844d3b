using System.Buffers.Binary;

namespace MIOpenDarts.Darts.Data.Pictures;

/// <summary>
/// Walks the segments of a JPEG file (ITU-T T.81, annex B) up to the end marker. Of a file that is cut off the decoder fills what is missing
/// with grey and says nothing, or, where its header is cut, looks for the next marker without end.
/// </summary>
internal static class JpegSegments
{
    private const byte Fill = 0xFF;
    private const byte EndOfImage = 0xD9;
    private const byte StartOfScan = 0xDA;
    private const byte Application1 = 0xE1;

    private static readonly PictureCheck CutOff = new("the JPEG data ends before its end marker; the file is cut off, fetch it again");

    /// <summary>Whether a file begins as JPEG.</summary>
    public static bool Begin(ReadOnlySpan<byte> file) => file is [0xFF, 0xD8, 0xFF, ..];

    /// <summary>Checks a file that begins as JPEG.</summary>
    public static PictureCheck Check(ReadOnlySpan<byte> file)
    {
        var (at, orientation, scans) = (2, 1, 0);
        while (true)
        {
            // Between two markers there are a scan's coded bytes, or bytes that decoders pass over.
            var next = file[at..].IndexOf(Fill);
            if (next < 0) return CutOff;
            at += next;
            while (at < file.Length && file[at] == Fill) at++;
            if (at == file.Length) return CutOff;
            var marker = file[at++];
            if (marker == EndOfImage) return scans > 0 ? new PictureCheck(null, orientation) : new PictureCheck("the JPEG file has no picture in it; fetch it again");
            if (StandsAlone(marker)) continue;
            if (at + 2 > file.Length) return CutOff;
            var length = BinaryPrimitives.ReadUInt16BigEndian(file[at..]);
            if (at + length > file.Length) return CutOff;
            if (marker == StartOfScan) scans++;
            if (marker == Application1 && length > 8 && file.Slice(at + 2, 6).SequenceEqual("Exif\0\0"u8)) orientation = Exif.Orientation(file.Slice(at + 8, length - 8));
            at += Math.Max(length, (ushort)2);
        }
    }

    // A stuffed zero, TEM, or a restart marker: no length follows.
    private static bool StandsAlone(byte marker) => marker is 0x00 or 0x01 or (>= 0xD0 and <= 0xD8);
}
