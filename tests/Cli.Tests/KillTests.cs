using System.Diagnostics;
using System.Runtime.InteropServices;
using MIOpenDarts.Darts.Reports.Log;
using MIOpenDarts.Layers.Random;

namespace MIOpenDarts.Cli.Tests;

/// <summary>Resume: whatever stops a search, it ends as if nothing had.</summary>
public sealed partial class KillTests
{
    private const int HangUp = 1;
    private const int Interrupt = 2;
    private const int Quit = 3;
    private const int Terminate = 15;

    [Fact]
    public async Task Killed_at_random_moments_and_while_it_writes_checkpoints_a_run_ends_bit_identical()
    {
        using var tiny = new TinySearch(images: 160);
        Assert.Equal(0, Command.Run(tiny.Args("whole")).Code);
        var random = new CounterRandom((ulong)Environment.ProcessId, RandomStream.Weights);
        Func<int, bool>[] moments =
        [
            _ => File.Exists(Path.Combine(tiny.In("killed"), "config.json")),
            _ => IsWriting(tiny),
            written => Wait(Written(tiny) > written, random.NextInt32(30)),
            _ => IsWriting(tiny),
            written => Wait(Written(tiny) > written + 1, random.NextInt32(60)),
            _ => IsWriting(tiny),
        ];
        var kills = 0;
        foreach (var moment in moments)
        {
            var written = SetAside(tiny);
            using var process = Command.Start(kills == 0 ? tiny.Args("killed") : ["search", "--resume", tiny.In("killed")]);
            var end = Command.End(process);
            while (!process.HasExited && !moment(written)) Thread.Yield();
            process.Kill();
            var outcome = await end;
            if (outcome.Code == 0) break;
            Assert.Equal((137, ""), (outcome.Code, outcome.Error));
            kills++;
        }

        Assert.True(kills >= 3, $"only {kills} kills came before the run was done");
        var last = Command.Run("search", "--resume", tiny.In("killed"));
        Assert.Equal((0, ""), (last.Code, last.Error));
        Assert.Empty(Directory.GetFiles(tiny.Checkpoints("killed"), "*.tmp"));
        tiny.AssertSameEnd("whole", "killed");
    }

    [Theory]
    [InlineData(HangUp)]
    [InlineData(Interrupt)]
    [InlineData(Quit)]
    [InlineData(Terminate)]
    public async Task A_signal_stops_with_a_checkpoint_a_report_and_its_own_code(int signal)
    {
        using var tiny = new TinySearch { Epochs = 20 };
        using var process = Command.Start(tiny.Args("stopped"));
        var end = Command.End(process);
        WaitForCheckpoints(process, tiny, "stopped", 2);
        Assert.Equal(0, Kill(process.Id, signal));
        var outcome = await end;
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
        using var tiny = new TinySearch();
        using var process = Command.Start("env", ["--ignore-signal=HUP", "dotnet", Command.Program, .. tiny.Args("run")]);
        var end = Command.End(process);
        WaitForCheckpoints(process, tiny, "run", 1);
        Assert.Equal(0, Kill(process.Id, HangUp));
        var outcome = await end;
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
    }

    [Fact]
    public async Task A_study_that_a_signal_stops_goes_on_to_the_same_end()
    {
        using var tiny = new TinySearch { Epochs = 20 };
        using var process = Command.Start(tiny.Args("study", "--seeds", "0..1"));
        var end = Command.End(process);
        WaitForCheckpoints(process, tiny, Path.Combine("study", "seed-0"), 2);
        Assert.Equal(0, Kill(process.Id, HangUp));
        var outcome = await end;
        Assert.Equal(128 + HangUp, outcome.Code);
        Command.AssertOneLine(outcome.Error, "stopped with checkpoints", $"miopendarts search --resume {tiny.In("study")}");
    }

    [Fact]
    public async Task A_resume_on_another_vector_width_warns_and_goes_on()
    {
        var wide = Darts.Runs.RunEnvironments.SimdBits;
        Assert.SkipUnless(wide > 128, "the processor has only one vector width; run this on one with AVX2");
        using var tiny = new TinySearch();
        Assert.Equal(0, Command.Run(tiny.Args("run")).Code);
        tiny.TakeBack("run");
        using var process = Command.Start(["search", "--resume", tiny.In("run")], (wide == 512 ? "DOTNET_EnableAVX512" : "DOTNET_EnableAVX2", "0"));
        var outcome = await Command.End(process);
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        var warning = Assert.Single(outcome.Output.Split('\n'), line => line.StartsWith("warning: ", StringComparison.Ordinal));
        Assert.Contains("not bit for bit", warning);
    }

    private static void WaitForCheckpoints(Process process, TinySearch tiny, string run, int count)
    {
        while (!process.HasExited && !(Directory.Exists(tiny.Checkpoints(run)) && Directory.GetFiles(tiny.Checkpoints(run), "*.safetensors").Length >= count)) Thread.Sleep(1);
    }

    private static bool IsWriting(TinySearch tiny) => Directory.Exists(tiny.Checkpoints("killed"))
        && Directory.EnumerateFiles(tiny.Checkpoints("killed"), "*.tmp").Any(file => !file.Contains("aside", StringComparison.Ordinal));

    private static int Written(TinySearch tiny) => tiny.Log("killed").OfType<CheckpointWritten>().Count();

    // What the last kill left half-written must not look like what the next process writes.
    private static int SetAside(TinySearch tiny)
    {
        if (!File.Exists(Path.Combine(tiny.In("killed"), "log.jsonl"))) return 0;
        Directory.CreateDirectory(tiny.Checkpoints("killed"));
        foreach (var file in Directory.GetFiles(tiny.Checkpoints("killed"), "*.tmp")) File.Move(file, Path.Combine(tiny.Checkpoints("killed"), "checkpoint-aside.safetensors.tmp"), overwrite: true);
        return Written(tiny);
    }

    private static bool Wait(bool condition, int milliseconds)
    {
        if (condition) Thread.Sleep(milliseconds);
        return condition;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
