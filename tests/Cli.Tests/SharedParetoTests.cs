using System.Text.RegularExpressions;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Tests.Mpi;

namespace MIOpenDarts.Cli.Tests;

/// <summary>Fronts whose evaluations, searches and trainings several processes share, with a launcher of MPI and without one.</summary>
public sealed partial class SharedParetoTests : IDisposable
{
    private readonly TinyFront tiny = new();

    public void Dispose() => tiny.Dispose();

    [Theory]
    [InlineData("openmpi", 3, "nsga2")]
    [InlineData("mpich", 2, "nsga2")]
    [InlineData("mpich", 2, "regularised")]
    public async Task Ranks_share_the_evaluations_of_a_front_and_make_none_twice(string mpi, int ranks, string evolution)
    {
        string[] line =
            [.. tiny.Line("--epochs", "1"), "--evaluations", "12", "--population", "6", "--seeds", "0..1", "--evolution", evolution];
        Assert.Equal(0, Command.Run([.. line, "--out", tiny.In("alone")]).Code);
        string[] shared = [.. line, "--jobs", "2", "--out", tiny.In("ranks")];
        var output = await TinyFront.RunRanks(mpi, ranks, shared);
        tiny.AssertSameFront("ranks");
        Assert.Contains($"ranks    {ranks} of lib", output);
        Assert.Single(output.Split('\n'), told => told.StartsWith($"{evolution}, seed 0: 12 evaluated", StringComparison.Ordinal));
        var evaluated = tiny.Genomes("ranks");
        Assert.Equal(evaluated.Distinct(), evaluated);
        Assert.Equal(tiny.Genomes("alone").Order(StringComparer.Ordinal), evaluated.Order(StringComparer.Ordinal));
        Assert.Equal([".evaluations.jsonl.file.lock"], Directory.GetFiles(tiny.In("ranks"), "*.lock").Select(Path.GetFileName));

        // As after a kill in the middle of a line.
        var log = tiny.In("ranks/evaluations.jsonl");
        var text = File.ReadAllText(log);
        File.WriteAllText(log, text[..(text.Length / 2)]);
        File.Delete(tiny.In("ranks/archive.jsonl"));
        output = await TinyFront.RunRanks(mpi, ranks, shared);
        Assert.Contains("are recorded and not made again", output);
        Assert.DoesNotContain("supernet epoch", output);
        tiny.AssertSameFront("ranks");
    }

    [Theory]
    [InlineData("openmpi", 2)]
    [InlineData("mpich", 3)]
    public async Task Ranks_share_the_searches_of_a_sweep_and_judge_what_they_find(string mpi, int ranks)
    {
        string[] line = [.. tiny.Line("--epochs", "1"), "--weights", "0,10", "--seeds", "0..1"];
        Assert.Equal(0, Command.Run([.. line, "--out", tiny.In("alone")]).Code);
        var output = await TinyFront.RunRanks(mpi, ranks, [.. line, "--out", tiny.In("ranks")]);
        tiny.AssertSameFront("ranks");
        // Ranks that worked on the same would have begun it twice.
        foreach (var search in new[] { "cost_weight-0/seed-0", "cost_weight-0/seed-1", "cost_weight-10/seed-0", "cost_weight-10/seed-1" })
            Assert.Single(tiny.Log($"ranks/{search}"), told => told is RunStarted);
        foreach (var seed in new[] { 0, 1 }) Assert.InRange(Regex.Count(output, $"(?m)^supernet-seed-{seed} epoch 1:"), 0, 1);
    }

    [Fact]
    public async Task Processes_without_MPI_share_trainings_by_the_folder_alone_and_each_ends_with_the_whole_report()
    {
        tiny.AddTestImages();
        string[] line =
            [.. tiny.Line(), "--short-training", "1", "--evaluations", "8", "--population", "4", "--seeds", "0", "--retrain", "1"];
        Assert.Equal(0, Command.Run([.. line, "--out", tiny.In("alone")]).Code);
        string[] shared = [.. line, "--out", tiny.In("farm")];
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Command.End(Command.Start(shared))));
        Assert.All(outcomes, outcome => Assert.Equal((0, ""), (outcome.Code, outcome.Error)));
        tiny.AssertSameFront("farm");
        var genomes = tiny.Genomes("farm");
        Assert.Equal(genomes.Distinct(), genomes);
        Assert.Equal(genomes.Count, outcomes.Sum(outcome => Judged().Count(outcome.Output)));
        var front = Regex.Match(outcomes[0].Output, @"(\d+) genotypes on the fronts are trained").Groups[1].Value;
        Assert.Equal(front, $"{outcomes.Sum(outcome => Trained().Count(outcome.Output))}");
        Assert.All(outcomes, outcome => Assert.Contains("nsga2: hypervolume ", outcome.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_rank_that_fails_ends_all_with_its_name_and_what_is_wrong_for_all_is_said_once()
    {
        var mpi = Mpirun.Of("mpich");
        // Data is looked for where a process was started, and the second is started elsewhere.
        const string script = "[ \"$PMI_RANK\" = 1 ] && cd / || cd \"$0\"; exec \"$@\"";
        string[] line =
            [.. tiny.Line("--epochs", "1"), "--evaluations", "4", "--population", "2", "--seeds", "0", "--out", tiny.In("ranks")];
        string[] elsewhere = RankedRuns.With(line, "--data", "data");
        var (code, output, error) = await mpi.RunAsync(2, ["sh", "-c", script, tiny.Root, .. RankedRuns.Ranked(elsewhere)]);
        Assert.NotEqual(0, code);
        Assert.Contains("miopendarts: rank 1 of 2 on ", error + output);
        Assert.Contains("data", error + output);

        (code, output, error) = await mpi.RunAsync(2, RankedRuns.Ranked(RankedRuns.With(line, "--target", "1")));
        Assert.Equal(1, code);
        Command.AssertOneLine(error, "the cheapest genotype of the space costs");
    }

    [Fact]
    public async Task A_folder_whose_file_system_has_no_locks_is_refused_by_all_ranks_in_one_line()
    {
        string[] line =
            [.. tiny.Line("--epochs", "1"), "--evaluations", "4", "--population", "2", "--seeds", "0", "--out", tiny.In("ranks")];
        // With this variable .NET asks the file system for no locks, as it goes on without them where there are none.
        var (code, output, error) = await Mpirun.Of("mpich").RunAsync(
            3, RankedRuns.Ranked(line), ("DOTNET_SYSTEM_IO_DISABLEFILELOCKING", "1"));
        Assert.True(code == 2, output + error);
        Command.AssertOneLine(error, $"{tiny.In("ranks")}: rank 1 on ", " can take a lock here that rank 0 holds", "-o flock");
        Assert.Empty(Directory.GetFileSystemEntries(tiny.In("ranks")));
    }

    [GeneratedRegex(" % right after 1 epochs", RegexOptions.CultureInvariant)]
    private static partial Regex Judged();

    [GeneratedRegex(@"(?m)^genotype \d+  epoch 1\b", RegexOptions.CultureInvariant)]
    private static partial Regex Trained();
}
