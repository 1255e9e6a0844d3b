using System.Diagnostics;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Tests.Mpi;

namespace MIOpenDarts.Cli.Tests;

/// <summary>Studies whose seeds several processes share, with a launcher of MPI and without one.</summary>
public sealed class SharedStudyTests
{
    private static readonly string[] Seeds = ["seed-0", "seed-1", "seed-2"];

    [Theory]
    [InlineData("openmpi", 2)]
    [InlineData("mpich", 3)]
    public async Task Ranks_share_the_seeds_of_a_study_and_the_first_writes_one_report(string mpi, int ranks)
    {
        using var tiny = new TinySearch { Epochs = 1 };
        var (code, output, error) = await Mpirun.Of(mpi).RunAsync(ranks, Ranked(tiny.Args("ranks", "--seeds", "0..2", "--threads", "1")));
        Assert.True((code, error) == (0, ""), output + error);
        Assert.Contains($"ranks    {ranks} of lib", output);
        Assert.Single(output.Split('\n'), line => line.Contains("3 of 3 seeds are done", StringComparison.Ordinal));
        Assert.Equal(0, Command.Run(tiny.Args("alone", "--seeds", "0..2", "--threads", "1")).Code);
        Assert.All(Seeds, seed => tiny.AssertSameEnd($"alone/{seed}", $"ranks/{seed}"));
        Assert.Contains("3 of 3 seeds are done", File.ReadAllText(tiny.In("ranks/report.txt")));

        foreach (var seed in Seeds[1..]) tiny.TakeBack($"ranks/{seed}");
        (code, output, error) = await Mpirun.Of(mpi).RunAsync(2, Ranked(["search", "--resume", tiny.In("ranks"), "--threads", "1"]));
        Assert.True((code, error) == (0, ""), output + error);
        Assert.All(Seeds, seed => tiny.AssertSameEnd($"alone/{seed}", $"ranks/{seed}"));
    }

    [Fact]
    public async Task What_is_wrong_for_all_ranks_is_said_once()
    {
        using var tiny = new TinySearch { Epochs = 1 };
        var mpi = Mpirun.Of("mpich");
        foreach (var (code, args, words) in new[]
        {
            (2, tiny.Args("run", "--seeds", "7"), "2 ranks are more than there are seeds, 1; ranks that take seeds share no batches"),
            (1, ["search", "--seeds", "0..1", "--data", tiny.In("nowhere"), "--out", tiny.In("run")], "nowhere"),
        })
        {
            var outcome = await mpi.RunAsync(2, Ranked(args));
            Assert.Equal(code, outcome.Code);
            Command.AssertOneLine(outcome.Error, words);
            Assert.False(Directory.Exists(tiny.In("run")));
        }

        var none = await mpi.RunAsync(2, Ranked(tiny.Args("run", "--seeds", "0..1")), ("MIOPENDARTS_MPI", "lam"));
        Assert.Equal(2, none.Code);
        Assert.Contains("MIOPENDARTS_MPI is 'lam'; allowed is openmpi, mpich or none", none.Error);
    }

    [Theory]
    [InlineData("openmpi", "USR1")]
    [InlineData("openmpi", "TERM", "--mca", "odls_base_sigkill_timeout", "10")]
    [InlineData("mpich", "TERM")]
    public async Task A_signal_to_the_launcher_stops_all_ranks_with_checkpoints(string mpi, string signal, params string[] options)
    {
        // Nobody could wait for its end.
        using var tiny = new TinySearch { Epochs = 100_000 };
        using var process = Mpirun.Of(mpi).Start(2, options, Ranked(tiny.Args("run", "--seeds", "0..1", "--threads", "1")));
        var end = Mpirun.EndAsync(process);
        await tiny.HasCheckpoints("run/seed-0", "run/seed-1");
        await Command.End(Command.Start("kill", [$"-{signal}", $"{process.Id}"]));
        var (_, output, error) = await end;
        // After a SIGTERM Open MPI passes on nothing more of what ranks write.
        if (options.Length == 0)
            Assert.Contains($"stopped with checkpoints; go on with: miopendarts search --resume {tiny.In("run")}", output + error);
        foreach (var seed in new[] { "run/seed-0", "run/seed-1" })
        {
            Assert.Equal(RunOutcome.Interrupted, Assert.IsType<RunEnded>(tiny.Log(seed)[^1]).Outcome);
            Assert.Equal(
                Path.GetFileName(tiny.Newest(seed)), Assert.IsType<CheckpointWritten>(tiny.Log(seed)[^2]).File);
        }
    }

