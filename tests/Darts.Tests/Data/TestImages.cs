using System.IO.Compression;
using MIOpenDarts.Darts.Data;

namespace MIOpenDarts.Darts.Tests.Data;

/// <summary>Small image sets and data files.</summary>
internal static class TestImages
{
    public static ImageSet Set(int count, int channels = 1, int height = 5, int width = 4, int classes = 3)
    {
        var pixels = Enumerable.Range(0, count * channels * height * width).Select(i => (byte)(i * 7 + i / 256)).ToArray();
        return new ImageSet("test", channels, height, width, classes, pixels, Enumerable.Range(0, count).Select(i => i % classes)
            .ToArray());
    }

    public static byte[] IdxImages(int count, int height, int width, byte[]? pixels = null) =>
        [0, 0, 8, 3, .. BigEndian(count), .. BigEndian(height), .. BigEndian(width), .. pixels ?? new byte[count * height * width]];

    public static byte[] IdxLabels(params byte[] labels) => [0, 0, 8, 1, .. BigEndian(labels.Length), .. labels];

    public static byte[] Cifar(params byte[] labels) =>
        labels.SelectMany(label => new byte[3073].Select((_, i) => i == 0 ? label : (byte)(i + label))).ToArray();

    public static byte[] Zip(byte[] bytes)
    {
        using var target = new MemoryStream();
        using (var zip = new GZipStream(target, CompressionLevel.Optimal)) zip.Write(bytes);
        return target.ToArray();
    }

    private static byte[] BigEndian(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
}
