using System.IO.Compression;
using MIOpenDarts.Darts.Files;

namespace MIOpenDarts.Darts.Data;

/// <summary>A data file opened for one pass, unpacked when it is gzip. Lengths in headers are not trusted.</summary>
internal sealed class DataFile : IDisposable
{
    /// <summary>The most that DEFLATE can expand, so that a small hostile file cannot ask for much memory.</summary>
    public const long MaxExpansion = 1032;

    private readonly Stream stream;
    private readonly long mostBytes;

    private DataFile(string name, Stream raw)
    {
        Name = name;
        Span<byte> magic = stackalloc byte[2];
        var zipped = raw.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic is [0x1f, 0x8b];
        raw.Position = 0;
        mostBytes = zipped ? raw.Length * MaxExpansion : raw.Length;
        stream = zipped ? new GZipStream(raw, CompressionMode.Decompress) : raw;
    }

    public string Name { get; }

    public static DataFile Open(string path)
    {
        try
        {
            if (!RegularFile.HasContents(path))
                throw new DataException($"{path}: the file is empty, so it is truncated, or it is a pipe or a device; fetch it again");
            return new DataFile(path, File.OpenRead(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new DataException($"{path}: the file cannot be read: {UnreadableFile.Why(path, e)}", e);
        }
    }

    public static DataFile OpenEmbedded(string resource) =>
        new($"embedded {resource}", typeof(DataFile).Assembly.GetManifestResourceStream(resource)!);

    /// <summary>Reads exactly so many bytes.</summary>
    /// <exception cref="DataException">The file ends before.</exception>
    public byte[] Read(long count, string what)
    {
        if (count > mostBytes) throw Truncated(what, count);
        if (count > Array.MaxLength)
            throw new DataException($"{Name}: {what} have {count} bytes; at most {Array.MaxLength} fit in memory, so give a smaller set");
        var bytes = new byte[count];
        Read(bytes, what);
        return bytes;
    }

    /// <summary>Fills a buffer.</summary>
    /// <exception cref="DataException">The file ends before.</exception>
    public void Read(Span<byte> bytes, string what)
    {
        if (Fill(bytes) < bytes.Length) throw Truncated(what, bytes.Length);
    }

    public void RequireEnd(string what)
    {
        Span<byte> more = stackalloc byte[1];
        if (Fill(more) > 0) throw new DataException($"{Name}: bytes follow {what}; the file is oversized, fetch it again");
    }

    public void Dispose() => stream.Dispose();

    private int Fill(Span<byte> bytes)
    {
        try
        {
            return stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException e)
        {
            throw new DataException($"{Name}: the gzip data is damaged ({e.Message}); fetch the file again", e);
        }
    }

    private DataException Truncated(string what, long count) =>
        new($"{Name}: the file ends before the {count} bytes of {what}; it is truncated, fetch it again");
}
