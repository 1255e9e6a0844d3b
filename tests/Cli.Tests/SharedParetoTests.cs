using System.Text.Json;
using System.Text.RegularExpressions;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Tests.Mpi;

namespace MIOpenDarts.Cli.Tests;

/// <summary>Fronts whose evaluations, searches and trainings several processes share, with a launcher of MPI and without one.</summary>
public sealed partial class SharedParetoTests : IDisposable
{
    private readonly TinySearch tiny = new(images: 40) { Epochs = 1 };

    public void Dispose() => tiny.Dispose();

    [Theory]
    [InlineData("openmpi", 3, "nsga2")]
    [InlineData("mpich", 2, "nsga2")]
    [InlineData("mpich", 2, "regularised")]
    public async Task Ranks_share_the_evaluations_of_a_front_and_make_none_twice(string mpi, int ranks, string evolution)
    {
        string[] line =
            [.. Pareto("--epochs", "1"), "--evaluations", "12", "--population", "6", "--seeds", "0..1", "--evolution", evolution];
        Assert.Equal(0, Command.Run([.. line, "--out", tiny.In("alone")]).Code);
        string[] shared = [.. line, "--jobs", "2", "--out", tiny.In("ranks")];
        var output = await RunRanks(mpi, ranks, shared);
        AssertSameFront("ranks");
        Assert.Contains($"ranks    {ranks} of lib", output);
        Assert.Single(output.Split('\n'), told => told.StartsWith($"{evolution}, seed 0: 12 evaluated", StringComparison.Ordinal));
        var evaluated = Genomes("ranks");
        Assert.Equal(evaluated.Distinct(), evaluated);
        Assert.Equal(Genomes("alone").Order(StringComparer.Ordinal), evaluated.Order(StringComparer.Ordinal));
        Assert.Equal([".evaluations.jsonl.file.lock"], Directory.GetFiles(tiny.In("ranks"), "*.lock").Select(Path.GetFileName));

        // As after a kill in the middle of a line.
        var log = tiny.In("ranks/evaluations.jsonl");
        var text = File.ReadAllText(log);
        File.WriteAllText(log, text[..(text.Length / 2)]);
        File.Delete(tiny.In("ranks/archive.jsonl"));
        output = await RunRanks(mpi, ranks, shared);
        Assert.Contains("are recorded and not made again", output);
        Assert.DoesNotContain("supernet epoch", output);
        AssertSameFront("ranks");
    }

    [Theory]
    [InlineData("openmpi", 2)]
    [InlineData("mpich", 3)]
    public async Task Ranks_share_the_searches_of_a_sweep_and_judge_what_they_find(string mpi, int ranks)
    {
        string[] line = [.. Pareto("--epochs", "1"), "--weights", "0,10", "--seeds", "0..1"];
        Assert.Equal(0, Command.Run([.. line, "--out", tiny.In("alone")]).Code);
        var output = await RunRanks(mpi, ranks, [.. line, "--out", tiny.In("ranks")]);
        AssertSameFront("ranks");
        // Ranks that worked on the same would have begun it twice.
        foreach (var search in new[] { "cost_weight-0/seed-0", "cost_weight-0/seed-1", "cost_weight-10/seed-0", "cost_weight-10/seed-1" })
            Assert.Single(tiny.Log($"ranks/{search}"), told => told is RunStarted);
        foreach (var seed in new[] { 0, 1 }) Assert.InRange(Regex.Count(output, $"(?m)^supernet-seed-{seed} epoch 1:"), 0, 1);
    }

