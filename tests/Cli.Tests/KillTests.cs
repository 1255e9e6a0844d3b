using MIOpenDarts.Darts.Files;
using MIOpenDarts.Darts.Records;

namespace MIOpenDarts.Cli.Tests;

/// <summary>Resume: whatever stops a search, it ends as if nothing had.</summary>
public sealed class KillTests
{
    /// <summary>Ten steps an epoch; each resume goes on at the last checkpoint and meets the next of these.</summary>
    private static readonly Blow[] Blows =
    [
        new(Blow.Kill, 0, "forecast "),
        new(Blow.Kill, 0, "epoch 1/2  step 3/10 "),
        new(0, HalfACheckpoint, "epoch 1/2  step 5/10 "),
        new(Blow.Kill, 0, "epoch 1/2  step 10/10 "),
        new(0, HalfACheckpoint, "epoch 1/2 done"),
        new(0, HalfACheckpoint, "epoch 2/2  step 8/10 "),
        new(Blow.Kill, 0, "epoch 2/2 done"),
    ];

    private const int HalfACheckpoint = 64 << 10;

    [Fact]
    public async Task Killed_between_steps_and_in_the_middle_of_writing_checkpoints_a_run_ends_bit_identical()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "there is no signal and no limit to set; run this on Linux");
        using var tiny = new TinySearch(images: 160);
        Assert.Equal(0, Command.Run(tiny.Args("whole")).Code);
        Assert.InRange(new FileInfo(tiny.Newest("whole")).Length, HalfACheckpoint + 1, 3 * HalfACheckpoint);
        foreach (var blow in Blows)
        {
            using var process = blow.Start(Directory.Exists(tiny.In("killed")) ? ["search", "--resume", tiny.In("killed")]
                : tiny.Args("killed"));
            var outcome = await Command.End(process);
            Assert.Contains(outcome.Code, Blow.Codes);
            Assert.Equal("", outcome.Error);
            if (blow.FileBytes == 0) continue;
            // At the end of an epoch the report is written before the checkpoint.
            var half = blow.Words[0].Contains("done", StringComparison.Ordinal)
                ? [tiny.In("killed/report.html" + WholeFile.Unfinished)]
                : Directory.GetFiles(tiny.Checkpoints("killed"), "*" + WholeFile.Unfinished);
            Assert.Equal(blow.FileBytes, new FileInfo(Assert.Single(half)).Length);
        }

        var last = Command.Run("search", "--resume", tiny.In("killed"));
        Assert.Equal((0, ""), (last.Code, last.Error));
        Assert.Empty(Directory.GetFiles(tiny.Checkpoints("killed"), "*" + WholeFile.Unfinished));
        tiny.AssertSameEnd("whole", "killed");
    }

    [Theory]
    [InlineData(Blow.HangUp)]
    [InlineData(Blow.Interrupt)]
    [InlineData(Blow.Quit)]
    [InlineData(Blow.Terminate)]
    public async Task A_signal_stops_with_a_checkpoint_a_report_and_its_own_code(int signal)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "there is no signal to send; run this on Linux");
        using var tiny = new TinySearch { Epochs = 20 };
        using var process = new Blow(signal, 0, "epoch 1/20  step 3/").Start(tiny.Args("stopped"));
        var outcome = await Command.End(process);
        Assert.Equal(128 + signal, outcome.Code);
        Command.AssertOneLine(outcome.Error, "stopped with a checkpoint", $"miopendarts search --resume {tiny.In("stopped")}");
        Assert.Contains("stopping after this step", outcome.Output);
        Assert.Equal(RunOutcome.Interrupted, Assert.IsType<RunEnded>(tiny.Log("stopped")[^1]).Outcome);
        Assert.True(File.Exists(Path.Combine(tiny.In("stopped"), "report.html")));
        Assert.Equal(0, Command.Run("search", "--resume", tiny.In("stopped")).Code);
        Assert.Equal(0, Command.Run(tiny.Args("whole")).Code);
        tiny.AssertSameEnd("whole", "stopped");
    }

    [Fact]
    public async Task A_hang_up_that_the_caller_ignores_as_nohup_does_stops_nothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "there is no signal to send; run this on Linux");
        using var tiny = new TinySearch();
        var blow = new Blow(Blow.HangUp, 0, "epoch 1/");
        using var process = blow.StartBy("env", ["--ignore-signal=HUP", "dotnet", Command.Program, .. tiny.Args("run")]);
        var outcome = await Command.End(process);
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
    }

    [Fact]
    public async Task A_study_that_a_signal_stops_goes_on_to_the_same_end()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "there is no signal to send; run this on Linux");
        using var tiny = new TinySearch { Epochs = 20 };
        using var process = new Blow(Blow.HangUp, 0, "seed 0  forecast ").Start(tiny.Args("study", "--seeds", "0..1"));
        var outcome = await Command.End(process);
        Assert.Equal(128 + Blow.HangUp, outcome.Code);
        Command.AssertOneLine(outcome.Error, "stopped with checkpoints", $"miopendarts search --resume {tiny.In("study")}");
        Assert.Equal(0, Command.Run("search", "--resume", tiny.In("study")).Code);
        Assert.Equal(0, Command.Run(tiny.Args("whole", "--seeds", "0..1")).Code);
        foreach (var seed in new[] { "seed-0", "seed-1" }) tiny.AssertSameEnd($"whole/{seed}", $"study/{seed}");
    }

    [Fact]
    public async Task A_resume_on_another_vector_width_warns_and_goes_on()
    {
        var wide = Darts.Records.RunEnvironment.WidestVector;
        Assert.SkipUnless(wide > 128, "the processor has only one vector width; run this on one with AVX2");
        using var tiny = new TinySearch();
        Assert.Equal(0, Command.Run(tiny.Args("run")).Code);
        tiny.TakeBack("run");
        using var process = Command.Start(["search", "--resume", tiny.In("run")],
            (wide == 512 ? "DOTNET_EnableAVX512" : "DOTNET_EnableAVX2", "0"));
        var outcome = await Command.End(process);
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        var warning = Assert.Single(outcome.Output.Split('\n'), line => line.StartsWith("warning: ", StringComparison.Ordinal));
        Assert.Contains("not bit for bit", warning);
    }
}
