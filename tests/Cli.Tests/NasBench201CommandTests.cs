using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Cli.Tests;

/// <summary>The way from a search of NAS-Bench-201 to a network that classifies images, by the commands alone.</summary>
public sealed class NasBench201CommandTests : IDisposable
{
    private const string Text = "|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|skip_connect~0|avg_pool_3x3~1|nor_conv_1x1~2|";
    private static readonly string Truth = Path.Combine(AppContext.BaseDirectory, "truth", "nas-bench-201.tsv.gz");
    private readonly TinySearch tiny = new();

    public NasBench201CommandTests()
    {
        File.Copy(tiny.ImagesFile, tiny.ImagesFile.Replace("train", "t10k", StringComparison.Ordinal));
        File.Copy(tiny.LabelsFile, tiny.LabelsFile.Replace("train", "t10k", StringComparison.Ordinal));
    }

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void What_a_search_finds_is_drawn_trained_tested_exported_and_compared()
    {
        var found = Done(
            ["search", "--space", "nas-bench-201", "--preset", "demo", "--epochs", "2", "--init-channels", "4", "--watch", "skip", .. Small,
                "--out",
                tiny.In("found")]);
        var cell = Genotype.Parse(File.ReadAllText(Path.Combine(tiny.In("found"), "genotype.txt")));
        Assert.NotNull(cell.NasBench201);
        Assert.Contains(cell.ToString(), found);
        Assert.Equal(cell, GenotypeReader.Resolve(Path.Combine(tiny.In("found"), "genotype.json")));
        Assert.True(File.Exists(Path.Combine(tiny.In("found"), "cell.svg")));
        var report = File.ReadAllText(Path.Combine(tiny.In("found"), "report.html"));
        Assert.Contains("<figcaption>Cell</figcaption>", report);
        Assert.DoesNotContain("eduction cell", report);
        Assert.Contains("c\u2096\u208B\u2081 \u2192 3", report);
        Assert.Contains("all 2 epochs are done", Done(["search", "--resume", tiny.In("found")]));

        var told = Done(["train", "--genotype", tiny.In("found"), "--preset", "demo", "--epochs", "2", .. Small, "--out", tiny.In("net")])
            .Split('\n').Single(line => line.StartsWith("test     ", StringComparison.Ordinal))[9..];
        Assert.Equal(told, Done(["evaluate", tiny.In("net"), "--backend", "cpu"]).TrimEnd());
        Assert.Contains("<figcaption>Cell</figcaption>", File.ReadAllText(Path.Combine(tiny.In("net"), "report.html")));
        Assert.Equal(cell + "\n", Done(["show", tiny.In("net")]));
        Assert.Contains("parameters", Done(["export", tiny.In("net"), "--fold", "--out", tiny.In("net.onnx")]));
        DataSummary.WriteImage(DataSource.Open(tiny.Data).Test!, 0, tiny.In("image.png"));
        Assert.Contains("class ", Done(["predict", tiny.In("net"), tiny.In("image.png")]));
        Assert.Contains("found", Done(["compare", tiny.In("found"), tiny.In("net")]));
        Assert.Contains("mean", Done(
            ["search", "--space", "nas-bench-201", "--preset", "demo", "--epochs", "1", .. Small, "--seeds", "0,1", "--retrain", "1",
                "--out", tiny.In("study")]));
    }

    [Fact]
    public void A_network_has_the_size_of_the_benchmark_unless_told()
    {
        Done(["train", "--genotype", Text, "--epochs", "1", .. Small, "--cells-per-stage", "1", "--out", tiny.In("net")]);
        using var weights = SafetensorsFile.Open(Path.Combine(tiny.In("net"), "weights.safetensors"));
        Assert.Equal([16L, 1, 3, 3], weights["stem.0.weight"].Shape);
        Assert.Contains("cells.4.layers.0.op.1.weight", weights.Names);
        Assert.DoesNotContain(weights.Names, name => name.StartsWith("cells.5.", StringComparison.Ordinal));
        (string, string)[] refused = [("--layers", "8"), ("--auxiliary", "true"), ("--drop-path", "0.1"), ("--stem", "imagenet")];
        foreach (var (option, value) in refused)
            Command.Refuses(2, ["train", "--genotype", Text, option, value, "--data", tiny.Data, "--out", tiny.In("other")],
                option[2..].Replace('-', '_'), "allowed is");
        Command.Refuses(2, ["search", "--space", "nas-bench-201", "--layers", "8", "--data", tiny.Data], "layers is 8", "cells_per_stage");
        Command.Refuses(
            2, ["search", "--space", "nas-bench-201", "--target-layers", "8", "--data", tiny.Data], "target_layers is 8", "nas-bench-201");
        Command.Refuses(2, ["search", "--target-cells-per-stage", "2", "--data", tiny.Data], "target_cells_per_stage is 2", "space darts");
        Command.Refuses(2, ["show", Text, "--cost", "macs", "--target-layers", "8"], "does not go with cells of nas-bench-201");
        Command.Refuses(2, ["show", "DARTS_V2", "--cost", "macs", "--target-cells-per-stage", "2"], "cells like those of darts");
        Command.Refuses(2, ["profile", "--space", "nas-bench-201", "--nodes", "2"], "--nodes does not go with --space nas-bench-201");
    }

