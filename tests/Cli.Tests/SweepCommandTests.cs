using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MIOpenDarts.Cli.Tests;

/// <summary>Fronts by differentiable searches from the command line, with random genotypes beside them.</summary>
public sealed class SweepCommandTests : IDisposable
{
    private static readonly string[] Files = ["archive.jsonl", "front.csv", "report.html"];

    private readonly TinySearch tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void A_sweep_of_weights_is_a_front_of_searches_that_goes_with_no_other_options()
    {
        string[] line = [.. Line("sweep", "0..1"), "--weights", "0,10"];
        var swept = Command.Run(line);
        Assert.Equal((0, ""), (swept.Code, swept.Error));
        Assert.Contains("cost_weight sweep: hypervolume", swept.Output, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^random: hypervolume [0-9.]+ \(mean of 2 seeds, reference \d+", swept.Output);
        var page = File.ReadAllText(Path.Combine(tiny.In("sweep"), "report.html"));
        Assert.Contains("supernet of 3 cells and 2 channels, one for each seed, trained on random paths for 2 epochs", page);
        Assert.Contains("drawn uniformly until its cost is within 5", page, StringComparison.Ordinal);
        Assert.NotEqual(
            File.ReadAllBytes(In("sweep", "supernet-seed-0.safetensors")), File.ReadAllBytes(In("sweep", "supernet-seed-1.safetensors")));
        Command.Refuses(1, [.. line, "--learning-rate", "0.5"], "was begun with learning_rate");
        Command.Refuses(1, [.. line[..^2], "--targets", "1000000000,5"], "but the cheapest genotype of the space costs");
        Assert.False(Directory.Exists(Path.Combine(tiny.In("sweep"), "target-1000000000")));
    }

    [Fact]
    public void All_points_of_a_seed_are_judged_by_one_supernet_which_no_search_has_trained()
    {
        Assert.Equal(0, Command.Run([.. Line("sweep", "0"), "--weights", "0"]).Code);
        var first = Points("sweep");
        var more = Command.Run([.. Line("sweep", "0"), "--weights", "0,10"]);
        Assert.Equal(0, more.Code);
        Assert.DoesNotContain("supernet-seed-0 epoch", more.Output, StringComparison.Ordinal);
        var points = Points("sweep");
        Assert.Equal([2, 4], [first.Count, points.Count]);
        // What was judged beside less is judged alike.
        Assert.Equal([.. first.Select(Error)], [Error(points[0]), Error(points[2])]);
        // It is the supernet that evolution trains.
        string[] evolve = ["--seed", "0", "--evaluations", "2", "--population", "2"];
        Assert.Equal(0, Command.Run([.. Line("evolved", "0"), .. evolve]).Code);
        TinySearch.AssertSameTensors(
            Path.Combine(tiny.In("evolved"), "supernet.safetensors"), Path.Combine(tiny.In("sweep"), "supernet-seed-0.safetensors"));
    }

    [Theory]
    [InlineData("supernet-seed-0 epoch 1:", false)]
    [InlineData("seed 0: ", true)]
    public async Task A_sweep_that_is_killed_while_it_judges_goes_on_there_with_the_same_bits(string words, bool isFirstJudged)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "there is no signal to send; run this on Linux");
        string[] Sweep(string folder) => [.. Line(folder, "0..1"), "--weights", "10", "--alpha-learning-rate", "0.3"];
        var whole = Command.Run([.. Sweep("whole"), "--jobs", "2"]);
        Assert.Equal((0, ""), (whole.Code, whole.Error));
        using (var process = new Blow(Blow.Kill, 0, words).Start(Sweep("killed")))
            Assert.Contains((await Command.End(process)).Code, Blow.Codes);
        var judged = In("killed", "judged-seed-0.jsonl");
        Assert.Equal(isFirstJudged, File.Exists(judged));
        Assert.False(File.Exists(In("killed", "judged-seed-1.jsonl")) || File.Exists(In("killed", "archive.jsonl")));
        var recorded = isFirstJudged ? File.ReadAllText(judged) : "";
        var resumed = Command.Run(Sweep("killed"));
        Assert.Equal((0, ""), (resumed.Code, resumed.Error));
        Assert.Equal(2, Regex.Count(resumed.Output, "seed [01]  the search is done"));
        Assert.DoesNotContain("supernet-seed-0 epoch 1:", resumed.Output, StringComparison.Ordinal);
        Assert.Equal(!isFirstJudged, resumed.Output.Contains("supernet-seed-0 epoch 2:", StringComparison.Ordinal));
        if (isFirstJudged) Assert.Equal(recorded, File.ReadAllText(judged));
        foreach (var file in Files) Assert.Equal(File.ReadAllText(In("whole", file)), File.ReadAllText(In("killed", file)));
    }

