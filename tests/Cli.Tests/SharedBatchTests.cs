using System.Diagnostics;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Tests.Mpi;

namespace MIOpenDarts.Cli.Tests;

/// <summary>Ranks of MPI that share the batches of one run end where one process does, bit for bit.</summary>
public sealed class SharedBatchTests
{
    [Theory]
    [InlineData("openmpi", "false", 1, 2, 3, 4)]
    [InlineData("openmpi", "true", 1, 2, 3, 4)]
    [InlineData("mpich", "false", 3)]
    [InlineData("mpich", "true", 3)]
    public Task Any_number_of_ranks_searches_as_one_process_does(string mpi, string unrolled, params int[] ranks) =>
        RankedRuns.AssertSameAsAlone(mpi, ranks, run => run.Tiny.Args(run.Name, "--unrolled", unrolled, "--threads", "1"));

    [Fact]
    public Task Ranks_whose_batch_norms_have_the_statistics_of_a_leaf_search_as_one_process_does() => RankedRuns.AssertSameAsAlone(
        "openmpi", [2, 3], run => run.Tiny.Args(run.Name, "--batch-norm", "leaf", "--unrolled", "true", "--threads", "1"));

    [Fact]
    public void Statistics_of_leaves_lead_elsewhere_than_those_of_batches_and_a_resume_keeps_them()
    {
        using var tiny = new TinySearch { Epochs = 1 };
        Assert.Equal(0, Command.Run(tiny.Args("sync")).Code);
        Assert.Equal(0, Command.Run(tiny.Args("leaf", "--batch-norm", "leaf")).Code);
        Assert.NotEqual(Loss("sync"), Loss("leaf"));
        Command.Refuses(1, ["search", "--resume", tiny.In("leaf"), "--batch-norm", "sync"], "batch_norm leaf, not sync");
        Command.Refuses(1, ["search", "--resume", tiny.In("leaf"), "--leaves", "4"], "leaves 8, not 4");

        double Loss(string run) => tiny.Log(run).OfType<EpochDone>().Single().Record.TrainLoss;
    }

    [Fact]
    public async Task What_a_signal_to_one_rank_or_its_death_ends_goes_on_with_other_numbers_of_ranks_bit_for_bit()
    {
        using var tiny = new TinySearch { Epochs = 3 };
        string[] resume = ["search", "--resume", tiny.In("ranks"), "--threads", "1"];
        var stopped = await Struck(tiny, Blow.User1, "epoch 1/3  step 3/6 ", rank: 2, ranks: 3, tiny.Args("ranks", "--threads", "1"));
        Assert.Contains($"stopped with a checkpoint; go on with: miopendarts search --resume {tiny.In("ranks")}", stopped);
        RankedRuns.AssertStoppedTogether(tiny, "ranks", ranks: 3);
        await Struck(tiny, Blow.Kill, "  step 4/6 ", rank: 1, ranks: 2, resume);
        Assert.IsNotType<RunEnded>(tiny.Log("ranks")[^1]);
        // The log of a rank that cannot write one is left out.
        Directory.CreateDirectory(tiny.In("ranks/rank-3.log"));
        var (last, said, failed) = await Mpirun.Of("openmpi").RunAsync(4, RankedRuns.Ranked(resume));
        Assert.True((last, failed) == (0, ""), said + failed);
        Assert.Equal(0, Command.Run(tiny.Args("one", "--threads", "1")).Code);
        tiny.AssertSameEnd("one", "ranks");
    }

    // In Open MPI's 4.1.4 SIGINT of the launcher comes to the ranks as SIGTERM.
    [Theory]
    [InlineData("openmpi", "USR1")]
    [InlineData("openmpi", "INT", "--mca", "odls_base_sigkill_timeout", "10")]
    [InlineData("openmpi", "TERM", "--mca", "odls_base_sigkill_timeout", "10")]
    [InlineData("mpich", "USR1")]
    [InlineData("mpich", "INT")]
    [InlineData("mpich", "TERM")]
    public async Task A_signal_to_the_launcher_ends_all_ranks_before_one_step_with_a_checkpoint(
        string mpi, string signal, params string[] options)
    {
        // Nobody could wait for its end. It prints a line with every step, more than a terminal holds in the seconds in which Open MPI
        // reads nothing before it passes the signal on.
        using var tiny = new TinySearch(images: 960) { Epochs = 100_000 };
        using var process = Mpirun.Of(mpi).Start(2, options, RankedRuns.Ranked(tiny.Args("run", "--threads", "1")));
        var end = Mpirun.EndAsync(process);
        await HasCheckpoints(tiny, process, end);
        await Command.End(Command.Start("kill", [$"-{signal}", $"{process.Id}"]));
        await end;
        RankedRuns.AssertStoppedTogether(tiny, "run", ranks: 2);
    }

    [Fact]
    public async Task What_fails_in_one_rank_during_the_steps_ends_all_in_a_line_that_names_it()
    {
        using var tiny = new TinySearch { Epochs = 100_000 };
        using var process = Mpirun.Of("mpich").Start(2, RankedRuns.Ranked(tiny.Args("run", "--threads", "1")));
        var end = Mpirun.EndAsync(process);
        await HasCheckpoints(tiny, process, end);
        // The next checkpoint has no folder to go to.
        Directory.Move(tiny.In("run/checkpoints"), tiny.In("elsewhere"));
        var (code, _, error) = await end;
        Assert.NotEqual(0, code);
        Assert.Matches($"miopendarts: rank 0 on [^ ]+: .*{tiny.In("run/checkpoints")}", error);
    }