    [Fact]
    public async Task What_a_process_was_killed_in_another_one_goes_on_with()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "there is no signal to send; run this on Linux");
        File.Copy(tiny.ImagesFile, tiny.ImagesFile.Replace("train", "t10k", StringComparison.Ordinal));
        File.Copy(tiny.LabelsFile, tiny.LabelsFile.Replace("train", "t10k", StringComparison.Ordinal));
        string[] line = [.. Pareto("--epochs", "1"), "--evaluations", "6", "--population", "3", "--seeds", "0", "--retrain", "3"];
        Assert.Equal(0, Command.Run([.. line, "--out", tiny.In("alone")]).Code);
        string[] shared = [.. line, "--out", tiny.In("farm")];
        using var killed = new Blow(Blow.Kill, 0, "genotype 1  epoch 2").Start(shared);
        var end = Command.End(killed);
        // The other one comes while this one works, and waits for what it has the lock of.
        using (var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2)))
            while (!Directory.Exists(tiny.In("farm/trained-3-epochs"))) await Task.Delay(20, limit.Token);
        var other = await Command.End(Command.Start(shared));
        Assert.Contains((await end).Code, Blow.Codes);
        Assert.Equal((0, ""), (other.Code, other.Error));
        Assert.DoesNotMatch(@"(?m)^genotype 1  epoch 1\b", other.Output);
        Assert.Matches(@"(?m)^genotype 1  epoch 3\b", other.Output);
        AssertSameFront("farm");
    }

    [Fact]
    public async Task An_evaluation_that_a_process_was_killed_in_is_awaited_and_then_made_by_another_one()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "there is no signal to send; run this on Linux");
        string[] line = [.. Pareto(), "--short-training", "1", "--evaluations", "8", "--population", "4", "--seeds", "0"];
        Assert.Equal(0, Command.Run([.. line, "--out", tiny.In("alone")]).Code);
        string[] shared = [.. line, "--out", tiny.In("farm")];
        // It is stopped when its first genotype is trained and not recorded, and keeps the lock of that.
        using var killed = new Blow(Blow.Stop, 0, " % right after 1 epochs").Start(shared);
        var end = Command.End(killed);
        var log = tiny.In("farm/evaluations.jsonl");
        Task<Outcome> other;
        using (var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2)))
        {
            while (!File.Exists(log) || Directory.GetFiles(tiny.In("farm"), "*.lock").Length < 2) await Task.Delay(20, limit.Token);
            other = Command.End(Command.Start(shared));
            // The header and all of the first generation but one.
            while (Lines() < 4) await Task.Delay(20, limit.Token);
        }

        await Task.Delay(500);
        Assert.Equal((4, false), (Lines(), other.IsCompleted));
        killed.Kill();
        Assert.Contains((await end).Code, Blow.Codes);
        var outcome = await other;
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Equal(Genomes("farm").Count, Judged().Count(outcome.Output));
        AssertSameFront("farm");

        int Lines() => File.ReadLines(log).Count();
    }

    [Fact]
    public async Task Processes_without_MPI_share_trainings_by_the_folder_alone_and_each_ends_with_the_whole_report()
    {
        File.Copy(tiny.ImagesFile, tiny.ImagesFile.Replace("train", "t10k", StringComparison.Ordinal));
        File.Copy(tiny.LabelsFile, tiny.LabelsFile.Replace("train", "t10k", StringComparison.Ordinal));
        string[] line =
            [.. Pareto(), "--short-training", "1", "--evaluations", "8", "--population", "4", "--seeds", "0", "--retrain", "1"];
        Assert.Equal(0, Command.Run([.. line, "--out", tiny.In("alone")]).Code);
        string[] shared = [.. line, "--out", tiny.In("farm")];
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Command.End(Command.Start(shared))));
        Assert.All(outcomes, outcome => Assert.Equal((0, ""), (outcome.Code, outcome.Error)));
        AssertSameFront("farm");
        var genomes = Genomes("farm");
        Assert.Equal(genomes.Distinct(), genomes);
        Assert.Equal(genomes.Count, outcomes.Sum(outcome => Judged().Count(outcome.Output)));
        var front = Regex.Match(outcomes[0].Output, @"(\d+) genotypes on the fronts are trained").Groups[1].Value;
        Assert.Equal(front, $"{outcomes.Sum(outcome => Trained().Count(outcome.Output))}");
        Assert.All(outcomes, outcome => Assert.Contains("nsga2: hypervolume ", outcome.Output, StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_done_is_gathered_and_nothing_else_is_done()
    {
        string[] line = [.. Pareto("--epochs", "1"), "--evaluations", "8", "--population", "4", "--seeds", "0"];
        Command.Refuses(2, [.. line, "--gather"], "--gather needs --out");
        Assert.Equal(0, Command.Run([.. line, "--out", tiny.In("alone")]).Code);
        tiny.Copy("alone", "front");
        foreach (var file in new[] { "archive.jsonl", "front.csv", "report.html" }) File.Delete(tiny.In($"front/{file}"));
        Assert.Equal(0, Command.Run([.. line, "--out", tiny.In("front"), "--gather"]).Code);
        AssertSameFront("front");
        File.Delete(tiny.In("front/front.csv"));
        Directory.CreateDirectory(tiny.In("front/front.csv"));
        var unwritten = Command.Run([.. line, "--out", tiny.In("front"), "--gather"]);
        Command.AssertOneLine(unwritten.Error, "front.csv: cannot be written");
        Assert.Equal(1, unwritten.Code);
        Assert.Contains("nsga2: hypervolume ", unwritten.Output);
        Directory.Delete(tiny.In("front/front.csv"));
        // The header, the first generation, and half of the second.
        File.WriteAllLines(tiny.In("front/evaluations.jsonl"), File.ReadAllLines(tiny.In("alone/evaluations.jsonl"))[..7]);
        File.Delete(tiny.In("front/supernet.safetensors"));
        var gathered = Command.Run([.. line, "--out", tiny.In("front"), "--gather"]);
        Assert.Equal((0, ""), (gathered.Code, gathered.Error));
        Assert.Contains("nsga2, seed 0: 4 evaluated", gathered.Output);
        Assert.Equal(4, File.ReadLines(tiny.In("front/archive.jsonl")).Count());
        Assert.Equal(7, File.ReadLines(tiny.In("front/evaluations.jsonl")).Count());
        Assert.False(File.Exists(tiny.In("front/supernet.safetensors")));
        File.WriteAllLines(tiny.In("front/evaluations.jsonl"), File.ReadAllLines(tiny.In("alone/evaluations.jsonl"))[..1]);
        Command.Refuses(1, [.. line, "--out", tiny.In("front"), "--gather"], "front: no generation is evaluated to its end yet");
        Directory.CreateDirectory(tiny.In("mistyped"));
        Command.Refuses(1, [.. line, "--out", tiny.In("mistyped"), "--gather"], "mistyped: no study was begun here", "--out");
        Assert.Empty(Directory.GetFileSystemEntries(tiny.In("mistyped")));

        string[] sweep = [.. Pareto("--epochs", "1"), "--weights", "0,10", "--seeds", "0"];
        Assert.Equal(0, Command.Run([.. sweep, "--out", tiny.In("sweep")]).Code);
        Directory.Delete(tiny.In("sweep/cost_weight-10"), recursive: true);
        Assert.Equal(0, Command.Run([.. sweep, "--out", tiny.In("sweep"), "--gather"]).Code);
        Assert.Equal(2, File.ReadLines(tiny.In("sweep/archive.jsonl")).Count());
        Assert.False(Directory.Exists(tiny.In("sweep/cost_weight-10")));
        // What was judged needs no supernet, and without one nothing more is.
        File.Delete(tiny.In("sweep/supernet-seed-0.safetensors"));
        Assert.Equal(0, Command.Run([.. sweep, "--out", tiny.In("sweep"), "--gather"]).Code);
        Assert.Equal(2, File.ReadLines(tiny.In("sweep/archive.jsonl")).Count());
        File.Delete(tiny.In("sweep/judged-seed-0.jsonl"));
        Command.Refuses(1, [.. sweep, "--out", tiny.In("sweep"), "--gather"], "nothing of this sweep is done that could be gathered");
        Assert.False(File.Exists(tiny.In("sweep/supernet-seed-0.safetensors")) || File.Exists(tiny.In("sweep/judged-seed-0.jsonl")));
    }

    [Fact]
    public async Task A_rank_that_fails_ends_all_with_its_name_and_what_is_wrong_for_all_is_said_once()
    {
        var mpi = Mpirun.Of("mpich");
        // Data is looked for where a process was started, and the second is started elsewhere.
        const string script = "[ \"$PMI_RANK\" = 1 ] && cd / || cd \"$0\"; exec \"$@\"";
        string[] line = [.. Pareto("--epochs", "1"), "--evaluations", "4", "--population", "2", "--seeds", "0", "--out", tiny.In("ranks")];
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
        string[] line = [.. Pareto("--epochs", "1"), "--evaluations", "4", "--population", "2", "--seeds", "0", "--out", tiny.In("ranks")];
        // With this variable .NET asks the file system for no locks, as it goes on without them where there are none.
        var (code, output, error) = await Mpirun.Of("mpich").RunAsync(
            3, RankedRuns.Ranked(line), ("DOTNET_SYSTEM_IO_DISABLEFILELOCKING", "1"));
        Assert.True(code == 2, output + error);
        Command.AssertOneLine(error, $"{tiny.In("ranks")}: rank 1 on ", " can take a lock here that rank 0 holds", "-o flock");
        Assert.Empty(Directory.GetFileSystemEntries(tiny.In("ranks")));
    }

    [Fact]
    public async Task A_sweep_says_that_another_rank_was_stopped_and_goes_on_with_the_same_command()
    {
        var mpi = Mpirun.Of("mpich");
        const string script = "echo $$ > \"$0/rank-$PMI_RANK.pid\"; exec \"$@\"";
        string[] line = [.. Pareto("--epochs", "100"), "--weights", "0,10", "--seeds", "0", "--out", tiny.In("ranks")];
        using var process = mpi.Start(2, ["sh", "-c", script, tiny.Root, .. RankedRuns.Ranked(line)]);
        var end = Mpirun.EndAsync(process);
        await tiny.HasCheckpoints("ranks/cost_weight-0/seed-0", "ranks/cost_weight-10/seed-0");
        var second = File.ReadAllText(tiny.In("rank-1.pid")).Trim();
        Task<Outcome> Signal(string name) => Command.End(Command.Start("kill", [$"-{name}", second]));
        // It keeps the lock of its search while the first rank does the other one and goes past it to the supernet.
        await Signal("STOP");
        using (var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2)))
            while (!File.Exists(tiny.In("ranks/supernet-seed-0.safetensors"))) await Task.Delay(20, limit.Token);
        await Signal("USR1");
        await Signal("CONT");
        var (code, output, error) = await end;
        Assert.NotEqual(0, code);
        Assert.Contains($"another rank was stopped, with checkpoints; the same command with --out {tiny.In("ranks")} goes on", error);
        Assert.DoesNotContain("is not done", output + error);
        Assert.False(File.Exists(tiny.In("ranks/archive.jsonl")));

        await RunRanks("mpich", 2, line);
        Assert.Equal(4, File.ReadLines(tiny.In("ranks/archive.jsonl")).Count());
    }

    private string[] Pareto(params string[] more)
    {
        var words = tiny.Args("front")[1..^2].ToList();
        words.RemoveRange(words.IndexOf("--epochs"), 2);
        return ["pareto", .. words, "--cost", "macs", "--target-channels", "2", "--target-layers", "3", "--threads", "1", .. more];
    }

    private static async Task<string> RunRanks(string mpi, int ranks, string[] line)
    {
        var (code, output, error) = await Mpirun.Of(mpi).RunAsync(ranks, RankedRuns.Ranked(line));
        Assert.True((code, error) == (0, ""), output + error);
        return output;
    }

    private void AssertSameFront(string run)
    {
        foreach (var file in new[] { "archive.jsonl", "front.csv", "report.html" })
            Assert.Equal(File.ReadAllText(tiny.In($"alone/{file}")), File.ReadAllText(tiny.In($"{run}/{file}")));
    }

    private List<string> Genomes(string run) =>
    [
        .. File.ReadLines(tiny.In($"{run}/evaluations.jsonl")).Skip(1)
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("genome").GetString()!),
    ];

    [GeneratedRegex(" % right after 1 epochs", RegexOptions.CultureInvariant)]
    private static partial Regex Judged();

    [GeneratedRegex(@"(?m)^genotype \d+  epoch 1\b", RegexOptions.CultureInvariant)]
    private static partial Regex Trained();
}
