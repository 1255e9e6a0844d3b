using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Data.Pictures;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Tests.Data;

/// <summary>Folders of images that are decoded at each use and cropped at random.</summary>
public sealed class WholeImageTests : IDisposable
{
    private static readonly Augmentation All = new(0, true, 3, Resized: true, Jitter: true);
    private readonly string folder = Directory.CreateTempSubdirectory("miopendarts-").FullName;

    public WholeImageTests()
    {
        foreach (var part in new[] { "train", "val" })
            foreach (var name in new[] { "ant", "bee" })
                for (var i = 0; i < 6; i++) Write($"{part}/{name}/{i}.png", 10 + i, 14 - i, (ulong)(i + name[0]));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Batches_do_not_depend_on_workers_or_on_where_an_epoch_is_resumed()
    {
        var expected = Read(workers: 0, firstStep: 0);
        Assert.Equal(expected, Read(workers: 3, firstStep: 0));
        Assert.Equal(expected[2..], Read(workers: 2, firstStep: 2));
        Assert.NotEqual(expected[0].Pixels, Read(workers: 0, firstStep: 0, epoch: 1)[0].Pixels);
    }

    [Fact]
    public void A_test_image_is_the_middle_with_a_border_left_away()
    {
        // 12 rows and 12 columns in two: as of 16 for 14, a border of 12 (1 - 7/8) / 2 = 0.75 pixels is left away.
        var path = Write("x/0.png", 12, 12, 5);
        var image = ImageFile.Read(path, 3, 2, 2);
        var middle = ImageFile.Read(path, 3, 2, 2, ImageFile.CropMargin);
        Assert.NotEqual(image, middle);
        Assert.Equal(Decoded(), middle);
        var data = DataSource.Open(folder, 2, whole: true);
        Assert.Equal(ImageFile.Read(Path.Combine(folder, "val", "ant", "0.png"), 3, 2, 2, ImageFile.CropMargin), data.Test!.Image(0)
            .ToArray());
        Assert.Equal(Normalization.ImageNet, data.Normalization);

        byte[] Decoded()
        {
            using var picture = PictureDecoder.Decode(path, File.ReadAllBytes(path), 3);
            return ImageScaling.Fit(picture.Pixels, 2, 2, 8.0 / 7);
        }
    }

    [Fact]
    public void A_margin_takes_as_much_of_the_middle_as_it_says()
    {
        // One row of 16: a margin of 2 leaves the columns 4 … 11, one of them for each pixel.
        byte[] row = [.. Enumerable.Range(0, 256).Select(i => (byte)(i % 16 * 10))];
        Assert.Equal([40, 50, 60, 70, 80, 90, 100, 110], ImageScaling.Fit(PixelGrid.Planes(row, 1, 16, 16), 8, 8, 2)[..8]);
    }

    [Fact]
    public void What_cannot_be_cropped_is_named()
    {
        Assert.Contains("image_size", Assert.Throws<DataException>(() => DataSource.Open(folder, 0, whole: true)).Message);
        var broken = Path.Combine(folder, "train", "bee", "3.png");
        File.WriteAllText(broken, "no image");
        Assert.Contains(broken, Assert.Throws<DataException>(() => Read(workers: 2, firstStep: 0)).Message);
    }

    [Fact]
    public void Colours_are_varied_before_they_are_normalised_and_cut_out()
    {
        var images = TestImages.Set(2, channels: 3);
        var draw = new Augmentation(4, true, 2, Jitter: true).Draw(1, 0, 7, 5, 4);
        var actual = new float[images.ImageSize];
        new ImageEncoder(images, Normalization.Cifar10).Encode(1, draw, actual);

        var plain = new float[images.ImageSize];
        new ImageEncoder(images, new Normalization([0, 0, 0], [1, 1, 1]))
            .Encode(1, draw with { Jitter = default, CutoutLength = 0 }, plain);
        float[] expected = [.. plain.Select(v => 255 * v)];
        ColourJitter.Apply(expected, 20, draw.Jitter);
        for (var i = 0; i < expected.Length; i++) expected[i] = (expected[i] / 255f - Normalization.Cifar10.Mean[i / 20])
            / Normalization.Cifar10.Deviation[i / 20];
        var left = actual.Zip(expected).Where(pair => pair.First != 0).ToList();
        Assert.All(left, pair => Assert.Equal(pair.Second, pair.First, 1e-4));
        Assert.InRange(left.Count, 3 * 16, 3 * 19);
    }

    private List<BatchCopy> Read(int workers, int firstStep, int epoch = 0)
    {
        var data = DataSource.Open(folder, 8, whole: true);
        using var pipeline = new BatchPipeline(new ImageEncoder(data.Train, data.Normalization), 3, workers);
        pipeline.Start(BatchSchedule.Training([.. Enumerable.Range(0, data.Train.Count)], 3, All, seed: 2, epoch, firstStep));
        var copies = new List<BatchCopy>();
        while (pipeline.TryRead(out var batch))
            copies.Add(new BatchCopy(batch.Step, batch.Indices.ToArray(), batch.Labels.ToArray(), batch.Pixels.ToArray()));
        return copies;
    }

    private string Write(string name, int height, int width, ulong seed)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var random = new CounterRandom(seed, RandomStream.Weights);
        byte[] pixels = [.. Enumerable.Range(0, height * width * 3).Select(_ => (byte)random.NextInt32(256))];
        File.WriteAllBytes(path, PngPicture.Encode(pixels, height, width, 3));
        return path;
    }
}
