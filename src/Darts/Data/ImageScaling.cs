using System.Buffers;
using System.Runtime.Intrinsics;

namespace MIOpenDarts.Darts.Data;

/// <summary>Scales images with a triangle filter as wide as a pixel of the result, so that shrinking does not alias.</summary>
internal static class ImageScaling
{
    /// <summary>The largest window of the wanted shape in the middle, scaled to it: [C,H,W].</summary>
    /// <param name="source">The image.</param>
    /// <param name="height">Rows wanted.</param>
    /// <param name="width">Columns wanted.</param>
    /// <param name="margin">By how much the shorter side of the scaled image is to exceed what is cut out of it, as a factor.</param>
    public static byte[] Fit(PixelGrid source, int height, int width, double margin = 1)
    {
        var scale = Math.Min((double)source.Height / height, (double)source.Width / width) / margin;
        return Scale(source, new CropWindow(0, 0, source.Height, source.Width),
            new TriangleFilter(source.Height, (source.Height - height * scale) / 2, scale, height),
            new TriangleFilter(source.Width, (source.Width - width * scale) / 2, scale, width));
    }

    /// <summary>A part of an image, scaled as if there were nothing around it: [C,H,W].</summary>
    public static byte[] Crop(PixelGrid source, CropWindow part, int height, int width) => Scale(
        source, part, new TriangleFilter(part.Height, 0, (double)part.Height / height, height),
        new TriangleFilter(part.Width, 0, (double)part.Width / width, width));

    private static byte[] Scale(PixelGrid source, CropWindow part, TriangleFilter rows, TriangleFilter columns)
    {
        var (height, width, kept) = (rows.Count, columns.Count, rows.MostTaps);
        var result = new byte[source.Channels * height * width];
        // A row of the source, as many rows of the result's width as one of the result is made of, and that one.
        var rented = ArrayPool<Vector128<float>>.Shared.Rent(part.Width + (kept + 1) * width);
        var line = rented.AsSpan(0, part.Width);
        var ring = rented.AsSpan(part.Width, kept * width);
        var sums = rented.AsSpan(part.Width + kept * width, width);
        var next = rows.First(0);
        for (var y = 0; y < height; y++)
        {
            var top = rows.First(y);
            var weights = rows.Weights(y);
            for (; next < top + weights.Length; next++)
            {
                source.Load(part.Top + next, part.Left, line);
                columns.Apply(line, ring.Slice(next % kept * width, width));
            }

            sums.Clear();
            for (var k = 0; k < weights.Length; k++)
            {
                var weight = Vector128.Create(weights[k]);
                var narrow = ring.Slice((top + k) % kept * width, width);
                for (var x = 0; x < sums.Length; x++) sums[x] += weight * narrow[x];
            }

            Store(sums, result.AsSpan(y * width), source.Channels, height * width);
        }

        ArrayPool<Vector128<float>>.Shared.Return(rented);
        return result;
    }

    // Rounds a row into the planes of the result.
    private static void Store(ReadOnlySpan<Vector128<float>> pixels, Span<byte> planes, int channels, int plane)
    {
        for (var x = 0; x < pixels.Length; x++)
        {
            var rounded = Vector128.ConvertToInt32(Vector128.Round(pixels[x], MidpointRounding.ToEven));
            rounded = Vector128.Min(Vector128.Max(rounded, Vector128<int>.Zero), Vector128.Create(255));
            for (var c = 0; c < channels; c++) planes[c * plane + x] = (byte)rounded[c];
        }
    }
}
