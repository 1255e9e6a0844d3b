using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Data;

/// <summary>A part of an image, in pixels of it.</summary>
internal readonly record struct CropWindow(int Top, int Left, int Height, int Width);

/// <summary>
/// Random resized crop (Szegedy et al. 2015), as the official ImageNet training asks for it: a part of 8 to 100 % of the area, with an
/// aspect of 3/4 to 4/3.
/// </summary>
internal static class ResizedCrop
{
    private const int Attempts = 10;
    private const double LeastArea = 0.08;
    private const double MostAspect = 4.0 / 3;

    /// <summary>
    /// Draws a part of an image. Area is uniform, aspect (width by height) log-uniform; a part that does not fit is drawn again, and after
    /// ten of them it is the largest allowed part in the middle.
    /// </summary>
    public static CropWindow Draw(CounterRandom random, int height, int width)
    {
        var area = (double)height * width;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var target = area * (LeastArea + (1 - LeastArea) * random.NextDouble());
            var aspect = Math.Exp(Math.Log(MostAspect) * (2 * random.NextDouble() - 1));
            var (h, w) = (Rounded(Math.Sqrt(target / aspect)), Rounded(Math.Sqrt(target * aspect)));
            if (h <= height && w <= width) return new CropWindow(random.NextInt32(height - h + 1), random.NextInt32(width - w + 1), h, w);
        }

        var (most, wide) = (Math.Min(height, Rounded(width * MostAspect)), Math.Min(width, Rounded(height * MostAspect)));
        return new CropWindow((height - most) / 2, (width - wide) / 2, most, wide);
    }

    private static int Rounded(double pixels) => Math.Max(1, (int)Math.Round(pixels));
}
