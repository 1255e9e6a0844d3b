using System.Text.RegularExpressions;

namespace MIOpenDarts.Cli.Tests;

/// <summary>Costs from the command line: shown, profiled, searched with.</summary>
public sealed class CostCommandTests : IDisposable
{
    private static readonly string[] Small =
        ["--target-channels", "2", "--target-layers", "3", "--target-image-size", "8", "--target-grey"];

    private readonly TinySearch tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void Show_prints_what_a_genotype_costs_by_operation()
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
    [InlineData("profile --published tables", "--published makes tables of a modelled card; give --device")]
    [InlineData("profile --device rx580 --backend cpu", "--backend does not go with --device rx580")]
    [InlineData("profile --device rx580 --kind energy", "--kind does not go with --device rx580")]
    [InlineData("profile --device rx580 --published tables --batch 3", "--batch is 3; with --published allowed is 1, 32 or 64")]
    [InlineData("profile --device rx580 --published tables --target-layers 8", "leave --out, --space, --nodes, ")]
    [InlineData("profile --device rx580 --published tables --multiplier 2", "leave --out, --space, --nodes, ")]
    [InlineData("profile --device rx590", "rx580, rx570, rx560, fiji, vega10")]
    [InlineData("pareto", "pareto needs a --cost")]
    [InlineData("pareto --cost macs --weights 0,much", "'much' in '0,much' is no number")]
    [InlineData("pareto --truth nowhere.tsv --cost macs", "nowhere.tsv")]
    [InlineData("pareto --truth t.tsv --cost fpga_ms --target abc", "target is 'abc'; allowed is a number from 0")]
    [InlineData("pareto --truth t.tsv --cost fpga_ms --target -5", "target is '-5'; allowed is a number from 0")]
    [InlineData("pareto --cost macs --weights 0 --targets 5", "--targets does not go with --weights")]
    [InlineData("pareto --cost macs --weights 0 --evaluations 5", "--evaluations does not go with --weights")]
    [InlineData("pareto --cost macs --targets 5 --population 5", "--population does not go with --targets")]
    [InlineData("pareto --cost macs --weights 0 --evolution nsga2", "--evolution does not go with --weights")]
    [InlineData("pareto --cost macs --targets 5 --evolution regularised", "--evolution does not go with --targets")]
    [InlineData("pareto --cost macs --evolution random", "--evolution is 'random'; allowed is one of nsga2, regularised")]
    [InlineData("pareto --cost macs --weights 0 --short-training 5", "--short-training does not go with --weights")]
    [InlineData("pareto --cost macs --targets 5 --short-training 5", "--short-training does not go with --targets")]
    [InlineData("pareto --cost macs --short-training 1 --epochs 5", "--epochs does not go with --short-training: genotypes are trained by")]
    [InlineData("pareto --truth t.tsv --cost macs --short-training 5", "--short-training does not go with --truth")]
    [InlineData("pareto --truth t.tsv --cost macs --retrain 5", "--retrain does not go with --truth")]
    [InlineData("pareto --cost macs --cost-weight 1", "--cost-weight does not go without --weights or --targets: no alphas are learned")]
    [InlineData("pareto --cost macs --algorithm gdas", "--algorithm does not go without --weights or --targets: no alphas are learned")]
    [InlineData("pareto --cost macs --accuracy cifar10", "--accuracy does not go without --truth")]
    [InlineData("pareto --truth t.tsv --cost macs --preset demo", "--preset does not go with --truth")]
    [InlineData("pareto --truth t.tsv --cost macs --config a.json", "--config does not go with --truth")]
    [InlineData("pareto --truth t.tsv --cost macs --weights 0", "--weights does not go with --truth")]
    [InlineData("search --target 5", "target is 5; allowed is 0 without a cost")]
    [InlineData("search --cost macs --target 5", "but the cheapest genotype of the space costs")]
    public void What_is_wrong_is_told_in_one_line(string line, string told)
    {
        var refused = Command.Run(line.Split(' '));
        Assert.NotEqual(0, refused.Code);
        Assert.Contains(told, refused.Error, StringComparison.Ordinal);
        Assert.Single(refused.Error.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("onnxruntime")]
    public void A_profile_gives_a_table_that_search_keeps_a_limit_of(string backend)
    {
        var table = tiny.In(Path.Combine("tables", $"{backend}.json"));
        var profiled = Command.Run([.. Measuring(backend, table), "--target-classes", "2"]);
        Assert.Equal(0, profiled.Code);
        Assert.Contains("Spearman's rho", profiled.Output, StringComparison.Ordinal);
        var again = Command.Run([.. Measuring(backend, table), "--target-classes", "2"]);
        Assert.Equal(0, again.Code);
        Assert.DoesNotContain("random genotype 1 ", again.Output, StringComparison.Ordinal);
        WarnsOfATableThatCannotBeTrusted(table, [.. Measuring(backend, table), "--target-classes", "2"]);

        var shown = Command.Run(["show", "DARTS_V1", "--cost", $"latency:{table}", .. Small, "--target-classes", "2"]);
        Assert.Equal(0, shown.Code);
        Assert.Contains("ms at batch 1 in inference", shown.Output, StringComparison.Ordinal);
        string[] more = [.. Measuring(backend, table), "--target-classes", "2", "--nodes", "2"];
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
    public void A_table_that_another_process_makes_is_left_to_it()
    {
        var (table, beside) = (tiny.In("table.json"), tiny.In(".table.json.lock"));
        using (new FileStream(beside, FileMode.Create, FileAccess.ReadWrite, FileShare.None))
            Command.Refuses(1, Measuring("cpu", table), "table.json", "another process makes it", "--out");
        Assert.False(File.Exists(table));
        Assert.Equal(0, Command.Run(Measuring("cpu", table)).Code);
        Assert.False(File.Exists(beside));
    }

    private static string[] Measuring(string backend, string table) =>
        ["profile", "--backend", backend, "--threads", "1", "--out", table, .. Small];

    // Nothing is measured again of a table that has everything, so that its check may say what it likes.
    private static void WarnsOfATableThatCannotBeTrusted(string table, string[] profile)
    {
        var written = File.ReadAllText(table);
        File.WriteAllText(table, Regex.Replace(Regex.Replace(
            written, "\"rho\": [-0-9.Ee]+", "\"rho\": 0.89"), "\"drift\": [-0-9.Ee]+", "\"drift\": 0.11"));
        var warned = Command.Run(profile);
        Assert.Equal(0, warned.Code);
        Assert.Contains("rho is below 0.9: the sums of this table hardly tell", warned.Error, StringComparison.Ordinal);
        Assert.Contains("the device was not the same at the end as at the start", warned.Error, StringComparison.Ordinal);
        File.WriteAllText(table, written);
    }
}