    // Of a launcher that nothing ends but this.
    private static async Task HasCheckpoints(TinySearch tiny, Process process, Task<(int Code, string Output, string Error)> end)
    {
        try
        {
            await tiny.HasCheckpoints("run");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            var (_, output, error) = await end;
            Assert.Fail($"no checkpoint: {output}{error}");
        }
    }

    /// <summary>What ranks of Open MPI said, of which one got a signal when the first had written a line with these words.</summary>
    private static async Task<string> Struck(TinySearch tiny, int signal, string words, int rank, int ranks, string[] args)
    {
        // No step waits for what the first rank prints, so another one has to stand still until the signal is heard.
        var blow = new Blow(signal, 0, words)
        {
            RankLog = tiny.In($"ranks/rank-{rank}.log"),
            HeldLog = signal == Blow.Kill ? "" : tiny.In("ranks/rank-1.log"),
        };
        var (code, output, error) = await Mpirun.Of("openmpi").RunAsync(
            ranks, RankedRuns.Ranked(args), [.. blow.Environment.Select(v => (v.Name, (string?)v.Value))]);
        Assert.True(code != 0, output + error);
        return output + error;
    }

    [Theory]
    [InlineData(9, "9 ranks are more than the 8 leaves that a batch is cut into; start fewer, or give more --leaves", "--seed", "1")]
    [InlineData(3, "3 ranks are more than the 2 leaves that a batch is cut into", "--leaves", "2")]
    [InlineData(2, "a training batch has 7 images, fewer than the 8 leaves that ranks share", "--batch-size", "7")]
    [InlineData(2, "reference cannot share the statistics of batch norms with other processes; add --batch-norm leaf", "--backend",
        "reference")]
    public async Task What_ranks_cannot_share_is_said_once(int ranks, string words, string option, string value)
    {
        using var tiny = new TinySearch(images: 112) { Epochs = 1 };
        var outcome = await Mpirun.Of("mpich").RunAsync(ranks, RankedRuns.Ranked(RankedRuns.With(tiny.Args("run"), option, value)));
        Assert.Equal(2, outcome.Code);
        Command.AssertOneLine(outcome.Error, words);
        Assert.False(Directory.Exists(tiny.In("run")));
    }

    [Fact]
    public async Task What_fails_in_all_ranks_or_in_one_is_said_once()
    {
        using var tiny = new TinySearch { Epochs = 1 };
        var mpi = Mpirun.Of("mpich");
        var search = RankedRuns.With(tiny.Args("run", "--threads", "1"), "--data", "/proc/self/cwd/data");
        var elsewhere = Directory.CreateDirectory(tiny.In("elsewhere")).FullName;
        // Only the second rank is where there is no data.
        var one = await mpi.RunAsync(
            1,
            ["env", "-C", tiny.Root, .. RankedRuns.Ranked(search), ":", "-n", "1", "env", "-C", elsewhere, .. RankedRuns.Ranked(search)]);
        Command.AssertOneLine(one.Error, "rank 1 on ", "/proc/self/cwd/data");
        Assert.Equal(1, one.Code);
        Directory.Delete(tiny.Data, recursive: true);
        string[] resume = ["search", "--resume", tiny.In("run")];
        var all = await mpi.RunAsync(2, ["env", "-C", tiny.Root, .. RankedRuns.Ranked(resume)]);
        Command.AssertOneLine(all.Error, "data");
        Assert.Equal(1, all.Code);
        var more = await mpi.RunAsync(2, RankedRuns.Ranked([.. resume, "--epochs", "3"]));
        Command.AssertOneLine(more.Error, "is not done with its 1 epochs");
        Assert.Equal(1, more.Code);
    }

    [Fact]
    public async Task Ranks_that_were_started_for_different_things_are_refused_by_name()
    {
        using var tiny = new TinySearch { Epochs = 1 };
        using var other = new TinySearch(images: 104);
        // A path that every rank reads in its own working directory.
        var search = RankedRuns.With(tiny.Args("run", "--threads", "1"), "--data", "/proc/self/cwd/data");
        await Differ("the command line", "momentum 0.8", ["env", "-C", tiny.Root, .. RankedRuns.Ranked(search)],
            ["env", "-C", tiny.Root, .. RankedRuns.Ranked([.. search, "--momentum", "0.8"])]);
        await Differ("the backend", "cpu/Single/128/", ["env", "-C", tiny.Root, .. RankedRuns.Ranked(search)],
            ["env", "-C", tiny.Root, "DOTNET_EnableAVX2=0", "DOTNET_EnableAVX512=0", "DOTNET_EnableAVX=0", .. RankedRuns.Ranked(search)]);
        await Differ("data", "all ranks need the same", ["env", "-C", tiny.Root, .. RankedRuns.Ranked(search)],
            ["env", "-C", other.Root, .. RankedRuns.Ranked(search)]);

        async Task Differ(string what, string words, string[] first, string[] second)
        {
            if (Directory.Exists(tiny.In("run"))) Directory.Delete(tiny.In("run"), recursive: true);
            var outcome = await Mpirun.Of("openmpi").RunAsync(1, [.. first, ":", "-n", "1", .. second]);
            Assert.NotEqual(0, outcome.Code);
            Assert.Contains($"miopendarts: rank 1 has {what} ", outcome.Error);
            Assert.Contains(words, outcome.Error);
        }
    }
}
