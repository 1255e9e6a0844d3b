using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MIOpenDarts.Cli.Tests;

/// <summary>Fronts of NAS-Bench-201 against known accuracies, from the command line.</summary>
public sealed class ParetoTruthTests : IDisposable
{
    private static readonly string Truth = Path.Combine(MIOpenDarts.Tests.Checkout.Folder, "data", "truth", "nas-bench-201.tsv.gz");

    private readonly TinySearch tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void A_seed_that_finds_nothing_within_the_limit_leaves_what_others_found()
    {
        // The fewest parameters of any cell: eight draws of a seed may all have more.
        string[] line =
            ["pareto", "--space", "nas-bench-201", "--truth", Truth, "--cost", "params", "--evaluations", "8", "--population", "4"];
        var some = Command.Run([.. line, "--target", "80000", "--seeds", "0..4", "--out", tiny.In("some")]);
        Assert.Equal(0, some.Code);
        Assert.Matches(@"nsga2, seed \d: 8 evaluated, none within the limit", some.Output);
        Assert.Matches(@"nsga2, seed \d: 8 evaluated, \d on the front", some.Output);
        Assert.Contains("mean of 5 seeds", some.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(tiny.In("some"), "report.html")));
        Command.Refuses(1, [.. line, "--target", "70000", "--seeds", "0", "--out", tiny.In("none")], "none of 8 genotypes keeps the limit");
    }

    [Fact]
    public void A_front_on_the_benchmark_is_the_same_after_a_kill_and_beats_the_random_baseline()
    {
        string[] line =
            ["pareto", "--space", "nas-bench-201", "--truth", Truth, "--cost", "fpga_ms", "--seeds", "0..1", "--evaluations", "520"];
        Assert.Equal(0, Command.Run([.. line, "--out", tiny.In("whole")]).Code);
        Assert.Equal(0, Command.Run([.. line, "--out", tiny.In("killed"), "--jobs", "2"]).Code);
        // As after a kill in the middle of a line.
        var log = Path.Combine(tiny.In("killed"), "evaluations.jsonl");
        var text = File.ReadAllText(log);
        File.WriteAllText(log, text[..(text.Length / 2)]);
        File.Delete(Path.Combine(tiny.In("killed"), "archive.jsonl"));
        var resumed = Command.Run([.. line, "--out", tiny.In("killed")]);
        Assert.Equal(0, resumed.Code);
        Assert.Contains("are recorded and not made again", resumed.Output, StringComparison.Ordinal);
        foreach (var file in new[] { "archive.jsonl", "front.csv", "report.html" })
            Assert.Equal(File.ReadAllText(Path.Combine(tiny.In("whole"), file)), File.ReadAllText(Path.Combine(tiny.In("killed"), file)));
        var points = File.ReadLines(Path.Combine(tiny.In("whole"), "archive.jsonl"))
            .Select(point => JsonDocument.Parse(point).RootElement).ToList();
        Assert.Equal(2 * 2 * 520, points.Count);
        Assert.True(Volume("nsga2") > Volume("random"), resumed.Output);

        double Volume(string method) => double.Parse(
            Regex.Match(resumed.Output, $"^{method}: hypervolume ([0-9.]+) ", RegexOptions.Multiline).Groups[1].Value,
            CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Regularised_evolution_errs_less_than_random_cells_within_the_limit_and_is_the_same_after_a_kill()
    {
        string[] line =
        [
            "pareto", "--truth", Truth, "--cost", "fpga_ms", "--target", "5", "--seeds", "0..4", "--evaluations", "300",
            "--population", "50", "--evolution", "regularised",
        ];
        var whole = Command.Run([.. line, "--out", tiny.In("whole")]);
        Assert.Equal((0, ""), (whole.Code, whole.Error));
        Assert.Contains("front of regularised, fpga_ms (ms) and error (%)", whole.Output, StringComparison.Ordinal);
        var points = File.ReadLines(Path.Combine(tiny.In("whole"), "archive.jsonl"))
            .Select(point => JsonDocument.Parse(point).RootElement).ToList();
        Assert.All(points, point => Assert.InRange(point.GetProperty("cost").GetDouble(), 0, 5));
        Assert.True(LeastError("regularised") < LeastError("random"), whole.Output);

        Assert.Equal(0, Command.Run([.. line, "--out", tiny.In("killed"), "--jobs", "2"]).Code);
        // As after a kill in the middle of a line.
        var log = Path.Combine(tiny.In("killed"), "evaluations.jsonl");
        var text = File.ReadAllText(log);
        File.WriteAllText(log, text[..(text.Length / 3)]);
        var resumed = Command.Run([.. line, "--out", tiny.In("killed")]);
        Assert.Contains("are recorded and not made again", resumed.Output, StringComparison.Ordinal);
        foreach (var file in new[] { "archive.jsonl", "front.csv", "report.html" })
            Assert.Equal(File.ReadAllText(Path.Combine(tiny.In("whole"), file)), File.ReadAllText(Path.Combine(tiny.In("killed"), file)));

        // What one evolution evaluated the other finds recorded, and ends as in a folder of its own.
        string[] other = [.. line[..^1], "nsga2"];
        Assert.Equal(0, Command.Run([.. other, "--out", tiny.In("other")]).Code);
        Assert.Contains("are recorded and not made again", Command.Run([.. other, "--out", tiny.In("killed")]).Output);
        Assert.Equal(
            File.ReadAllText(Path.Combine(tiny.In("other"), "archive.jsonl")),
            File.ReadAllText(Path.Combine(tiny.In("killed"), "archive.jsonl")));

        double LeastError(string method) => points.Where(point => point.GetProperty("method").GetString() == method)
            .GroupBy(point => point.GetProperty("seed").GetInt32())
            .Average(seed => seed.Min(point => point.GetProperty("error").GetDouble()));
    }

    [Fact]
    public void A_limit_that_no_cell_keeps_is_told_with_the_nearest()
    {
        var refused = Command.Run(
            "pareto", "--truth", Truth, "--cost", "fpga_ms", "--target", "0.5", "--evaluations", "60", "--out", tiny.In("front"));
        Assert.NotEqual(0, refused.Code);
        Assert.Contains("none of 60 genotypes keeps the limit; the nearest", refused.Error, StringComparison.Ordinal);
    }
}
