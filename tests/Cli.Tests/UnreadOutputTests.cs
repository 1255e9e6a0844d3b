namespace MIOpenDarts.Cli.Tests;

/// <summary>A rank whose output nobody reads, as launchers leave it that have a signal to pass on.</summary>
public sealed class UnreadOutputTests
{
    // A line is printed for each, of some 80 characters. A pipe holds 64 KB.
    private const int Steps = 2000;

    [Fact]
    public async Task A_rank_whose_output_is_not_read_makes_its_steps_hears_a_signal_and_says_how_to_go_on()
    {
        using var tiny = new TinySearch(images: 960) { Epochs = 100_000 };
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        // As MPICH's launcher starts the only rank, which needs nothing more of it.
        using var process = Command.Start(tiny.Args("run", "--threads", "1"), ("PMI_RANK", "0"), ("PMI_SIZE", "1"));
        try
        {
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            var log = tiny.In("run/log.jsonl");
            while (!File.Exists(log) || File.ReadLines(log).Count(line => line.Contains("\"step\",", StringComparison.Ordinal)) < Steps)
            {
                Assert.False(process.HasExited);
                await Task.Delay(200, limit.Token);
            }

            await Command.End(Command.Start("kill", ["-TERM", $"{process.Id}"]));
            await process.WaitForExitAsync(limit.Token);
            Assert.Equal(128 + Blow.Terminate, process.ExitCode);
            Command.AssertOneLine(await error, "stopped with a checkpoint", $"miopendarts search --resume {tiny.In("run")}");
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
