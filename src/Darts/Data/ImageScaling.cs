namespace MIOpenDarts.Darts.Data;

/// <summary>Scales images of interleaved bytes [H,W,C] with a triangle filter as wide as a pixel of the result, so that shrinking does not alias.</summary>
internal static class ImageScaling
{
    /// <summary>The largest window of the wanted shape in the middle, scaled to it: [C,H,W].</summary>
    public static byte[] Fit(byte[] source, int sourceHeight, int sourceWidth, int channels, int height, int width)
    {
        var scale = Math.Min((double)sourceHeight / height, (double)sourceWidth / width);
        var rows = Filter(sourceHeight, (sourceHeight - height * scale) / 2, scale, height);
        var columns = Filter(sourceWidth, (sourceWidth - width * scale) / 2, scale, width);
        var result = new byte[channels * height * width];
        var line = new float[sourceHeight];
        for (var c = 0; c < channels; c++)
        {
            for (var x = 0; x < width; x++)
            {
                var (first, weights) = columns[x];
                for (var y = 0; y < sourceHeight; y++)
                {
                    float sum = 0;
                    for (var k = 0; k < weights.Length; k++) sum += weights[k] * source[((long)y * sourceWidth + first + k) * channels + c];
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

    /// <summary>For each pixel of the result: the first pixel of the source that it reads, and their weights, which add up to one.</summary>
    private static (int First, float[] Weights)[] Filter(int size, double offset, double scale, int wanted)
    {
        var reach = Math.Max(scale, 1);
        var result = new (int, float[])[wanted];
        for (var i = 0; i < wanted; i++)
        {
            var centre = offset + (i + 0.5) * scale;
            var first = Math.Max((int)Math.Floor(centre - reach), 0);
            var end = Math.Min((int)Math.Ceiling(centre + reach), size);
            var weights = new double[end - first];
            for (var k = 0; k < weights.Length; k++) weights[k] = Math.Max(0, 1 - Math.Abs(first + k + 0.5 - centre) / reach);
            var sum = weights.Sum();
            result[i] = (first, Array.ConvertAll(weights, w => (float)(w / sum)));
        }

        return result;
    }
}
