using System.Text.Json;

namespace MIOpenDarts.Cli.Tests;

/// <summary>Costs from the command line: shown, profiled, searched with, and as a front.</summary>
public sealed class CostCommandTests : IDisposable
{
    private static readonly string[] Small =
        ["--target-channels", "2", "--target-layers", "3", "--target-image-size", "8", "--target-grey"];

    private static readonly string Truth = Path.Combine(MIOpenDarts.Tests.Checkout.Folder, "data", "truth", "nas-bench-201.tsv.gz");

    private readonly TinySearch tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void ShowPrintsWhatAGenotypeCostsByOperation()
    {
        var shown = Command.Run("show", "DARTS_V2", "--cost", "params,macs");
        Assert.Equal(0, shown.Code);
        Assert.Contains("in all: 3,349,342 parameters, counted", shown.Output, StringComparison.Ordinal);
        Assert.Contains("normal  2 -> 5  dil_conv_3x3", shown.Output, StringComparison.Ordinal);
        Assert.Contains("528.359 M multiply-adds", shown.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("show DARTS_V2 --cost speed", "--cost is 'speed'; allowed is")]
    [InlineData("show DARTS_V2 --cost latency:nowhere", "there is no such table")]
    [InlineData("show DARTS_V2 --target-channels 4", "--target-channels says of what network a cost is; give --cost")]
    [InlineData("profile --backend onnxruntime --mode training", "only infers")]
    [InlineData("profile --backend tpu", "--backend is 'tpu'; allowed is")]
    [InlineData("profile --backend tpu", "or onnxruntime")]
    [InlineData("profile --nodes 2 --multiplier 3", "--multiplier is 3; allowed is a whole number from 1 to --nodes, which is 2")]
    [InlineData("pareto", "pareto needs a --cost")]
    [InlineData("pareto --cost macs --weights 0,much", "'much' in '0,much' is no number")]
    [InlineData("pareto --truth nowhere.tsv --cost macs", "nowhere.tsv")]
    [InlineData("pareto --truth t.tsv --cost fpga_ms --target abc", "target is 'abc'; allowed is a number from 0")]
    [InlineData("pareto --truth t.tsv --cost fpga_ms --target -5", "target is '-5'; allowed is a number from 0")]
    [InlineData("pareto --cost macs --weights 0 --targets 5", "--targets does not go with --weights")]
    [InlineData("pareto --cost macs --weights 0 --evaluations 5", "--evaluations does not go with --weights")]
    [InlineData("pareto --cost macs --targets 5 --population 5", "--population does not go with --targets")]
    [InlineData("pareto --cost macs --retrain 5", "--retrain does not go without --weights or --targets")]
    [InlineData("pareto --cost macs --cost-weight 1", "--cost-weight does not go without --weights or --targets: no alphas are learned")]
    [InlineData("pareto --cost macs --algorithm gdas", "--algorithm does not go without --weights or --targets: no alphas are learned")]
    [InlineData("pareto --cost macs --accuracy cifar10", "--accuracy does not go without --truth")]
    [InlineData("pareto --truth t.tsv --cost macs --preset demo", "--preset does not go with --truth")]
    [InlineData("pareto --truth t.tsv --cost macs --config a.json", "--config does not go with --truth")]
    [InlineData("pareto --truth t.tsv --cost macs --weights 0", "--weights does not go with --truth")]
    [InlineData("pareto --cost macs --weights 0 --algorithm random", "trains nothing, so without --retrain there is no error")]
    [InlineData("search --target 5", "target is 5; allowed is 0 without a cost")]
    [InlineData("search --cost macs --target 5", "but the cheapest genotype of the space costs")]
    public void WhatIsWrongIsToldInOneLine(string line, string told)
    {
        var refused = Command.Run(line.Split(' '));
        Assert.NotEqual(0, refused.Code);
        Assert.Contains(told, refused.Error, StringComparison.Ordinal);
        Assert.Single(refused.Error.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("onnxruntime")]
    public void AProfileGivesATableThatSearchKeepsALimitOf(string backend)
    {
        var table = tiny.In(Path.Combine("tables", $"{backend}.json"));
        var profiled = Command.Run(["profile", "--backend", backend, "--threads", "1", "--out", table, .. Small, "--target-classes", "2"]);
        Assert.Equal(0, profiled.Code);
        Assert.Contains("Spearman's rho", profiled.Output, StringComparison.Ordinal);
        var again = Command.Run(["profile", "--backend", backend, "--threads", "1", "--out", table, .. Small, "--target-classes", "2"]);
        Assert.Equal(0, again.Code);
        Assert.DoesNotContain("random genotype 1 ", again.Output, StringComparison.Ordinal);

        var shown = Command.Run(["show", "DARTS_V1", "--cost", $"latency:{table}", .. Small, "--target-classes", "2"]);
        Assert.Equal(0, shown.Code);
        Assert.Contains("ms at batch 1 in inference", shown.Output, StringComparison.Ordinal);
        string[] more =
            ["profile", "--backend", backend, "--threads", "1", "--out", table, .. Small, "--target-classes", "2", "--nodes", "2"];
        var cured = Command.Run(tiny.Args("run", "--cost", $"latency:{table}", "--target-channels", "2", "--target-layers", "3"));
        Assert.Contains("; profile a table for the network", cured.Error, StringComparison.Ordinal);
        Assert.Equal(0, Command.Run(more).Code);
        Assert.Equal(0, Command.Run(tiny.Args(
            "run", "--cost", $"latency:{table}", "--cost-weight", "1", "--target-channels", "2", "--target-layers", "3")).Code);
        Assert.Contains(tiny.Log("run"), line => line is MIOpenDarts.Darts.Records.CostMeasured { Value: > 0, Sum: > 0 });
        Assert.Contains("times its mean ratio", File.ReadAllText(Path.Combine(tiny.In("run"), "report.html")), StringComparison.Ordinal);
        var other = Command.Run(["profile", "--backend", backend, "--threads", "1", "--batch", "2", "--out", table]);
        Assert.Contains("choose another --out", other.Error, StringComparison.Ordinal);

        // What is found stays where it cannot be measured.
        File.WriteAllText(table, File.ReadAllText(table).Replace("\"batch\": 1,", "\"batch\": -1,", StringComparison.Ordinal));
        var unmeasured = Command.Run(tiny.Args(
            "unmeasured", "--cost", $"latency:{table}", "--cost-weight", "1", "--target-channels", "2", "--target-layers", "3"));
        Assert.Equal(0, unmeasured.Code);
        Assert.Contains("the derived network could not be measured", unmeasured.Output + unmeasured.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(tiny.In("unmeasured"), "genotype.txt")));
    }

    [Fact]
    public void AFrontOnTheBenchmarkIsTheSameAfterAKillAndBeatsTheRandomBaseline()
    {
        string[] line =
            ["pareto", "--space", "nas-bench-201", "--truth", Truth, "--cost", "fpga_ms", "--seeds", "0..1", "--evaluations", "200"];
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
        Assert.Equal(2 * 2 * 200, points.Count);
    }

    [Fact]
    public void ALimitThatNoCellKeepsIsToldWithTheNearest()
    {
        var refused = Command.Run(
            "pareto", "--truth", Truth, "--cost", "fpga_ms", "--target", "0.5", "--evaluations", "60", "--out", tiny.In("front"));
        Assert.NotEqual(0, refused.Code);
        Assert.Contains("none of 60 genotypes keeps the limit; the nearest", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void ASupernetGivesAFrontAndGoesOnFromWhatItRecorded()
    {
        string[] line =
        [
            "pareto", .. tiny.Args("front")[1..^2], "--cost", "macs", "--target-channels", "2", "--target-layers", "3", "--seeds", "0..1",
            "--evaluations", "12", "--population", "6",
        ];
        Assert.Equal(0, Command.Run([.. line, "--out", tiny.In("front")]).Code);
        var archive = File.ReadAllText(Path.Combine(tiny.In("front"), "archive.jsonl"));
        var again = Command.Run([.. line, "--out", tiny.In("front")]);
        Assert.Contains("are recorded and not made again", again.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("supernet epoch", again.Output, StringComparison.Ordinal);
        Assert.Equal(archive, File.ReadAllText(Path.Combine(tiny.In("front"), "archive.jsonl")));
    }

    [Fact]
    public async Task ASupernetThatWasKilledGoesOnAfterTheLastEpochWithTheSameBits()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "there is no signal to send; run this on Linux");
        using var four = new TinySearch { Epochs = 4 };
        string[] line =
        [
            "pareto", .. four.Args("front")[1..^2], "--cost", "macs", "--target-channels", "2", "--target-layers", "3",
            "--seeds", "0", "--evaluations", "8", "--population", "4", "--jobs", "2",
        ];
        Assert.Equal(0, Command.Run([.. line, "--out", tiny.In("whole")]).Code);
        using (var process = new Blow(Blow.Kill, 0, "supernet epoch 2:").Start([.. line, "--out", tiny.In("killed")]))
            Assert.Contains((await Command.End(process)).Code, Blow.Codes);
        var resumed = Command.Run([.. line, "--out", tiny.In("killed")]);
        Assert.Equal((0, ""), (resumed.Code, resumed.Error));
        Assert.DoesNotContain("supernet epoch 2:", resumed.Output, StringComparison.Ordinal);
        Assert.Contains("supernet epoch 4:", resumed.Output, StringComparison.Ordinal);
        foreach (var file in new[] { "supernet.safetensors", "archive.jsonl" })
            Assert.Equal(File.ReadAllBytes(Path.Combine(tiny.In("whole"), file)), File.ReadAllBytes(Path.Combine(tiny.In("killed"), file)));
        Command.Refuses(2, [.. line, "--out", tiny.In("killed"), "--learning-rate", "0.5"], "is of another supernet");
    }

    [Fact]
    public void ASweepOfWeightsIsAFrontOfSearches()
    {
        string[] line =
        [
            "pareto", .. tiny.Args("sweep")[1..], "--cost", "macs", "--target-channels", "2", "--target-layers", "3", "--seeds", "0..1",
            "--weights", "0,10",
        ];
        var swept = Command.Run(line);
        Assert.Equal(0, swept.Code);
        Assert.Contains("cost_weight sweep: hypervolume", swept.Output, StringComparison.Ordinal);
        Assert.Equal(4, File.ReadLines(Path.Combine(tiny.In("sweep"), "archive.jsonl")).Count());
        Assert.Equal(0, Command.Run(line).Code);
        Assert.Contains("supernet of 3 cells and 2 channels", File.ReadAllText(Path.Combine(tiny.In("sweep"), "report.html")));
        var other = Command.Run([.. line, "--learning-rate", "0.5"]);
        Assert.NotEqual(0, other.Code);
        Assert.Contains("was begun with learning_rate", other.Error, StringComparison.Ordinal);
        var mixed = Command.Run([.. line[..^2], "--targets", "1000000000,5"]);
        Assert.Contains("but the cheapest genotype of the space costs", mixed.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(tiny.In("sweep"), "target-1000000000")));
    }
}
