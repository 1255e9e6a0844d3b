using MIOpenDarts.Cli.Commands;

namespace MIOpenDarts.Cli.Tests;

/// <summary>Commands that need more memory than they may have: refused before anything is made, with settings that fit.</summary>
public sealed class MemoryTests : IDisposable
{
    private readonly TinySearch tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    public async Task A_shells_limit_refuses_a_search_and_names_itself_and_what_fits()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs ulimit; run this on Linux");
        // Runtime and program reserve 5 GiB of addresses, whatever they use of them; the search wants 15 GiB.
        var search =
            $"ulimit -v 7000000; exec dotnet '{Command.Program}' search --preset darts --epochs 1 --init-channels 32 --batch-size 128 " +
            $"--layers 20 "
            + $"--backend cpu --out '{tiny.In("run")}'";
        using var process = Command.Start("sh", ["-c", search]);
        var outcome = await Command.End(process);
        Assert.Equal(1, outcome.Code);
        Command.AssertOneLine(outcome.Error, "the search needs ", "but may take ", "MiB (ulimit -v allows 6835 MiB)",
            "What would fit: batch_size ", "; or init_channels ");
        Assert.False(Directory.Exists(tiny.In("run")));
    }

    [Fact]
    public void More_parameters_than_a_network_may_have_are_refused_with_what_fits()
    {
        Command.Refuses(
            1, ["search", "--backend", "cpu", "--epochs", "1", "--init-channels", "512", "--layers", "20", "--batch-size", "1000", "--out",
                tiny.In("run")],
            "3566010890 parameters are more than a network may have, 2147483647", "What would fit: ");
        Assert.False(Directory.Exists(tiny.In("run")));
    }

    [Theory]
    [InlineData("search")]
    [InlineData("train")]
    public void More_threads_than_processors_are_not_used_and_that_is_said(string command)
    {
        File.Copy(tiny.ImagesFile, tiny.ImagesFile.Replace("train", "t10k", StringComparison.Ordinal));
        File.Copy(tiny.LabelsFile, tiny.LabelsFile.Replace("train", "t10k", StringComparison.Ordinal));
        var args = tiny.Args("run", "--threads", "1000");
        if (command == "train")
        {
            args =
            [
                "train", "--data", tiny.Data, "--init-channels", "2", "--layers", "3", "--backend", "cpu", "--batch-size", "16", "--epochs",
                "1", "--threads", "1000",
                "--out", tiny.In("run"),
            ];
        }

        var outcome = Command.Run(args);
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Contains(
            $"threads  1000 are more than the {Environment.ProcessorCount} processors here, so {Environment.ProcessorCount} are used",
            outcome.Output);
        Assert.Contains($"bit vectors, {Environment.ProcessorCount} thread", outcome.Output);
        Assert.Contains($"\"threads\":{Environment.ProcessorCount},", File.ReadAllText(Path.Combine(tiny.In("run"), "environment.json"))
            .Replace(" ", "", StringComparison.Ordinal));
    }

    [Fact]
    public void A_check_before_a_run_makes_no_more_threads_than_the_run()
    {
        Backends.Require("cpu", 100, backend => Assert.Contains($" {Environment.ProcessorCount} thread", backend.Description));
        Backends.Require("cpu", 1, backend => Assert.EndsWith(" 1 thread", backend.Description));
    }
}
