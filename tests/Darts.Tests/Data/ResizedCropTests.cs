using MIOpenDarts.Darts.Data;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Tests.Data;

public sealed class ResizedCropTests
{
    private static readonly double LogMostAspect = Math.Log(4.0 / 3);

    [Fact]
    public void Parts_have_the_areas_aspects_and_places_that_they_should()
    {
        const int size = 1000;
        var parts = Windows(20_000, size, size);
        Assert.All(parts, p => Assert.True(p.Top >= 0 && p.Left >= 0 && p.Top + p.Height <= size && p.Left + p.Width <= size));
        Assert.All(parts, p => Assert.InRange(Area(p), 0.0795, 1));
        Assert.All(parts, p => Assert.InRange(Aspect(p), -LogMostAspect - 0.005, LogMostAspect + 0.005));

        // Up to three quarters of the area every aspect fits, so there both are uniform, and so is the place that is left.
        var free = parts.Where(p => Area(p) < 0.75).ToList();
        AssertUniform(free.Select(p => (Area(p) - 0.08) / (0.75 - 0.08)));
        AssertUniform(free.Select(p => (Aspect(p) / LogMostAspect + 1) / 2));
        AssertUniform(free.Select(p => (p.Top + 0.5) / (size - p.Height + 1)));
        AssertUniform(free.Select(p => (p.Left + 0.5) / (size - p.Width + 1)));
        Assert.True(parts.Count > free.Count);
    }

    [Theory]
    [InlineData(2, 100, 0, 48, 2, 3)]
    [InlineData(100, 3, 48, 0, 4, 3)]
    [InlineData(1, 1, 0, 0, 1, 1)]
    public void Where_no_part_fits_it_is_the_largest_in_the_middle(int height, int width, int top, int left, int h, int w) =>
        Assert.All(Windows(50, height, width), p => Assert.Equal(new CropWindow(top, left, h, w), p));

    [Fact]
    public void A_part_of_the_wanted_size_is_copied_and_one_of_twice_the_size_is_filtered_within_itself()
    {
        // Rows 0 … 5, columns 0 … 7, value 10 row + column, and for a second channel the same from 100 on.
        byte[] planes = [.. Enumerable.Range(0, 96).Select(i => (byte)(i / 48 * 100 + i % 48 / 8 * 10 + i % 8))];
        byte[] interleaved = [.. Enumerable.Range(0, 96).Select(i => planes[i % 2 * 48 + i / 2])];
        var part = new CropWindow(2, 3, 2, 4);
        Assert.Equal([23, 24, 25, 26, 33, 34, 35, 36, 123, 124, 125, 126, 133, 134, 135, 136],
            ImageScaling.Crop(PixelGrid.Planes(planes, 2, 6, 8), part, 2, 4));
        Assert.Equal(ImageScaling.Crop(PixelGrid.Planes(planes, 2, 6, 8), part, 2, 4),
            ImageScaling.Crop(PixelGrid.Interleaved(interleaved, 2, 6, 8, 2), part, 2, 4));

        // Columns 3 … 6 of row 2 in two: a triangle of weights 3/7, 3/7, 1/7 where the border cuts the fourth off.
        Assert.Equal([Rounded((3 * 23 + 3 * 24 + 25) / 7.0), Rounded((24 + 3 * 25 + 3 * 26) / 7.0)],
            ImageScaling.Crop(PixelGrid.Planes(planes, 1, 6, 8), part with { Height = 1 }, 1, 2));
    }

    [Fact]
    public void A_draw_depends_on_its_key_alone()
    {
        var augmentation = new Augmentation(0, true, 0, Resized: true, Jitter: true);
        Assert.Equal(Part(augmentation, 5), Part(augmentation, 5));
        Assert.Equal(Part(augmentation, 5), Part(augmentation with { Jitter = false, Flip = false }, 5));
        Assert.NotEqual(Part(augmentation, 5), Part(augmentation, 6));
        Assert.Equal(augmentation.Draw(1, 2, 3, 8, 8).Jitter, (augmentation with { Resized = false }).Draw(1, 2, 3, 8, 8).Jitter);
    }

    private static CropWindow Part(Augmentation augmentation, long index) =>
        ResizedCrop.Draw(augmentation.Draw(1, 2, index, 8, 8).Crop!.Value, 400, 300);

    private static List<CropWindow> Windows(int count, int height, int width) =>
        [.. Enumerable.Range(0, count).Select(i => ResizedCrop.Draw(new CounterRandom(3, RandomStream.Augmentation, 0, i), height, width))];

    private static double Area(CropWindow part) => part.Height * part.Width / 1e6;

    private static double Aspect(CropWindow part) => Math.Log((double)part.Width / part.Height);

    private static byte Rounded(double value) => (byte)Math.Round(value);

    // Kolmogorov and Smirnov's distance; 1.95 / √n is exceeded by chance once in a thousand times, and the draws are always the same.
    private static void AssertUniform(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        var distance = sorted.Select((value, i) =>
            Math.Max(Math.Abs(value - (double)i / sorted.Length), Math.Abs(value - (i + 1.0) / sorted.Length))).Max();
        Assert.True(distance < 1.95 / Math.Sqrt(sorted.Length) + 0.002, $"{distance}");
    }
}
