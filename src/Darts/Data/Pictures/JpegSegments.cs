using System.Buffers.Binary;

namespace MIOpenDarts.Darts.Data.Pictures;

/// <summary>
/// Walks the segments of a JPEG file (ITU-T T.81, annex B) up to the end marker. Of a file that is cut off the decoder fills what is
/// missing with grey and says nothing, or, where its header is cut, looks for the next marker without end; where scans or restart markers
/// are missing, it leaves pixels as the memory had them.
/// </summary>
internal static class JpegSegments
{
    private const byte Fill = 0xFF;
    private const byte EndOfImage = 0xD9;
    private const byte StartOfScan = 0xDA;
    private const byte RestartInterval = 0xDD;
    private const byte Application1 = 0xE1;

    private static readonly PictureCheck CutOff = new("the JPEG data ends before its end marker; the file is cut off, fetch it again");
    private static readonly PictureCheck BadFrame = new("the header of the JPEG image is damaged; fetch it again");
    private static readonly PictureCheck BadScan = new("the JPEG data is damaged (a scan does not belong to its image); fetch it again");
    private static readonly PictureCheck NoPicture = new("the JPEG file has no picture in it; fetch it again");
    private static readonly PictureCheck HalfPicture = new("the JPEG data is damaged (a channel of colour is missing); fetch it again");

    /// <summary>Whether a file begins as JPEG.</summary>
    public static bool Begin(ReadOnlySpan<byte> file) => file is [0xFF, 0xD8, 0xFF, ..];

    /// <summary>Checks a file that begins as JPEG.</summary>
    public static PictureCheck Check(ReadOnlySpan<byte> file)
    {
        JpegFrame? frame = null;
        var (at, orientation, interval) = (2, 1, 0);
        while (true)
        {
            // Between two markers there are bytes that decoders pass over.
            var next = file[at..].IndexOf(Fill);
            if (next < 0) return CutOff;
            at += next;
            while (at < file.Length && file[at] == Fill) at++;
            if (at == file.Length) return CutOff;
            var marker = file[at++];
            if (marker == EndOfImage) return frame is null ? NoPicture : frame.IsComplete ? new PictureCheck(null, orientation, at)
                : HalfPicture;
            if (StandsAlone(marker)) continue;
            if (at + 2 > file.Length) return CutOff;
            var length = Math.Max(BinaryPrimitives.ReadUInt16BigEndian(file[at..]), (ushort)2);
            if (at + length > file.Length) return CutOff;
            var segment = file[(at + 2)..(at + length)];
            at += length;
            if (JpegFrame.IsIts(marker) && frame is null)
            {
                if (JpegFrame.OtherForm(marker, segment) is { } form)
                    return new PictureCheck($"this is {form}, which cannot be read; save it as baseline JPEG or PNG");
                if ((frame = JpegFrame.Read(segment)) is null) return BadFrame;
            }
            else if (marker == StartOfScan)
            {
                if (frame?.Begin(segment) is not { } units) return frame is null ? NoPicture : BadScan;
                if (JpegScan.Check(file, ref at, interval == 0 ? 1 : (units + interval - 1) / interval) is { } fault) return fault;
            }
            else if (marker == RestartInterval && segment.Length == 2)
            {
                interval = BinaryPrimitives.ReadUInt16BigEndian(segment);
            }
            else if (marker == Application1 && segment.StartsWith("Exif\0\0"u8))
            {
                orientation = Exif.Orientation(segment[6..]);
            }
        }
    }

    // A stuffed zero, TEM, or a restart marker: no length follows.
    private static bool StandsAlone(byte marker) => marker is 0x00 or 0x01 or (>= 0xD0 and <= 0xD8);
}
