using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using MIOpenDarts.Darts.Data.Pictures;

namespace MIOpenDarts.Darts.Data;

/// <summary>Writes pictures as PNG (ISO/IEC 15948): eight bits, grey or red-green-blue, no filter.</summary>
internal static class PngPicture
{
    /// <summary>A grid of the first images of every class, a class in each row.</summary>
    public static byte[] Samples(ImageSet images, int perClass, int mostClasses)
    {
        var rows = Math.Min(images.Classes, mostClasses);
        var (height, width, channels) = (rows * images.Height, perClass * images.Width, images.Channels);
        var picture = new byte[height * width * channels];
        var placed = new int[rows];
        for (var i = 0; i < images.Count; i++)
        {
            var label = images.Labels[i];
            if (label >= rows || placed[label] == perClass) continue;
            Place(images.Image(i), images, picture, width, label * images.Height, placed[label]++ * images.Width);
        }

        return Encode(picture, height, width, channels);
    }

    /// <summary>One image.</summary>
    public static byte[] Of(ImageSet images, int index)
    {
        var picture = new byte[images.ImageSize];
        Place(images.Image(index), images, picture, images.Width, 0, 0);
        return Encode(picture, images.Height, images.Width, images.Channels);
    }

    /// <summary>The file of interleaved bytes [H,W,C].</summary>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, int height, int width, int channels)
    {
        using var file = new MemoryStream();
        file.Write(PngChunks.Signature);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, (byte)(channels == 1 ? 0 : 2));
        Chunk(file, "IHDR", header);
        using var data = new MemoryStream();
        using (var zip = new ZLibStream(data, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (var y = 0; y < height; y++)
            {
                zip.WriteByte(0);
                zip.Write(pixels.Slice(y * width * channels, width * channels));
            }
        }

        Chunk(file, "IDAT", data.ToArray());
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    private static void Place(ReadOnlySpan<byte> image, ImageSet images, byte[] picture, int width, int top, int left)
    {
        for (var c = 0; c < images.Channels; c++)
            for (var y = 0; y < images.Height; y++)
                for (var x = 0; x < images.Width; x++)
                    picture[((top + y) * width + left + x) * images.Channels + c] = image[(c * images.Height + y) * images.Width + x];
    }

    private static void Chunk(MemoryStream file, string type, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.HashToUInt32(body));
        file.Write(number);
    }
}
