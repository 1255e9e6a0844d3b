using System.Buffers.Binary;
using MIOpenDarts.Darts.Data;

namespace MIOpenDarts.Darts.Tests.Data;

/// <summary>Image files and folders of them.</summary>
internal static class Pictures
{
    /// <summary>A red JPEG image of 8x8 pixels.</summary>
    public static byte[] Jpeg { get; } =
        Convert.FromBase64String("/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wAARCAAIAAgDAREAAhEBAxEB/8QAFAABAAAAAAAAAAAAAAAAAAAABf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/xAAVAQEBAAAAAAAAAAAAAAAAAAAEBv/EABQRAQAAAAAAAAAAAAAAAAAAAAD/2gAMAwEAAhEDEQA/ABgFc//Z");

    /// <summary>A PNG image of rows of red values; green and blue are 0.</summary>
    public static byte[] Png(params byte[][] rows) =>
        PngPicture.Encode([.. rows.SelectMany(row => row.SelectMany(red => new byte[] { red, 0, 0 }))], rows.Length, rows[0].Length, 3);

    /// <summary>A PNG image of one colour.</summary>
    public static byte[] Plain(int height, int width, byte value) =>
        PngPicture.Encode(Enumerable.Repeat(value, height * width * 3).ToArray(), height, width, 3);

    /// <summary>EXIF data with an orientation, of type SHORT or LONG.</summary>
    public static byte[] Exif(int orientation, bool big, bool asLong = false)
    {
        byte[] value = asLong ? Number(orientation, 4) : [.. Number(orientation, 2), 0, 0];
        return [.. big ? "MM\0*"u8 : "II*\0"u8, .. Number(8, 4), .. Number(2, 2), .. Entry(0x0100, 3, [1, 0, 0, 0]),
            .. Entry(0x0112, asLong ? 4 : 3, value), .. Number(0, 4)];

        byte[] Entry(int tag, int type, byte[] content) => [.. Number(tag, 2), .. Number(type, 2), .. Number(1, 4), .. content];

        byte[] Number(int number, int size)
        {
            var bytes = new byte[4];
            if (big) BinaryPrimitives.WriteInt32BigEndian(bytes, number);
            else BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
            return big ? bytes[(4 - size)..] : bytes[..size];
        }
    }

    /// <summary>The JPEG with a segment APP1 behind its first marker.</summary>
    public static byte[] JpegWith(byte[] exif)
    {
        byte[] body = [.. "Exif\0\0"u8, .. exif];
        return [.. Jpeg[..2], 0xFF, 0xE1, (byte)((body.Length + 2) >> 8), (byte)(body.Length + 2), .. body, .. Jpeg[2..]];
    }

    /// <summary>A PNG image with a chunk eXIf behind its header.</summary>
    public static byte[] PngWith(byte[] png, byte[] exif)
    {
        const int header = 8 + 25;
        byte[] body = [.. "eXIf"u8, .. exif];
        byte[] chunk = [.. BigEndian((uint)exif.Length), .. body, .. BigEndian(System.IO.Hashing.Crc32.HashToUInt32(body))];
        return [.. png[..header], .. chunk, .. png[header..]];
    }

    /// <summary>Writes a file below a folder, whose folders are made.</summary>
    public static string Put(this string folder, string name, byte[] bytes)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static byte[] BigEndian(uint value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
}
