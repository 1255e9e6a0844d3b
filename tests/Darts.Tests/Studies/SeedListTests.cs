using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Studies.Seeds;

namespace MIOpenDarts.Darts.Tests.Studies;

public class SeedListTests
{
    [Theory]
    [InlineData("0..3", 0, 1, 2, 3)]
    [InlineData("0,1,5", 0, 1, 5)]
    [InlineData("7", 7)]
    [InlineData("9, 2..3", 9, 2, 3)]
    [InlineData("4..4", 4)]
    public void Numbers_and_ranges_are_read_in_their_order(string text, params int[] seeds) =>
        Assert.Equal(seeds.Select(seed => (ulong)seed), SeedList.Parse(text));

    [Fact]
    public void The_largest_seed_is_a_seed() =>
        Assert.Equal([ulong.MaxValue - 1, ulong.MaxValue], SeedList.Parse($"{ulong.MaxValue - 1}..{ulong.MaxValue}"));

    [Theory]
    [InlineData("", "allowed are numbers and ranges")]
    [InlineData("one", "allowed are numbers and ranges")]
    [InlineData("1,", "allowed are numbers and ranges")]
    [InlineData("-1", "allowed are numbers and ranges")]
    [InlineData("0..", "allowed are numbers and ranges")]
    [InlineData("0..1..2", "allowed are numbers and ranges")]
    [InlineData("0...3", "allowed are numbers and ranges")]
    [InlineData("1.5", "allowed are numbers and ranges")]
    [InlineData("18446744073709551616", "allowed are numbers and ranges")]
    [InlineData("3..0", "the range 3..0 ends before it begins")]
    [InlineData("0..3,2", "seed 2 occurs twice")]
    [InlineData("0..1000", "at most 1000 seeds")]
    [InlineData("0..18446744073709551615", "at most 1000 seeds")]
    [InlineData("0..600,1000..1500", "at most 1000 seeds")]
    public void Anything_else_is_refused_with_value_and_cure(string text, string words)
    {
        var error = Assert.Throws<OptionsException>(() => SeedList.Parse(text));
        Assert.StartsWith($"--seeds is '{text}'; ", error.Message);
        Assert.Contains(words, error.Message);
    }
}
