using MIOpenDarts.Darts.Data;

namespace MIOpenDarts.Darts.Tests.Data;

public sealed class ImageFolderTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("miopendarts-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Classes_are_the_sub_folders_in_the_order_of_their_names()
    {
        Write("train/zebra/1.png", 6, 4, 10);
        Write("train/ant/1.PNG", 6, 4, 20);
        Write("train/ant/2.png", 6, 4, 30);
        Write("val/ant/1.png", 6, 4, 40);
        File.WriteAllText(Path.Combine(folder, "train/ant/notes.txt"), "no image");
        var data = DataSource.Open(folder);
        Assert.Equal(["ant", "zebra"], data.Train.ClassNames);
        Assert.Equal([0, 0, 1], data.Train.Labels.ToArray());
        Assert.Equal((3, 6, 4, 2), (data.Train.Channels, data.Train.Height, data.Train.Width, data.Train.Classes));
        Assert.Equal([20, 30, 10], new[] { 0, 1, 2 }.Select(i => (int)data.Train.Image(i)[0]));
        Assert.Equal(40, data.Test!.Image(0)[^1]);
        var summary = new DataSummary(data);
        Assert.Equal([2, 1], summary.TrainCounts);
        Assert.Equal([1, 0], summary.TestCounts);
        Assert.Equal(20f / 255, summary.Measured.Mean[2], 5);
    }

    [Fact]
    public void A_JPEG_is_decoded()
    {
        const string red =
            "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wAARCAAIAAgDAREAAhEBAxEB/8QAFAABAAAAAAAAAAAAAAAAAAAABf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/xAAVAQEBAAAAAAAAAAAAAAAAAAAEBv/EABQRAQAAAAAAAAAAAAAAAAAAAAD/2gAMAwEAAhEDEQA/ABgFc//Z";
        var path = Path.Combine(folder, "red.jpg");
        File.WriteAllBytes(path, Convert.FromBase64String(red));
        Assert.Equal((8, 8), ImageFile.Size(path));
        var pixels = ImageFile.Read(path, 3, 4, 4);
        Assert.All(pixels[..16], v => Assert.InRange(v, 195, 205));
        Assert.All(pixels[16..], v => Assert.InRange(v, 35, 45));
    }

    [Fact]
    public void Images_of_several_sizes_need_a_size_and_get_it()
    {
        Write("a/1.png", 6, 4, 10);
        Write("b/1.png", 8, 8, 20);
        var error = Assert.Throws<DataException>(() => DataSource.Open(folder));
        Assert.Contains("image_size", error.Message);
        var train = DataSource.Open(folder, imageSize: 5).Train;
        Assert.Equal((5, 5, 2), (train.Height, train.Width, train.Count));
        Assert.All(train.Image(1).ToArray(), v => Assert.Equal(20, v));
    }

    [Theory]
    [InlineData("not an image at all", "no JPEG or PNG")]
    [InlineData("", "no JPEG or PNG")]
    public void What_is_no_image_is_named(string text, string words)
    {
        Write("a/1.png", 4, 4, 1);
        Write("b/1.png", 4, 4, 1);
        File.WriteAllText(Path.Combine(folder, "b/2.png"), text);
        var error = Assert.Throws<DataException>(() => DataSource.Open(folder));
        Assert.Contains("2.png", error.Message);
        Assert.Contains(words, error.Message);
    }

    [Fact]
    public void A_damaged_image_is_named()
    {
        Write("a/1.png", 40, 40, 1);
        Write("b/1.png", 40, 40, 1);
        var path = Path.Combine(folder, "b/1.png");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..40]);
        Assert.Contains(path, Assert.Throws<DataException>(() => DataSource.Open(folder)).Message);
    }

    [Fact]
    public void Where_no_image_of_a_part_can_be_used_one_of_that_part_is_named()
    {
        Write("train/a/1.png", 4, 4, 1);
        Write("train/b/1.png", 4, 4, 1);
        Write("val/a/1.png", 4, 4, 1);
        foreach (var name in new[] { "train/a/2.png", "val/a/1.png" }) File.WriteAllText(Path.Combine(folder, name), "no image");
        var message = Assert.Throws<DataException>(() => DataSource.Open(folder)).Message;
        Assert.StartsWith(Path.Combine(folder, "val/a/1.png"), message);
        Assert.Contains("none of the 1 images", message);
    }

    [Fact]
    public void Scaling_keeps_the_middle_and_the_mean()
    {
        // Columns 0 … 7 of 4 rows; the middle square is columns 2 … 5.
        var source = Enumerable.Range(0, 32).Select(i => (byte)(10 * (i % 8))).ToArray();
        Assert.Equal(Enumerable.Range(0, 16).Select(i => (byte)(20 + 10 * (i % 4))), Fit(4));
        Assert.Equal([35], Fit(1));
        Assert.Equal(64, Fit(8).Length);

        byte[] Fit(int size) => ImageScaling.Fit(PixelGrid.Interleaved(source, 1, 4, 8, 1), size, size);
    }

    [Fact]
    public void CIFAR_100_counts_the_fine_label()
    {
        var record = new byte[3074];
        (record[0], record[1], record[2]) = (3, 77, 9);
        File.WriteAllBytes(Path.Combine(folder, "train.bin"), [.. record, .. record]);
        File.WriteAllBytes(Path.Combine(folder, "test.bin"), record);
        var data = DataSource.Open(folder);
        Assert.Equal((2, 100, 77, 9, 1),
            (data.Train.Count, data.Train.Classes, data.Train.Labels[1], data.Train.Image(1)[0], data.Test!.Count));
        record[1] = 100;
        File.WriteAllBytes(Path.Combine(folder, "train.bin"), record);
        Assert.Contains("label 100", Assert.Throws<DataException>(() => DataSource.Open(folder)).Message);
    }

    private void Write(string name, int height, int width, byte value)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var pixels = new byte[height * width * 3];
        Array.Fill(pixels, value);
        File.WriteAllBytes(path, PngPicture.Encode(pixels, height, width, 3));
    }
}
