using System.Text.RegularExpressions;
using MIOpenDarts.Tests.Mpi;

namespace MIOpenDarts.Cli.Tests;

/// <summary>Fronts that several processes share, of which some are killed or told to stop.</summary>
public sealed class StoppedParetoTests : IDisposable
{
    private readonly TinyFront tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    public async Task What_a_process_was_killed_in_another_one_goes_on_with()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "there is no signal to send; run this on Linux");
        tiny.AddTestImages();
        string[] line = [.. tiny.Line("--epochs", "1"), "--evaluations", "6", "--population", "3", "--seeds", "0", "--retrain", "3"];
        Assert.Equal(0, Command.Run([.. line, "--out", tiny.In("alone")]).Code);
        string[] shared = [.. line, "--out", tiny.In("farm")];
        using var killed = new Blow(Blow.Kill, 0, "genotype 1  epoch 2").Start(shared);
        var end = Command.End(killed);
        // The other one comes while this one works, and waits for what it has the lock of.
        var trained = tiny.In("farm/trained-3-epochs");
        await TinyFront.Until(() => Directory.Exists(trained) && Directory.GetFiles(trained, "*.lock").Length > 0);
        var other = await Command.End(Command.Start(shared));
        Assert.Contains((await end).Code, Blow.Codes);
        Assert.Equal((0, ""), (other.Code, other.Error));
        Assert.DoesNotMatch(@"(?m)^genotype 1  epoch 1\b", other.Output);
        Assert.Matches(@"(?m)^genotype 1  epoch 3\b", other.Output);
        tiny.AssertSameFront("farm");
    }

    [Fact]
    public async Task An_evaluation_that_a_process_was_killed_in_is_awaited_and_then_made_by_another_one()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "there is no signal to send; run this on Linux");
        string[] line = [.. tiny.Line(), "--short-training", "1", "--evaluations", "8", "--population", "4", "--seeds", "0"];
        Assert.Equal(0, Command.Run([.. line, "--out", tiny.In("alone")]).Code);
        string[] shared = [.. line, "--out", tiny.In("farm")];
        // It is stopped when its first genotype is trained and not recorded, and keeps the lock of that.
        using var killed = new Blow(Blow.Stop, 0, " % right after 1 epochs").Start(shared);
        var end = Command.End(killed);
        var log = tiny.In("farm/evaluations.jsonl");
        await TinyFront.Until(() => File.Exists(log) && Directory.GetFiles(tiny.In("farm"), "*.lock").Length > 1);
        var other = Command.End(Command.Start(shared));
        // The header and all of the first generation but one, which a process that passes over its lock would make first.
        await TinyFront.Until(() => File.ReadLines(log).Count() >= 4);
        Assert.DoesNotContain(tiny.Genomes("alone")[0], tiny.Genomes("farm"));
        killed.Kill();
        Assert.Contains((await end).Code, Blow.Codes);
        var outcome = await other;
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Equal(tiny.Genomes("farm").Count, Regex.Count(outcome.Output, " % right after 1 epochs"));
        tiny.AssertSameFront("farm");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_sweep_that_a_signal_stopped_says_so_and_goes_on_with_the_same_command(bool isFirstToldToo)
    {
        string[] line = [.. tiny.Line("--epochs", "100"), "--weights", "0,10", "--seeds", "0", "--out", tiny.In("ranks")];
        using var process = tiny.StartRanks(2, line);
        var end = Mpirun.EndAsync(process);
        await tiny.HasCheckpoints("ranks/cost_weight-0/seed-0", "ranks/cost_weight-10/seed-0");
        // It keeps the lock of its search while the first rank does the other one, goes past it to the supernet, and waits.
        await tiny.SignalRank(1, "STOP");
        var supernet = tiny.In("ranks/supernet-seed-0.safetensors");
        await TinyFront.Until(() => File.Exists(supernet) && !File.Exists(supernet + ".lock"));
        if (isFirstToldToo) await tiny.SignalRank(0, "USR1");
        await tiny.SignalRank(1, "USR1");
        await tiny.SignalRank(1, "CONT");
        var (code, output, error) = await end;
        Assert.NotEqual(0, code);
        Assert.Contains(
            $"miopendarts: {(isFirstToldToo ? "" : "another rank was ")}stopped, with checkpoints; the same command with --out "
            + $"{tiny.In("ranks")} goes on", error);
        Assert.DoesNotContain("is not done", output + error);
        Assert.False(File.Exists(tiny.In("ranks/archive.jsonl")));

        await TinyFront.RunRanks("mpich", 2, line);
        Assert.Equal(4, File.ReadLines(tiny.In("ranks/archive.jsonl")).Count());
    }

    [Theory]
    [InlineData("evolution")]
    [InlineData("sweep")]
    public async Task What_a_rank_that_was_stopped_leaves_the_other_one_does_and_ends_with_the_report(string way)
    {
        string[] line = way == "sweep"
            ? [.. tiny.Line("--epochs", "30"), "--weights", "10", "--seeds", "0"]
            : [.. tiny.Line(), "--short-training", "1", "--evaluations", "12", "--population", "6", "--seeds", "0"];
        Assert.Equal(0, Command.Run([.. line, "--out", tiny.In("alone")]).Code);
        if (way == "sweep")
        {
            // Both find the search done, one of them trains the supernet, and the other one waits for it.
            tiny.Copy("alone", "ranks");
            foreach (var file in Directory.GetFiles(tiny.In("ranks"))) File.Delete(file);
        }

        using var process = tiny.StartRanks(2, [.. line, "--out", tiny.In("ranks")]);
        var end = Mpirun.EndAsync(process);
        var work = way == "sweep" ? "supernet-seed-0.safetensors.lock" : ".evaluations.jsonl.????????????????.lock";
        await TinyFront.Until(() => Directory.Exists(tiny.In("ranks")) && Directory.GetFiles(tiny.In("ranks"), work).Length > 0);
        // Neither is done before the signal arrives: the first keeps its lock, or the second has it.
        await tiny.SignalRank(0, "STOP");
        await tiny.SignalRank(1, "USR1");
        await tiny.SignalRank(0, "CONT");
        var (code, output, error) = await end;
        Assert.True((code, error) == (0, ""), output + error);
        tiny.AssertSameFront("ranks");
    }
}
