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
        var rows = Filter(source.Height, (source.Height - height * scale) / 2, scale, height);
        return Scale(source, new CropWindow(0, 0, source.Height, source.Width), rows,
            Filter(source.Width, (source.Width - width * scale) / 2, scale, width));
    }

    /// <summary>A part of an image, scaled as if there were nothing around it: [C,H,W].</summary>
    public static byte[] Crop(PixelGrid source, CropWindow part, int height, int width) => Scale(
        source, part, Filter(part.Height, 0, (double)part.Height / height, height),
        Filter(part.Width, 0, (double)part.Width / width, width));

    private static byte[] Scale(PixelGrid source, CropWindow part, Taps[] rows, Taps[] columns)
    {
        var (height, width) = (rows.Length, columns.Length);
        var result = new byte[source.Channels * height * width];
        var line = new float[part.Height];
        for (var c = 0; c < source.Channels; c++)
        {
            for (var x = 0; x < width; x++)
            {
                var (first, weights) = columns[x];
                for (var y = 0; y < line.Length; y++)
                {
                    var pixels = source.Row(c, part.Top + y, part.Left + first);
                    float sum = 0;
                    for (var k = 0; k < weights.Length; k++) sum += weights[k] * pixels[k * source.PixelStep];
                    line[y] = sum;
                }

                for (var y = 0; y < height; y++)
                {
                    var (top, taps) = rows[y];
                    float sum = 0;
                    for (var k = 0; k < taps.Length; k++) sum += taps[k] * line[top + k];
                    result[(c * height + y) * width + x] = (byte)Math.Clamp((int)MathF.Round(sum), 0, 255);
                }
            }
        }

        return result;
    }

    private static Taps[] Filter(int size, double offset, double scale, int wanted)
    {
        var reach = Math.Max(scale, 1);
        var result = new Taps[wanted];
        for (var i = 0; i < wanted; i++)
        {
            var centre = offset + (i + 0.5) * scale;
            var first = Math.Max((int)Math.Floor(centre - reach), 0);
            var end = Math.Min((int)Math.Ceiling(centre + reach), size);
            var weights = new double[end - first];
            for (var k = 0; k < weights.Length; k++) weights[k] = Math.Max(0, 1 - Math.Abs(first + k + 0.5 - centre) / reach);
            var sum = weights.Sum();
            result[i] = new Taps(first, Array.ConvertAll(weights, w => (float)(w / sum)));
        }

        return result;
    }

    /// <summary>
    /// What a pixel of the result is made of: the first pixel of the source that it reads, and the weights, which add up to one.
    /// </summary>
    private readonly record struct Taps(int First, float[] Weights);
}
