namespace MIOpenDarts.Cli.Tests;

public sealed class HelpTests
{
    public static TheoryData<string> Commands => FaultTests.Commands;

    [Fact]
    public void Help_is_a_command_too()
    {
        var asked = Command.Run("help");
        Assert.Equal((0, ""), (asked.Code, asked.Error));
        Assert.Equal(Command.Run("--help").Output, asked.Output);
        Assert.Contains("search", asked.Output);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Help_of_a_command_is_that_of_its_option(string name)
    {
        var asked = Command.Run("help", name);
        Assert.Equal((0, ""), (asked.Code, asked.Error));
        Assert.Equal(Command.Run(name, "--help").Output, asked.Output);
    }

    [Fact]
    public void Help_of_what_is_no_command_gets_a_guess()
    {
        Command.Refuses(2, ["help", "serch"], "'serch' is not a command; did you mean search?");
        Command.Refuses(2, ["serch", "--help"], "'serch' is not a command; did you mean search?");
        Assert.Equal(Command.Run("help", "search"), Command.Run("search", "--lr", "3", "--help"));
    }

    [Theory]
    [InlineData("--lr", "--learning-rate")]
    [InlineData("--bs", "--batch-size")]
    [InlineData("--report_freq", "--report-interval")]
    public void A_wrong_option_gets_a_sensible_guess(string typed, string meant) =>
        Command.Refuses(2, ["search", typed, "3"], $"{typed} is not an option of search; did you mean {meant}? see: ");

    [Fact]
    public void An_option_that_is_near_none_gets_no_guess()
    {
        var outcome = Command.Run("search", "--gpu", "0");
        Assert.Equal((2, "miopendarts: --gpu is not an option of search; see: miopendarts search --help\n"), (outcome.Code, outcome.Error));
    }

    [Fact]
    public void The_help_of_search_and_train_says_what_more_epochs_mean()
    {
        Assert.All(["search", "train"], name =>
            Assert.Contains("the learning rate then follows the cosine of N epochs", Command.Run(name, "--help").Output,
            StringComparison.OrdinalIgnoreCase));
        Assert.Contains("128 and a signal's number", Command.Run("help", "search").Output);
    }
}
