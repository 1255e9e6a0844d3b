using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Darts.Tests.Options;

public sealed class SpellingTests
{
    private static readonly string[] Options = ["--preset", "--config", "--resume", "--out", "--help",
        .. SearchOptions.Table.All.Select(field => "--" + field.Name.Replace('_', '-'))];

    [Theory]
    [InlineData("--lr", "--learning-rate")]
    [InlineData("--LR", "--learning-rate")]
    [InlineData("--bs", "--batch-size")]
    [InlineData("--wd", "--weight-decay")]
    [InlineData("--batch", "--batch-size")]
    [InlineData("--epoch", "--epochs")]
    [InlineData("--dataset", "--data")]
    [InlineData("--output", "--out")]
    [InlineData("--channels", "--init-channels")]
    [InlineData("--learn-rate", "--learning-rate")]
    [InlineData("--laerning-rate", "--learning-rate")]
    [InlineData("--momnetum", "--momentum")]
    public void An_abbreviation_or_a_slip_finds_its_option(string typed, string meant) =>
        Assert.Equal(meant, Spelling.Nearest(typed, Options));

    // What train_search.py of the official code takes.
    [Theory]
    [InlineData("--batch_size", "--batch-size")]
    [InlineData("--learning_rate", "--learning-rate")]
    [InlineData("--learning_rate_min", "--learning-rate-min")]
    [InlineData("--report_freq", "--report-interval")]
    [InlineData("--drop_path_prob", "--drop-path")]
    [InlineData("--arch_learning_rate", "--alpha-learning-rate")]
    [InlineData("--arch_weight_decay", "--alpha-weight-decay")]
    [InlineData("--cutout_length", "--cutout-length")]
    public void An_option_of_the_official_code_finds_ours(string typed, string meant) =>
        Assert.Equal(meant, Spelling.Nearest(typed, Options));

    [Theory]
    [InlineData("--gpu")]
    [InlineData("--verbose")]
    [InlineData("--xyzzy")]
    [InlineData("-")]
    public void What_is_near_nothing_gets_no_guess(string typed)
    {
        Assert.Null(Spelling.Nearest(typed, Options));
        Assert.Equal("", Spelling.Guess(typed, Options));
    }

    [Fact]
    public void Every_name_is_its_own_nearest() => Assert.All(Options, name => Assert.Equal(name, Spelling.Nearest(name, Options)));
}
