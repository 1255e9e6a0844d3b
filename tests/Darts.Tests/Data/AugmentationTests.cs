using CsCheck;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Search;

namespace MIOpenDarts.Darts.Tests.Data;

public sealed class AugmentationTests
{
    private static readonly Normalization Halves = new([0.5f, 0.25f, 0], [0.5f, 2, 1]);

    [Fact]
    public void A_pixel_is_normalised_in_the_official_order_of_operations()
    {
        var encoder = new ImageEncoder(TestImages.Set(2, channels: 3), Normalization.Cifar10);
        var encoded = new float[encoder.Size];
        encoder.Encode(1, encoded);
        var image = TestImages.Set(2, channels: 3).Image(1);
        for (var i = 0; i < encoded.Length; i++)
        {
            var (mean, deviation) = (Normalization.Cifar10.Mean[i / 20], Normalization.Cifar10.Deviation[i / 20]);
            Assert.Equal((image[i] / 255f - mean) / deviation, encoded[i]);
        }
    }

    [Fact]
    public void A_grey_image_can_be_written_to_three_channels()
    {
        var images = TestImages.Set(2);
        var encoder = new ImageEncoder(images, Normalization.FashionMnist, greyToRgb: true);
        var encoded = new float[encoder.Size];
        encoder.Encode(0, encoded);
        Assert.Equal(3 * images.ImageSize, encoded.Length);
        Assert.Equal(encoded[..20], encoded[20..40]);
        Assert.Equal(encoded[..20], encoded[40..]);
        Assert.Contains("not grey", Assert.Throws<DataException>(() =>
            new ImageEncoder(TestImages.Set(2, channels: 3), Halves, greyToRgb: true)).Message, StringComparison.Ordinal);
        Assert.Contains("one value per channel", Assert.Throws<DataException>(() => new ImageEncoder(images, Halves)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Crop_flip_and_cutout_equal_their_definitions_on_padded_images() =>
        Gen.Select(Gen.Int[-6, 6], Gen.Int[-6, 6], Gen.Bool, Gen.Int[0, 4], Gen.Int[0, 3], Gen.Int[0, 9])
            .Holds((down, right, flip, row, column, length) =>
        {
            var images = TestImages.Set(2, channels: 3);
            var encoder = new ImageEncoder(images, Halves);
            var draw = new AugmentationDraw(down, right, flip, row, column, length);
            var encoded = new float[encoder.Size];
            encoder.Encode(1, draw, encoded);
            for (var c = 0; c < 3; c++)
                for (var y = 0; y < 5; y++)
                    for (var x = 0; x < 4; x++)
                        Assert.Equal(Expected(images, draw, c, y, x), encoded[(c * 5 + y) * 4 + x]);
        });

    [Fact]
    public void Draws_cover_the_whole_range_and_flip_half_the_time()
    {
        var augmentation = SearchLoop.AugmentationOf(new SearchOptions { Cutout = true });
        Assert.Equal(new Augmentation(4, true, 16), augmentation);
        var draws = Enumerable.Range(0, 4000).Select(i => augmentation.Draw(7, 1, i, 32, 32)).ToList();
        Assert.Equal(Enumerable.Range(-4, 9), draws.Select(draw => draw.Down).Distinct().Order());
        Assert.Equal(Enumerable.Range(-4, 9), draws.Select(draw => draw.Right).Distinct().Order());
        Assert.Equal(Enumerable.Range(0, 32), draws.Select(draw => draw.CutoutRow).Distinct().Order());
        Assert.InRange(draws.Count(draw => draw.Flip), 1850, 2150);
    }

    [Fact]
    public void Switching_one_variation_changes_no_other_draw()
    {
        var all = new Augmentation(4, true, 16).Draw(1, 2, 3, 32, 32);
        Assert.Equal(all with { Flip = false }, new Augmentation(4, false, 16).Draw(1, 2, 3, 32, 32));
        Assert.Equal(all with { CutoutLength = 0 }, new Augmentation(4, true, 0).Draw(1, 2, 3, 32, 32));
    }

    private static float Expected(ImageSet images, AugmentationDraw draw, int c, int y, int x)
    {
        var half = draw.CutoutLength / 2;
        if (y >= draw.CutoutRow - half && y < draw.CutoutRow + half && x >= draw.CutoutColumn - half && x < draw.CutoutColumn + half)
            return 0;
        var (fromY, fromX) = (y + draw.Down, (draw.Flip ? 3 - x : x) + draw.Right);
        var value = fromY is >= 0 and < 5 && fromX is >= 0 and < 4 ? images.Image(1)[(c * 5 + fromY) * 4 + fromX] : (byte)0;
        return (value / 255f - Halves.Mean[c]) / Halves.Deviation[c];
    }
}
