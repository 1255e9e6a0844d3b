using System.Text.RegularExpressions;
using MIOpenDarts.Darts.Forecasts;

namespace MIOpenDarts.Darts.Tests.Supernets;

/// <summary>
/// What is proposed where a network does not fit: settings that can be typed, that fit, and that are the largest of their kind.
/// </summary>
public partial class DeviceFitTests
{
    [Theory]
    [InlineData(64, 16, 1, 0.5)]
    [InlineData(64, 16, 4, 0.5)]
    [InlineData(64, 16, 1, 0.05)]
    [InlineData(512, 36, 1, 0.011)]
    [InlineData(3, 5, 1, 0.9)]
    [InlineData(2, 16, 1, 0.6)]
    public void Every_proposal_is_a_valid_setting_that_fits_and_the_next_larger_does_not(int batch, int channels, int parts, double share)
    {
        var free = (long)(share * Bytes(batch, channels));
        var told = DeviceFit.BatchOrChannels(free, batch, channels, parts, Bytes);
        Assert.NotEmpty(told);
        foreach (var setting in told.Split("; or "))
        {
            var words = Setting().Match(setting);
            Assert.True(words.Success, setting);
            var (b, c) = (words.Groups[1].Success ? int.Parse(words.Groups[1].Value) : batch,
                words.Groups[2].Success ? int.Parse(words.Groups[2].Value) : channels);
            Assert.InRange(b, 1, batch);
            Assert.InRange(c, 1, channels);
            Assert.Equal(0, c % parts);
            Assert.InRange(Bytes(b, c), 1, free);
            Assert.True(words.Groups[1].Success ? Bytes(b + 1, c) > free : Bytes(b, c + parts) > free, $"{setting} is not the largest");
        }
    }

    [Fact]
    public void Where_nothing_fits_nothing_is_proposed()
    {
        Assert.Empty(DeviceFit.BatchOrChannels(100, 64, 16, 1, Bytes));
        Assert.Empty(DeviceFit.Batch(100, 64, b => Bytes(b, 16)));
    }

    [Fact]
    public void Where_only_little_of_both_fits_that_is_proposed() =>
        Assert.Equal("batch_size 2 with init_channels 1", DeviceFit.BatchOrChannels(Bytes(2, 1), 64, 16, 1, Bytes));

    private static long Bytes(int batch, int channels) => 1000 + 64L * batch * channels;

    [GeneratedRegex(@"^(?:batch_size (\d+))?(?: with )?(?:init_channels (\d+))?$")]
    private static partial Regex Setting();
}