    [Fact]
    public void Beside_each_found_genotype_stands_a_random_one_that_is_alike_in_cost_and_within_the_limit()
    {
        Assert.Equal(0, Command.Run([.. Line("weights", "0..1"), "--weights", "0,10"]).Code);
        var points = Points("weights");
        var (found, random) = (points[..4], points[4..]);
        Assert.All(found, point => Assert.Equal("cost_weight sweep", point.GetProperty("method").GetString()));
        Assert.All(random, point => Assert.Equal("random", point.GetProperty("method").GetString()));
        Assert.Equal([.. found.Select(Seed)], [.. random.Select(Seed)]);
        for (var i = 0; i < 4; i++) Assert.Matches($"of what cost_weight-(0|10) found, ", Drawn(random[i]));
        // What somebody found within it can be found.
        var limit = points.Min(Cost);
        Assert.Equal(0, Command.Run([.. Line("targets", "0..1"), "--targets", limit.ToString("R", CultureInfo.InvariantCulture)]).Code);
        var limited = Points("targets");
        Assert.All(limited[..2], point => Assert.InRange(Cost(point), 0, limit));
        Assert.All(limited[2..], point => Assert.Equal(
            Cost(point) > limit, Drawn(point).StartsWith("over the limit, as all draws", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("pc-darts", 8)]
    [InlineData("fair-darts", 2)]
    [InlineData("dr-nas", 12)]
    [InlineData("gdas", 2)]
    [InlineData("random", 2)]
    public void What_any_method_finds_is_judged(string algorithm, int channels)
    {
        string[] line = [.. Line("sweep", "0"), "--weights", "1", "--algorithm", algorithm];
        line[Array.IndexOf(line, "--init-channels") + 1] = $"{channels}";
        var swept = Command.Run(line);
        Assert.Equal((0, ""), (swept.Code, swept.Error));
        Assert.All(Points("sweep"), point => Assert.InRange(Error(point), 0, 100));
        Assert.Equal(2, Points("sweep").Count);
    }

    [Fact]
    public void Searches_on_other_images_or_with_other_costs_are_not_judged()
    {
        string[] line = [.. Line("sweep", "0"), "--weights", "0"];
        Assert.Equal(0, Command.Run(line).Code);
        var log = In("sweep", Path.Combine("cost_weight-0", "seed-0", "log.jsonl"));
        var written = File.ReadAllText(log);
        File.WriteAllText(log, written.Replace("\"derived\":", "\"derived\":1", StringComparison.Ordinal));
        // Another value stands before it, and nothing is searched with that.
        string[] more = [.. line[..^1], "10,0"];
        foreach (var sweep in new[] { line, more })
            Command.Refuses(1, sweep, "seed-0: what it found cost ", " when it was searched", "or another --out");
        File.WriteAllText(log, written);
        Command.Refuses(1, [.. more, "--retrain", "1"], "was begun with --retrain 0, not 1");
        foreach (var file in Directory.GetFiles(tiny.In("sweep"), "*-seed-0.*")) File.Delete(file);
        var pixels = File.ReadAllBytes(tiny.ImagesFile);
        pixels[^1] ^= 1;
        File.WriteAllBytes(tiny.ImagesFile, pixels);
        foreach (var sweep in new[] { line, more }) Command.Refuses(1, sweep, "was computed on other data: ");
        // None is trained on images that are not to be judged by.
        Assert.False(File.Exists(In("sweep", "supernet-seed-0.safetensors")));
        Assert.False(Directory.Exists(In("sweep", "cost_weight-10")));
    }

    [Fact]
    public void A_checkpoint_that_another_process_is_writing_is_left_alone()
    {
        string[] line = [.. Line("sweep", "0"), "--weights", "0"];
        Assert.Equal(0, Command.Run(line).Code);
        var unfinished = In(
            "sweep", Path.Combine("cost_weight-0", "seed-0", "checkpoints", "checkpoint-00000-0000002.safetensors.miopendarts-unfinished"));
        File.WriteAllText(unfinished, "half of it");
        Assert.Equal(0, Command.Run(line).Code);
        Assert.True(File.Exists(unfinished), "the command has removed it");
        Assert.Equal(0, Command.Run([.. line, "--gather"]).Code);
        Assert.True(File.Exists(unfinished), "--gather has removed it");
    }

    [Fact]
    public void A_search_that_another_process_works_on_is_named_and_no_front_is_made_without_it()
    {
        Assert.Equal(0, Command.Run([.. Line("sweep", "0"), "--weights", "0"]).Code);
        var archive = File.ReadAllText(In("sweep", "archive.jsonl"));
        string[] both = [.. Line("sweep", "0..1"), "--weights", "0"];
        using (new FileStream(
            In("sweep", Path.Combine("cost_weight-0", ".seed-1.lock")), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            var held = Command.Run(both);
            Assert.Equal(1, held.Code);
            Command.AssertOneLine(held.Error, "cost_weight-0: seed 1 of 2 seeds is not done", "the same command");
            Assert.Contains("work on seed 1; when they are done: the same command with --out ", held.Output, StringComparison.Ordinal);
        }

        Assert.Equal(archive, File.ReadAllText(In("sweep", "archive.jsonl")));
        Assert.Equal(0, Command.Run(both).Code);
        Assert.Equal(4, Points("sweep").Count);
    }

    [Fact]
    public async Task A_process_that_is_stopped_while_it_waits_for_others_does_not_name_what_is_whole()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "there is no signal to send; run this on Linux");
        string[] line = [.. Line("sweep", "0..1"), "--weights", "0"];
        Assert.Equal(0, Command.Run(line).Code);
        foreach (var file in Directory.GetFiles(tiny.In("sweep"), "*-seed-*")) File.Delete(file);
        using (new FileStream(
            In("sweep", "supernet-seed-0.safetensors.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            using var process = new Blow(Blow.User1, 0, "supernet-seed-1 epoch 2:").Start(line);
            var outcome = await Command.End(process);
            Command.AssertOneLine(outcome.Error, $"miopendarts: stopped; the same command with --out {tiny.In("sweep")} goes on");
            Assert.EndsWith(" goes on", outcome.Error.TrimEnd());
            Assert.Equal(128 + Blow.User1, outcome.Code);
        }
    }

    [Fact]
    public async Task While_another_process_trains_the_supernet_of_a_seed_this_one_trains_that_of_the_next()
    {
        string[] line = [.. Line("sweep", "0..1"), "--weights", "0"];
        Assert.Equal(0, Command.Run(line).Code);
        var archive = File.ReadAllText(In("sweep", "archive.jsonl"));
        foreach (var file in Directory.GetFiles(tiny.In("sweep"), "*-seed-*")) File.Delete(file);
        var (first, second) = (In("sweep", "supernet-seed-0.safetensors"), In("sweep", "supernet-seed-1.safetensors"));
        Task<Outcome> end;
        using (new FileStream(first + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            end = Command.End(Command.Start(line));
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            while (!File.Exists(second)) await Task.Delay(20, limit.Token);
            Assert.False(File.Exists(first));
        }

        var outcome = await end;
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Equal(
            ["seed-1 epoch 1:", "seed-1 epoch 2:", "seed-0 epoch 1:", "seed-0 epoch 2:"],
            Regex.Matches(outcome.Output, "(?m)^supernet-(seed-[01] epoch [12]:)").Select(told => told.Groups[1].Value));
        Assert.Equal(archive, File.ReadAllText(In("sweep", "archive.jsonl")));
    }

    private static double Cost(JsonElement point) => point.GetProperty("cost").GetDouble();

    private static double Error(JsonElement point) => point.GetProperty("error").GetDouble();

    private static int Seed(JsonElement point) => point.GetProperty("seed").GetInt32();

    private static string Drawn(JsonElement point) => point.GetProperty("drawn").GetString()!;

    private string In(string folder, string file) => Path.Combine(tiny.In(folder), file);

    private List<JsonElement> Points(string folder) =>
        [.. File.ReadLines(In(folder, "archive.jsonl")).Select(point => JsonDocument.Parse(point).RootElement)];

    private string[] Line(string folder, string seeds) =>
    [
        "pareto", .. tiny.Args(folder)[1..], "--cost", "macs", "--target-channels", "2", "--target-layers", "3", "--seeds", seeds,
    ];
}
