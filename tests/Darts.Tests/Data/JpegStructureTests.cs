using MIOpenDarts.Darts.Data;
using static MIOpenDarts.Darts.Tests.Data.Pictures;

namespace MIOpenDarts.Darts.Tests.Data;

/// <summary>JPEG files of every structure are read, and those where the decoder would leave pixels unwritten are not.</summary>
public sealed class JpegStructureTests : IDisposable
{
    private static readonly (int Across, int Down)[] Colour = [(2, 2), (1, 1), (1, 1)];
    private readonly string folder = Directory.CreateTempSubdirectory("miopendarts-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("1x1")]
    [InlineData("2x2")]
    [InlineData("2x2 1x1 1x1")]
    [InlineData("1x2 1x1 1x1")]
    [InlineData("1x1 1x1 1x1 1x1")]
    public void Sound_files_are_read(string sampling)
    {
        (int, int)[] channels = [.. sampling.Split(' ').Select(each => (each[0] - '0', each[2] - '0'))];
        foreach (var frame in new byte[] { 0xC0, 0xC1, 0xC2 })
            foreach (var interval in new[] { 0, 1, 3, 4, 200 })
                foreach (var apart in new[] { false, true })
                    foreach (var last in new[] { false, interval > 0 })
                        Assert.All(Read(new PlainJpeg(37, 50, channels)
                        { Frame = frame, Interval = interval, Apart = apart, LastRestart = last }.ToFile()), IsGrey);
    }

    [Fact]
    public void Fill_bytes_thumbnails_comments_and_bytes_behind_the_end_are_sound()
    {
        var small = new PlainJpeg(8, 8, (1, 1)) { Interval = 1 }.ToFile();
        var file = new PlainJpeg(37, 50, Colour)
        {
            Frame = 0xC2,
            Interval = 2,
            Change = intervals => [[.. intervals[0], 0xFF], .. intervals[1..]],
            Between = [0xFF, 0xFF, .. PlainJpeg.Segment(0xFE, [1, 2]), .. PlainJpeg.Segment(0xED, small),
                .. PlainJpeg.Segment(0xDD, [0, 2])],
        }.ToFile();
        byte[] whole = [.. file[..2], 0xFF, 0xFF, .. PlainJpeg.Segment(0xE1, [.. "Exif\0\0"u8, .. Exif(1, big: true), .. small]),
            .. file[2..], .. small];
        Assert.All(Read(whole), IsGrey);
    }

    [Theory]
    [InlineData(0xC0, 1, false)]
    [InlineData(0xC0, 5, true)]
    [InlineData(0xC2, 2, false)]
    [InlineData(0xC2, 5, true)]
    public void Missing_restart_markers_and_intervals_are_told(byte frame, int interval, bool apart)
    {
        RefusedWith(intervals => intervals[..^1]);
        RefusedWith(intervals => [[.. intervals[0], .. intervals[1]], .. intervals[2..]]);
        RefusedWith(intervals => [[], .. intervals[1..]]);

        void RefusedWith(Func<List<byte[]>, List<byte[]>> change) => Refused(
            new PlainJpeg(100, 100, Colour) { Frame = frame, Apart = apart, Interval = interval, Change = change }, "restart intervals");
    }

    [Fact]
    public void Restart_markers_out_of_order_are_told()
    {
        var file = new PlainJpeg(24, 24, (1, 1)) { Interval = 1 }.ToFile();
        var second = file.AsSpan().IndexOf(new byte[] { 0xFF, 0xD1 });
        file[second + 1] = 0xD2;
        Refused(file, "its restart markers are not in order");
    }

    [Fact]
    public void Coded_bytes_that_are_left_over_in_an_interval_are_told() =>
        Refused(new PlainJpeg(24, 24, (1, 1)) { Interval = 1, Change = intervals => [new byte[40], .. intervals[1..]] },
            "cannot be decoded beyond byte");

    [Theory]
    [InlineData(0xC0, 1)]
    [InlineData(0xC0, 2)]
    [InlineData(0xC2, 2)]
    public void A_channel_without_a_scan_is_told(byte frame, int scans) =>
        Refused(new PlainJpeg(24, 24, Colour) { Frame = frame, Apart = true, Scans = scans }, "a channel of colour is missing");

    [Theory]
    [InlineData(0xF0)]
    [InlineData(0x5C)]
    [InlineData(0xC2)]
    public void An_unknown_marker_behind_a_scan_is_told(byte marker) =>
        Refused(new PlainJpeg(24, 24, Colour) { Frame = 0xC2, Between = PlainJpeg.Segment(marker, [0, 0]) },
            "cannot be decoded beyond byte");

    [Fact]
    public void A_damaged_table_behind_a_scan_is_told() =>
        Refused(new PlainJpeg(24, 24, Colour) { Frame = 0xC2, Between = PlainJpeg.Segment(0xC4, [0x99, 1]) },
            "cannot be decoded beyond byte");

    [Theory]
    [InlineData(0xC3, "a lossless JPEG image")]
    [InlineData(0xC5, "a hierarchical JPEG image")]
    [InlineData(0xC9, "a JPEG image with arithmetic coding")]
    [InlineData(0xCA, "a JPEG image with arithmetic coding")]
    [InlineData(0xCF, "a hierarchical JPEG image")]
    public void Forms_that_are_not_read_are_told_with_the_cure(byte marker, string form) =>
        Refused(new PlainJpeg(8, 8, (1, 1)) { Frame = marker }, $"this is {form}, which cannot be read; save it as baseline JPEG or PNG");

    [Fact]
    public void Twelve_bits_are_told()
    {
        var file = new PlainJpeg(8, 8, (1, 1)) { Frame = 0xC1 }.ToFile();
        file[file.AsSpan().IndexOf(new byte[] { 0xFF, 0xC1 }) + 4] = 12;
        Refused(file, "this is a JPEG image with 12 bits in a channel, which cannot be read; save it as baseline JPEG or PNG");
    }

    private static void IsGrey(byte value) => Assert.Equal(128, value);

    private void Refused(PlainJpeg jpeg, string words) => Refused(jpeg.ToFile(), words);

    private void Refused(byte[] file, string words)
    {
        var path = folder.Put("a.jpg", file);
        var message = Assert.Throws<DataException>(() => ImageFile.Read(path, 3, 4, 4)).Message;
        Assert.StartsWith(path, message);
        Assert.Contains(words, message);
    }

    private byte[] Read(byte[] file)
    {
        var path = folder.Put("a.jpg", file);
        var (height, width) = ImageFile.Size(path);
        return ImageFile.Read(path, 3, height, width);
    }
}
