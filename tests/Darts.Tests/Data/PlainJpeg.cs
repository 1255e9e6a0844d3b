using System.Buffers.Binary;

namespace MIOpenDarts.Darts.Tests.Data;

/// <summary>
/// Writes JPEG files whose pixels are all of middle grey, so that a block takes one bit for each of its codes and the rest is structure:
/// channels, scans and restart intervals (ITU-T T.81, annexes B and F).
/// </summary>
internal sealed class PlainJpeg(int height, int width, params (int Across, int Down)[] channels)
{
    /// <summary>Marker of the frame: 0xC0 for baseline, 0xC2 for progressive.</summary>
    public byte Frame { get; init; } = 0xC0;

    /// <summary>Units between two restart markers; 0 for none.</summary>
    public int Interval { get; init; }

    /// <summary>Whether each channel has a scan of its own.</summary>
    public bool Apart { get; init; }

    /// <summary>Whether the last interval of a scan ends with a restart marker too.</summary>
    public bool LastRestart { get; init; }

    /// <summary>Changes the coded intervals of every scan.</summary>
    public Func<List<byte[]>, List<byte[]>> Change { get; init; } = intervals => intervals;

    /// <summary>Goes before each scan but the first.</summary>
    public byte[] Between { get; init; } = [];

    /// <summary>How many scans are written.</summary>
    public int Scans { get; init; } = int.MaxValue;

    /// <summary>The file.</summary>
    public byte[] ToFile()
    {
        var all = Enumerable.Range(0, channels.Length).ToArray();
        int[][] groups = Apart ? [.. all.Select(channel => new[] { channel })] : [all];
        var scans = Frame == 0xC2
            ? groups.Select(group => Scan(group, 0, 0, 1)).Concat(all.Select(channel => Scan([channel], 1, 63, 1)))
            : groups.Select(group => Scan(group, 0, 63, 2));
        var samplings = channels.SelectMany((channel, k) => new byte[] { (byte)k, (byte)(channel.Across << 4 | channel.Down), 0 });
        byte[] frame = [8, .. Big(height), .. Big(width), (byte)channels.Length, .. samplings];
        return
        [
            0xFF, 0xD8, .. Segment(0xDB, [0, .. Enumerable.Repeat((byte)1, 64)]), .. Segment(Frame, frame), .. Table(0x00), .. Table(0x10),
            .. Interval > 0 ? Segment(0xDD, Big(Interval)) : [], .. scans.Take(Scans)
                .SelectMany((scan, k) => k == 0 ? scan : [.. Between, .. scan]), 0xFF, 0xD9,
        ];
    }

    public static byte[] Segment(byte marker, byte[] content) => [0xFF, marker, .. Big(content.Length + 2), .. content];

    // One code of one bit, for a difference of nothing or for the end of a block.
    private static byte[] Table(byte kind) => Segment(0xC4, [kind, 1, .. new byte[15], 0]);

    private byte[] Scan(int[] group, byte first, byte last, int codes)
    {
        var (most, tall) = (channels.Max(c => c.Across), channels.Max(c => c.Down));
        var alone = channels[group[0]];
        var (units, blocks) = group.Length > 1
            ? (Parts(width, 8 * most) * Parts(height, 8 * tall), group.Sum(k => channels[k].Across * channels[k].Down))
            : (Parts(Parts(width * alone.Across, most), 8) * Parts(Parts(height * alone.Down, tall), 8), 1);
        var intervals = Enumerable.Range(0, units).Chunk(Interval > 0 ? Interval : units)
            .Select(part => Coded(part.Length * blocks * codes)).ToList();
        byte[] header = [(byte)group.Length, .. group.SelectMany(k => new byte[] { (byte)k, 0 }), first, last, 0];
        return [.. Segment(0xDA, header), .. Change(intervals).SelectMany(WithRestart)];

        byte[] WithRestart(byte[] coded, int k) => LastRestart || k + 1 < intervals.Count ? [.. coded, 0xFF, (byte)(0xD0 + k % 8)] : coded;
    }

    // Codes of one zero each, and ones up to the end of a byte.
    private static byte[] Coded(int bits)
    {
        var bytes = new byte[Parts(bits, 8)];
        if (bits % 8 > 0) bytes[^1] = (byte)(0xFF >> bits % 8);
        return bytes;
    }

    private static int Parts(int size, int part) => (size + part - 1) / part;

    private static byte[] Big(int value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        return bytes;
    }
}
