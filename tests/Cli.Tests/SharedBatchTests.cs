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
        using var tiny = new TinySearch { Epochs = 16 };
        var mpi = Mpirun.Of("openmpi");
        string[] resume = ["search", "--resume", tiny.In("ranks"), "--threads", "1"];
        using (var three = mpi.Start(3, RankedRuns.Ranked(tiny.Args("ranks", "--threads", "1"))))
        {
            var end = Mpirun.EndAsync(three);
            await tiny.HasCheckpoints("ranks");
            await Command.End(Command.Start("kill", ["-USR1", RankedRuns.ProcessOf(tiny, "ranks", rank: 2)]));
            var (code, output, error) = await end;
            Assert.True(code != 0, output + error);
            Assert.Contains($"stopped with a checkpoint; go on with: miopendarts search --resume {tiny.In("ranks")}", output + error);
            Assert.Equal(RunOutcome.Interrupted, Assert.IsType<RunEnded>(tiny.Log("ranks")[^1]).Outcome);
        }

        using (var two = mpi.Start(2, RankedRuns.Ranked(resume)))
        {
            var end = Mpirun.EndAsync(two);
            await RankedRuns.HasNewer(tiny, "ranks", tiny.Newest("ranks"));
            await Command.End(Command.Start("kill", ["-KILL", RankedRuns.ProcessOf(tiny, "ranks", rank: 1)]));
            Assert.NotEqual(0, (await end).Code);
        }

        var (last, said, failed) = await mpi.RunAsync(4, RankedRuns.Ranked(resume));
        Assert.True((last, failed) == (0, ""), said + failed);
        Assert.Equal(0, Command.Run(tiny.Args("one", "--threads", "1")).Code);
        tiny.AssertSameEnd("one", "ranks");
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
