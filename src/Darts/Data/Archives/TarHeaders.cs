namespace MIOpenDarts.Darts.Data.Archives;

/// <summary>
/// A tar archive whose headers are looked at before the library sees them: for a long name (L, K) or attributes (x, g) it allocates what
/// the header says. It reads each header by itself, so a read of one block is one.
/// </summary>
internal sealed class TarHeaders(Stream archive) : WatchedStream(archive)
{
    private const int HeaderBytes = 512;
    private const int TypeAt = 156;
    private const long MostExtended = 1 << 20;
    private static readonly Range Size = 124..136;
    private readonly Stream inner = archive;

    public override int Read(Span<byte> buffer)
    {
        if (buffer.Length != HeaderBytes) return inner.Read(buffer);
        var read = inner.ReadAtLeast(buffer, HeaderBytes, throwOnEndOfStream: false);
        if (read == HeaderBytes && buffer[TypeAt] is (byte)'L' or (byte)'K' or (byte)'x' or (byte)'g'
            && Claimed(buffer[Size]) > MostExtended)
            throw new InvalidDataException($"a name or attributes in it have more than {MostExtended} bytes");
        return read;
    }

    // Octal digits; a first byte with its highest bit begins a number of eight bytes, which only files of gigabytes need.
    private static long Claimed(ReadOnlySpan<byte> size)
    {
        if (size[0] >= 0x80) return long.MaxValue;
        long value = 0;
        foreach (var digit in size)
            if (digit is >= (byte)'0' and <= (byte)'7') value = value * 8 + digit - '0';
        return value;
    }
}