    [Fact]
    public async Task Processes_without_MPI_join_one_study_and_its_report_is_gathered()
    {
        using var tiny = new TinySearch { Epochs = 1 };
        string[] Job(string seed) => tiny.Args("farm", "--join", "--seeds", seed, "--threads", "1");
        Process[] jobs = [.. Seeds.Select(seed => Command.Start(Job(seed["seed-".Length..])))];
        foreach (var job in jobs)
        {
            var outcome = await Command.End(job);
            Assert.True((outcome.Code, outcome.Error) == (0, ""), outcome.Output + outcome.Error);
        }

        Assert.Equal(0, Command.Run(tiny.Args("alone", "--seeds", "0..2", "--threads", "1")).Code);
        Assert.All(Seeds, seed => tiny.AssertSameEnd($"alone/{seed}", $"farm/{seed}"));
        Assert.Equal(File.ReadAllText(tiny.In("alone/seeds.json")), File.ReadAllText(tiny.In("farm/seeds.json")));

        tiny.TakeBack("farm/seed-1");
        var gathered = Command.Run("search", "--gather", tiny.In("farm"));
        Assert.Equal((0, ""), (gathered.Code, gathered.Error));
        Assert.Contains("2 of 3 seeds are done", gathered.Output);
        Assert.Contains("2 of 3 seeds are done", File.ReadAllText(tiny.In("farm/report.txt")));
        Assert.Equal(0, Command.Run(Job("1")).Code);
        Assert.Contains("3 of 3 seeds are done", Command.Run("search", "--gather", tiny.In("farm")).Output);
        File.AppendAllText(tiny.In("farm/seed-2/log.jsonl"), "no event\nno event\n");
        gathered = Command.Run("search", "--gather", tiny.In("farm"));
        Assert.Contains("warning: seed 2: ", gathered.Output);
        Assert.Contains("2 of 3 seeds are done", gathered.Output);
    }

    [Fact]
    public void A_seed_that_another_process_works_on_is_left_to_it()
    {
        using var tiny = new TinySearch { Epochs = 1 };
        Assert.Equal(0, Command.Run(tiny.Args("run", "--seeds", "0..1")).Code);
        tiny.TakeBack("run/seed-0");
        tiny.TakeBack("run/seed-1");
        string[] resume = ["search", "--resume", tiny.In("run")];
        using (new FileStream(tiny.In("run/.seed-0.lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            var outcome = Command.Run(resume);
            Assert.Equal((0, ""), (outcome.Code, outcome.Error));
            Assert.Contains("seed 0  another process works on it", outcome.Output);
            Assert.Contains("1 of 2 seeds are done", outcome.Output);
            Assert.Contains($"when they are done: miopendarts search --gather {tiny.In("run")}", outcome.Output);
        }

        Assert.Contains("2 of 2 seeds are done", Command.Run(resume).Output);
    }

    [Fact]
    public void What_does_not_join_is_refused()
    {
        using var tiny = new TinySearch { Epochs = 1 };
        Command.Refuses(2, ["search", "--join", "--seeds", "0"], "--join needs --out");
        Command.Refuses(2, tiny.Args("run", "--join"), "add --seeds and --out");
        Command.Refuses(2, ["search", "--gather", tiny.In("run"), "--threads", "2"], "leave the other options out");
        Command.Refuses(1, ["search", "--gather", tiny.In("run")], "run");
        Assert.Equal(0, Command.Run(tiny.Args("farm", "--join", "--seeds", "0")).Code);
        Command.Refuses(1, tiny.Args("farm", "--join", "--seeds", "1", "--momentum", "0.5"), "momentum 0.9, not 0.5");
        Command.Refuses(1, tiny.Args("farm", "--seeds", "1"), "holds a run already");
        Assert.Equal(0, Command.Run(tiny.Args("single")).Code);
        Command.Refuses(1, tiny.Args("single", "--join", "--seeds", "1"), "holds a run already");
    }

    [Fact]
    public async Task Without_a_launcher_no_library_of_MPI_is_opened()
    {
        using var tiny = new TinySearch { Epochs = 1 };
        using var process = Command.Start(tiny.Args("run"), ("LD_DEBUG", "files"), ("LD_DEBUG_OUTPUT", tiny.In("loaded")));
        Assert.Equal(0, (await Command.End(process)).Code);
        var loaded = string.Concat(Directory.GetFiles(tiny.Root, "loaded*").Select(File.ReadAllText));
        Assert.Contains("libcoreclr.so", loaded);
        Assert.DoesNotMatch("libmpi|libmpich|libucp", loaded);
    }

    private static IEnumerable<string> Ranked(string[] args) => ["dotnet", Command.Program, .. args];
}
