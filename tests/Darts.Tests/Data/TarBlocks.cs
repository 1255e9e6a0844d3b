using System.Text;

namespace MIOpenDarts.Darts.Tests.Data;

/// <summary>Headers of tar archives, also such as no program writes.</summary>
internal static class TarBlocks
{
    /// <summary>Bytes of a block.</summary>
    public const int Length = 512;

    /// <summary>A header.</summary>
    public static byte[] Header(string name, char type, long size)
    {
        var header = new byte[Length];
        Put(0, name);
        Put(100, "0000644");
        Put(124, Convert.ToString(size, 8).PadLeft(11, '0'));
        header[156] = (byte)type;
        Put(257, "ustar");
        Put(263, "00");
        Seal(header, 0);
        return header;

        void Put(int at, string text) => Encoding.ASCII.GetBytes(text).CopyTo(header, at);
    }

    /// <summary>Gives a header that was changed its checksum, for a wrong one would hide the rest.</summary>
    public static void Seal(byte[] tar, int block)
    {
        var header = tar.AsSpan(block, Length);
        if (!header[257..].StartsWith("ustar"u8)) return;
        var checksum = header.Slice(148, 8);
        checksum.Fill((byte)' ');
        var sum = 0;
        foreach (var value in header) sum += value;
        Encoding.ASCII.GetBytes($"{Convert.ToString(sum, 8).PadLeft(6, '0')}\0 ").CopyTo(checksum);
    }
}
