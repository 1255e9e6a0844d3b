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
        Command.Refuses(2, ["show", Text, "--cost", "macs"], "nas-bench-201");
        Command.Refuses(2, ["search", "--space", "nas-bench-201", "--cost", "macs", "--data", tiny.Data], "cost is macs", "nas-bench-201");
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
