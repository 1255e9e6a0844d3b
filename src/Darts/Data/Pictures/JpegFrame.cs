using System.Buffers.Binary;

namespace MIOpenDarts.Darts.Data.Pictures;

/// <summary>
/// The frame header of a JPEG file (ITU-T T.81, B.2.2): how many blocks each of its scans has, and which channels had one.
/// </summary>
internal sealed class JpegFrame
{
    private const int Block = 8;
    private const int Bits = 8;
    private const int HeaderBytes = 6;
    private const int ChannelBytes = 3;

    private readonly int width;
    private readonly int height;
    private readonly (byte Id, int Across, int Down)[] channels;
    private readonly bool[] begun;

    private JpegFrame(int height, int width, (byte Id, int Across, int Down)[] channels) =>
        (this.height, this.width, this.channels, begun) = (height, width, channels, new bool[channels.Length]);

    /// <summary>Whether a marker begins such a header.</summary>
    public static bool IsIts(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    /// <summary>
    /// What a file is that the decoder does not read, by its marker and the header after it; null for one that it reads.
    /// </summary>
    public static string? OtherForm(byte marker, ReadOnlySpan<byte> header) => marker switch
    {
        0xC3 => "a lossless JPEG image",
        0xC5 or 0xC6 or 0xC7 or >= 0xCD => "a hierarchical JPEG image",
        0xC9 or 0xCA or 0xCB => "a JPEG image with arithmetic coding",
        _ => header.Length > 0 && header[0] != Bits ? $"a JPEG image with {header[0]} bits in a channel" : null,
    };

    /// <summary>Reads a header; null where it is malformed.</summary>
    public static JpegFrame? Read(ReadOnlySpan<byte> header)
    {
        if (header.Length < HeaderBytes || header[5] is 0 || header.Length != HeaderBytes + ChannelBytes * header[5]) return null;
        var channels = new (byte Id, int Across, int Down)[header[5]];
        for (var k = 0; k < channels.Length; k++)
        {
            var channel = header[(HeaderBytes + ChannelBytes * k)..];
            channels[k] = (channel[0], channel[1] >> 4, channel[1] & 15);
            if (channels[k].Across == 0 || channels[k].Down == 0) return null;
        }

        return new JpegFrame(BinaryPrimitives.ReadUInt16BigEndian(header[1..]), BinaryPrimitives.ReadUInt16BigEndian(header[3..]),
            channels);
    }

    /// <summary>
    /// Begins a scan and counts its units, after so many of which a restart marker stands; null for a scan that does not belong here.
    /// </summary>
    /// <param name="scan">Its header: channels, and for progressive files the coefficients.</param>
    public long? Begin(ReadOnlySpan<byte> scan)
    {
        if (scan.Length < 1 || scan[0] is 0 || scan.Length != 4 + 2 * scan[0]) return null;
        // From the first coefficient on and with no bits before: what a sequential scan always is, and a channel's first progressive one.
        var first = scan[^3] == 0 && scan[^1] >> 4 == 0;
        var channel = 0;
        for (var k = 0; k < scan[0]; k++)
        {
            var id = scan[1 + 2 * k];
            channel = Array.FindIndex(channels, channel => channel.Id == id);
            if (channel < 0 || !(first || begun[channel])) return null;
            begun[channel] = true;
        }

        var (mostAcross, mostDown) = (channels.Max(each => each.Across), channels.Max(each => each.Down));
        // One channel alone has as many blocks as it needs; together they have as many units as the coarsest.
        return scan[0] > 1
            ? (long)Parts(width, Block * mostAcross) * Parts(height, Block * mostDown)
            : (long)Parts(Parts(width * channels[channel].Across, mostAcross),
                Block) * Parts(Parts(height * channels[channel].Down, mostDown), Block);
    }

    /// <summary>Whether every channel had a scan.</summary>
    public bool IsComplete => Array.TrueForAll(begun, done => done);

    private static int Parts(int size, int part) => (size + part - 1) / part;
}