    [Fact]
    public void Costs_are_those_of_the_benchmarks_network_in_every_command()
    {
        // As many as the benchmark counts, less the biases of its classifier.
        Assert.Contains(" M multiply-adds, counted", Done(["show", Text, "--cost", "macs"]));
        var shown = Done(["show", Text, "--cost", "latency:rx580-b64-inference"]);
        Assert.Matches(@"(?m)^cell  0 -> 1  nor_conv_3x3 +\d", shown);
        Assert.Matches(@"(?m)^cell  0 -> 2  none +0 ", shown);
        Assert.Contains("modelled", shown);

        string[] target = ["--target-channels", "4", "--target-cells-per-stage", "1", "--target-image-size", "8", "--target-grey"];
        string[] profiled =
        [
            "profile", "--space", "nas-bench-201", "--backend", "cpu", "--threads", "1", .. target, "--target-classes", "2", "--out",
            tiny.In("cpu.json"),
        ];
        Assert.Contains("random genotypes measured whole", Command.Run(profiled).Output);
        // Measured once more at its end, as this is the device of the table.
        var found = Done(
            ["search", "--space", "nas-bench-201", "--preset", "demo", "--epochs", "1", .. Small, "--cost",
                $"latency:{tiny.In("cpu.json")}", "--cost-weight", "1", "--target-channels", "4", "--target-cells-per-stage", "1", "--out",
                tiny.In("found")]);
        Assert.Matches(@"(?m)^cost .*latency:cpu-b1-inference", found);
        Assert.Matches(@"(?m)^cost .*measured", found);
        Done(["train", "--genotype", tiny.In("found"), "--preset", "demo", "--epochs", "1", .. Small, "--out", tiny.In("net")]);
        Assert.Contains("macs: ", Done(["evaluate", tiny.In("net"), "--backend", "cpu", "--cost", "macs"]));
        Assert.DoesNotContain("n/a", Done(["evaluate", tiny.In("net"), "--backend", "cpu", "--cost", "macs"]));
        Assert.Contains("macs", Done(["compare", tiny.In("net"), "--cost", "macs"]));
    }

    [Fact]
    public void Fronts_are_found_by_a_supernet_by_short_trainings_and_by_a_sweep()
    {
        string[] line =
        [
            "pareto", "--space", "nas-bench-201", "--preset", "demo", .. Small, "--init-channels", "4", "--cost", "macs",
            "--target-channels", "4", "--target-cells-per-stage", "1", "--seeds", "0",
        ];
        string[] evolved = ["--evaluations", "6", "--population", "3"];
        Assert.Contains(
            "random: hypervolume", Done([.. line, "--epochs", "1", .. evolved, "--retrain", "1", "--out", tiny.In("supernet")]));
        Assert.Contains("random: hypervolume", Done([.. line, "--short-training", "1", .. evolved, "--out", tiny.In("trained")]));
        Assert.Contains("random: hypervolume", Done([.. line, "--epochs", "1", "--weights", "0,1", "--out", tiny.In("sweep")]));
        Assert.Contains("1 cells a stage and 4 channels", File.ReadAllText(Path.Combine(tiny.In("sweep"), "report.html")));
        Assert.Contains("class=\"cells\"", File.ReadAllText(Path.Combine(tiny.In("supernet"), "report.html")));
    }

    [Fact]
    public void A_table_of_trained_networks_says_what_cells_are_worth()
    {
        var text = Done(["show", Text, "--truth", Truth]);
        Assert.Matches(@"(?m)^cifar10 +\d\d\.\d", text);
        Assert.Matches(@"(?m)^cifar10 +94\.3733$", Done(
            ["show", "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_1x1~2|", "--truth", Truth]));
        Command.Refuses(1, ["show", "DARTS_V2", "--truth", Truth], "knows cells of nas-bench-201");
        Command.Refuses(1, ["show", Text, "--truth", tiny.In("none.tsv")], tiny.In("none.tsv"));
        string[] drawing = ["search", "--space", "nas-bench-201", "--algorithm", "random", "--data", tiny.Data, "--batch-size", "8"];
        foreach (var seed in new[] { "1", "2" }) Done([.. drawing, "--seed", seed, "--out", tiny.In(seed)]);
        Assert.Matches(@"(?m)^random +2 ", Done(["compare", tiny.In("1"), tiny.In("2"), "--truth", Truth]));
        Assert.Contains("none of these folders holds a finished search", Command.Run("compare", tiny.Data, "--truth", Truth).Error);
    }

    private string[] Small => ["--data", tiny.Data, "--backend", "cpu", "--batch-size", "8", "--data-workers", "1"];

    private static string Done(string[] args)
    {
        var outcome = Command.Run(args);
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        return outcome.Output;
    }
}
