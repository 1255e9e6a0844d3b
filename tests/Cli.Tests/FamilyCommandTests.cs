using System.Text.RegularExpressions;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Cli.Tests;

/// <summary>Every method searches the embedded images to a genotype, on a network of the smallest kind.</summary>
public sealed class FamilyCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("miopendarts-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    // So that in two epochs happens what a method has beside its alphas.
    private static readonly Dictionary<string, string[]> Settings = new()
    {
        ["pc-darts"] = ["--warmup-epochs", "1"],
        ["fair-darts"] = ["--genotype-rule", "threshold_edge", "--threshold", "0.5"],
        ["dr-nas"] = ["--second-stage-epoch", "1", "--warmup-epochs", "0"],
    };

    public static TheoryData<string> Methods => [.. SearchAlgorithm.Names];

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_method_searches_the_embedded_images_to_a_genotype(string algorithm)
    {
        var channels = Math.Max(4, 2 * SearchAlgorithm.Find(algorithm)!.Paper.PartialChannels);
        var run = Path.Combine(folder, "run");
        var outcome = Command.Run(
        [
            "search", "--algorithm", algorithm, "--preset", "demo", "--epochs", "2", "--init-channels", $"{channels}", "--layers", "3",
            "--nodes", "2", "--multiplier", "2",
            "--batch-size", "128", "--out", run, .. Settings.GetValueOrDefault(algorithm, []),
        ]);
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        var genotype = GenotypeReader.Parse(outcome.Output.Split('\n')
            .Single(line => line.StartsWith("Genotype(", StringComparison.Ordinal)));
        Assert.Equal(genotype, GenotypeReader.Resolve(Path.Combine(run, "genotype.txt")));
        Assert.Equal(2, genotype.Normal.Nodes.Count);
        var report = File.ReadAllText(Path.Combine(run, "report.html"));
        Assert.Contains("<svg", report);
        var start = algorithm == "random" ? "Drawn " : "The strongest operation ";
        var told = outcome.Output.Split('\n').Single(line => line.StartsWith(start, StringComparison.Ordinal));
        Assert.Contains(told, report);
        var again = Command.Run("search", "--resume", run);
        Assert.Equal(0, again.Code);
        Assert.Contains(algorithm == "random" ? "the run is done; the result" : "all 2 epochs are done; the result", again.Output);
        Assert.Contains(told, again.Output);
    }

    [Fact]
    public void A_fair_darts_search_under_its_threshold_takes_the_strongest_edges_and_says_so()
    {
        var (run, trained) = (Path.Combine(folder, "run"), Path.Combine(folder, "trained"));
        string[] small = ["--epochs", "1", "--init-channels", "4", "--layers", "3", "--batch-size", "128"];
        var outcome = Command.Run(["search", "--algorithm", "fair-darts", "--preset", "demo", .. small, "--out", run]);
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        foreach (var cell in new[] { "normal", "reduction" })
        {
            var note = $"no operation of the {cell} cell reached the threshold 0.85 (the largest weight is 0.5";
            Assert.Contains(outcome.Output.Split('\n').TakeLast(4), line =>
                line.StartsWith(note, StringComparison.Ordinal)
                && line.Contains("the two strongest edges of each node were taken", StringComparison.Ordinal));
            Assert.Contains(note, File.ReadAllText(Path.Combine(run, "report.html")));
            Assert.Contains(note, File.ReadAllText(Path.Combine(run, "log.jsonl")));
        }

        Assert.All(GenotypeReader.Resolve(Path.Combine(run, "genotype.txt")).Normal.Nodes, node => Assert.Equal(2, node.Count));
        var training = Command.Run(["train", "--genotype", run, .. small, "--out", trained]);
        Assert.Equal((0, ""), (training.Code, training.Error));

        // A folder of an earlier version, which ended with empty cells.
        var log = Path.Combine(run, "log.jsonl");
        File.WriteAllText(log, Regex.Replace(File.ReadAllText(log), @"""nodes"":\[\[.*?\]\]", @"""nodes"":[[],[],[],[]]"));
        Command.Refuses(2, ["search", "--resume", run], "the normal cell has no edge that leads to its output",
            "repeat the search that found it");
    }

    [Theory]
    [InlineData("--algorithm", "nas", "algorithm is nas; allowed is darts, pc-darts")]
    [InlineData("--partial-channels", "3", "partial_channels is 3; allowed is a divisor of init_channels, which is 8")]
    [InlineData("--warmup-epochs", "3", "warmup_epochs is 3; allowed is a whole number from 0 to 2")]
    [InlineData("--zero-one-weight", "3", "zero_one_weight is 3; allowed is 0 with darts: only fair-darts reads it")]
    [InlineData("--temperature-end", "1", "temperature_end is 1; allowed is 0.1 with darts: only gdas reads it")]
    [InlineData("--second-stage-epoch", "2", "second_stage_epoch is 2; allowed is 0 with darts: only dr-nas reads it")]
    [InlineData("--genotype-rule", "best", "genotype_rule is best; allowed is darts, threshold_sparse, threshold_edge")]
    public void A_wrong_setting_of_a_method_names_value_and_cure(string option, string value, string text) =>
        Command.Refuses(2, ["search", option, value, "--out", Path.Combine(folder, "none")], text);
}
