using System.Diagnostics;
using MIOpenDarts.Darts.Data;
using static MIOpenDarts.Darts.Tests.Data.Pictures;

namespace MIOpenDarts.Darts.Tests.Data;

/// <summary>What is told of single image files: cut off, damaged, turned, or no image at all.</summary>
public sealed class PictureFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("miopendarts-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void An_image_cut_off_anywhere_is_named()
    {
        foreach (var (name, whole) in new[] { ("a.jpg", Jpeg), ("a.png", Plain(9, 7, 3)), ("turned.jpg", JpegWith(Exif(6, big: true))) })
        {
            ImageFile.Read(folder.Put(name, whole), 3, 4, 4);
            for (var length = 0; length < whole.Length; length++)
            {
                var path = folder.Put(name, whole[..length]);
                Assert.Contains(path, Assert.Throws<DataException>(() => ImageFile.Read(path, 3, 4, 4)).Message);
            }

            Assert.Contains("cut off", Assert.Throws<DataException>(() => ImageFile.Read(folder.Put(name, whole[..^1]), 3, 4, 4)).Message);
        }
    }

    [Fact]
    public void Zeros_where_the_rest_of_a_JPEG_should_be_are_a_cut_too()
    {
        byte[] padded = [.. Jpeg[..(Jpeg.Length * 9 / 10)], .. new byte[Jpeg.Length / 10]];
        Assert.Contains("cut off", Assert.Throws<DataException>(() => ImageFile.Read(folder.Put("a.jpg", padded), 3, 4, 4)).Message);
    }

    [Fact]
    public void Bytes_behind_the_end_do_no_harm()
    {
        foreach (var (name, whole) in new[] { ("a.jpg", Jpeg), ("a.png", Plain(9, 7, 3)) })
            Assert.Equal(ImageFile.Read(folder.Put(name, whole), 3, 4, 4),
                ImageFile.Read(folder.Put("more-" + name, [.. whole, 1, 2, 3, 0xFF]), 3, 4, 4));
    }

    [Fact]
    public void A_changed_bit_in_the_pixels_of_a_PNG_is_told_by_its_checksum()
    {
        var bytes = Plain(9, 7, 3);
        bytes[^20] ^= 1;
        Assert.Contains("chunk IDAT does not match its checksum",
            Assert.Throws<DataException>(() => ImageFile.Read(folder.Put("a.png", bytes), 3, 4, 4)).Message);
    }

    [Theory]
    [InlineData(1, 1, 2, 3, 4, 5, 6)]
    [InlineData(2, 3, 2, 1, 6, 5, 4)]
    [InlineData(3, 6, 5, 4, 3, 2, 1)]
    [InlineData(4, 4, 5, 6, 1, 2, 3)]
    [InlineData(5, 1, 4, 2, 5, 3, 6)]
    [InlineData(6, 4, 1, 5, 2, 6, 3)]
    [InlineData(7, 6, 3, 5, 2, 4, 1)]
    [InlineData(8, 3, 6, 2, 5, 1, 4)]
    [InlineData(9, 1, 2, 3, 4, 5, 6)]
    public void An_image_stands_upright_as_its_EXIF_orientation_says(int orientation, params int[] upright)
    {
        // Two rows of three; from 5 on there are three rows of two.
        var png = Png([1, 2, 3], [4, 5, 6]);
        var size = orientation is >= 5 and <= 8 ? (3, 2) : (2, 3);
        foreach (var exif in new[]
            { Exif(orientation, big: true), Exif(orientation, big: false), Exif(orientation, big: true, asLong: true) })
        {
            var path = folder.Put("a.png", PngWith(png, exif));
            Assert.Equal(size, ImageFile.Size(path));
            Assert.Equal(upright.Select(v => (byte)v), ImageFile.Read(path, 3, size.Item1, size.Item2)[..6]);
        }
    }

    [Fact]
    public void A_JPEG_is_turned_as_a_PNG_is()
    {
        var flat = folder.Put("a.jpg", JpegWith(Exif(1, big: false)));
        Assert.Equal(ImageFile.Read(folder.Put("b.jpg", Jpeg), 3, 8, 8), ImageFile.Read(flat, 3, 8, 8));
        // The test image is one colour, so its rows are told apart by a header that says 8x4.
        var wide = JpegWith(Exif(8, big: true));
        var frame = wide.AsSpan().IndexOf(new byte[] { 0xFF, 0xC0 });
        wide[frame + 6] = 4;
        Assert.Equal((8, 4), ImageFile.Size(folder.Put("c.jpg", wide)));
    }

    [Fact]
    public void Malformed_EXIF_data_says_nothing()
    {
        var png = Png([1, 2, 3], [4, 5, 6]);
        var sound = Exif(6, big: true);
        var random = new MIOpenDarts.Layers.Randomness.CounterRandom(3, MIOpenDarts.Layers.Randomness.RandomStream.Weights);
        for (var i = 0; i < 400; i++)
        {
            var exif = sound.ToArray()[..random.NextInt32(sound.Length + 1)];
            if (exif.Length > 0) exif[random.NextInt32(exif.Length)] = (byte)random.NextInt32(256);
            Assert.Contains(ImageFile.Size(folder.Put("a.png", PngWith(png, exif))), new[] { (2, 3), (3, 2) });
        }

        Assert.Equal((2, 3), ImageFile.Size(folder.Put("a.png", PngWith(png, [.. "MM\0*"u8, 0xFF, 0xFF, 0xFF, 0xFF]))));
        Assert.Equal((2, 3), ImageFile.Size(folder.Put("a.png", PngWith(png, sound[..20]))));
    }

    [Theory]
    [InlineData("GIF89a......", "a GIF image")]
    [InlineData("RIFF....WEBPVP8 ", "a WebP image")]
    [InlineData("....ftypheic", "a HEIC or AVIF image")]
    [InlineData("<!DOCTYPE html>", "a page or text")]
    [InlineData("nonsense", "no JPEG or PNG image")]
    public void What_only_has_the_name_of_an_image_is_told_for_what_it_is(string bytes, string words)
    {
        var path = folder.Put("a.jpg", System.Text.Encoding.ASCII.GetBytes(bytes));
        var message = Assert.Throws<DataException>(() => ImageFile.Read(path, 3, 4, 4)).Message;
        Assert.StartsWith(path, message);
        Assert.Contains(words, message);
    }

    [Fact]
    public void A_pipe_is_not_waited_for()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there are no pipes among files; run this elsewhere");
        var pipe = Path.Combine(folder, "a.jpg");
        using (var made = Process.Start("mkfifo", pipe)) made.WaitForExit();
        // Whoever opens the pipe all the same finds a writer and bytes, so that this test fails rather than waits.
        using var writer = new FileStream(pipe, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        writer.Write(new byte[64]);
        Assert.Contains("a pipe or a device", Assert.Throws<DataException>(() => ImageFile.Read(pipe, 3, 4, 4)).Message);
        File.CreateSymbolicLink(Path.Combine(folder, "b.jpg"), pipe);
        Assert.Contains("a pipe or a device", Assert.Throws<DataException>(() => ImageFile.Size(Path.Combine(folder, "b.jpg"))).Message);
        File.CreateSymbolicLink(Path.Combine(folder, "train-images-idx3-ubyte"), pipe);
        folder.Put("train-labels-idx1-ubyte", [0]);
        Assert.Contains("a pipe or a device", Assert.Throws<DataException>(() => DataSource.Open(folder)).Message);
    }

    [Fact]
    public void A_link_to_an_image_is_one()
    {
        var target = folder.Put("x/a.png", Plain(4, 4, 7));
        var link = Path.Combine(folder, "b.png");
        File.CreateSymbolicLink(link, target);
        Assert.Equal(ImageFile.Read(target, 3, 4, 4), ImageFile.Read(link, 3, 4, 4));
    }
}
