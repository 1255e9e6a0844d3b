using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Cli.Tests;

public sealed class InfoCommandTests
{
    [Fact]
    public void Info_names_every_backend_and_the_width_of_the_vectors()
    {
        var outcome = Command.Run("info");
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.All(BackendChoice.Names, name => Assert.Contains($"\n  {name,-10} ", outcome.Output));
        Assert.Matches(@"processor +\S.*, \d+ threads, (128|256|512)-bit vectors", outcome.Output);
    }

    [Theory]
    [InlineData("search")]
    [InlineData("train")]
    public void Help_of_a_run_names_every_backend(string command)
    {
        var help = string.Join(' ', Command.Run(command, "--help").Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains($"Where to compute: {BackendChoice.Allowed}.", help);
    }

    [Theory]
    [InlineData("bench")]
    [InlineData("evaluate")]
    [InlineData("predict")]
    public void Help_of_other_commands_names_every_backend(string command) =>
        Assert.Contains($"--backend <{string.Join('|', BackendChoice.Names)}>", Command.Run(command, "--help").Output);

    [Fact]
    public void Doctor_tests_a_managed_backend_too()
    {
        var outcome = Command.Run("doctor", "--backend", "cpu");
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Contains("verdict  every operation is right: searches can run on cpu", outcome.Output);
        Assert.DoesNotContain("WRONG", outcome.Output);
    }

    [Fact]
    public void Doctor_refuses_the_number_of_a_GPU_for_a_backend_without() =>
        Command.Refuses(2, ["doctor", "--backend", "cpu", "--device", "3"], "--device", "'cpu'");

    [Fact]
    public void Version_is_one_line()
    {
        var outcome = Command.Run("--version");
        Assert.Equal(0, outcome.Code);
        Assert.Matches(@"^miopendarts \d+\.\d+\.\d+\S*\n$", outcome.Output);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--help")]
    [InlineData("search --help")]
    [InlineData("show --help")]
    [InlineData("info --help")]
    public void Help_goes_to_standard_output(string words)
    {
        string[] args = words.Length == 0 ? [] : words.Split(' ');
        var outcome = Command.Run(args);
        Assert.Equal((args.Length == 0 ? 2 : 0, ""), (outcome.Code, outcome.Error));
        Assert.Contains("Usage:", outcome.Output);
    }
}
