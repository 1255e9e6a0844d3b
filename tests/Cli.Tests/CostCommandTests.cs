using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

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
    [InlineData("profile --device rx580 --published tables --target-layers 8", "leave --out, --nodes, --multiplier and --target-... out")]
    [InlineData("profile --device rx580 --published tables --multiplier 2", "leave --out, --nodes, --multiplier and --target-... out")]
    [InlineData("profile --device rx590", "rx580, rx570, rx560, fiji, vega10")]
    [InlineData("pareto", "pareto needs a --cost")]
    [InlineData("pareto --cost macs --weights 0,much", "'much' in '0,much' is no number")]
    [InlineData("pareto --truth nowhere.tsv --cost macs", "nowhere.tsv")]
    [InlineData("pareto --truth t.tsv --cost fpga_ms --target abc", "target is 'abc'; allowed is a number from 0")]
    [InlineData("pareto --truth t.tsv --cost fpga_ms --target -5", "target is '-5'; allowed is a number from 0")]
    [InlineData("pareto --cost macs --weights 0 --targets 5", "--targets does not go with --weights")]
    [InlineData("pareto --cost macs --weights 0 --evaluations 5", "--evaluations does not go with --weights")]
    [InlineData("pareto --cost macs --targets 5 --population 5", "--population does not go with --targets")]
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
    [InlineData("pareto --cost macs --weights 0 --algorithm random", "trains nothing, so without --retrain there is no error")]
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
    public void A_limit_that_no_cell_keeps_is_told_with_the_nearest()
    {
        var refused = Command.Run(
            "pareto", "--truth", Truth, "--cost", "fpga_ms", "--target", "0.5", "--evaluations", "60", "--out", tiny.In("front"));
        Assert.NotEqual(0, refused.Code);
        Assert.Contains("none of 60 genotypes keeps the limit; the nearest", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_supernet_gives_a_front_and_goes_on_from_what_it_recorded()
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
    public async Task A_supernet_that_was_killed_goes_on_after_the_last_epoch_with_the_same_bits()
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
    public async Task Genotypes_are_trained_from_scratch_and_after_a_kill_none_is_trained_again()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "there is no signal to send; run this on Linux");
        string[] line = [.. OnImages(), "--short-training", "1", "--evaluations", "6", "--population", "3", "--seeds", "0"];
        var whole = Command.Run([.. line, "--jobs", "2", "--out", tiny.In("whole")]);
        Assert.Equal((0, ""), (whole.Code, whole.Error));
        using (var process = new Blow(Blow.Kill, 0, "nsga2, seed 0: 6 evaluated").Start([.. line, "--out", tiny.In("killed")]))
            Assert.Contains((await Command.End(process)).Code, Blow.Codes);
        var resumed = Command.Run([.. line, "--out", tiny.In("killed")]);
        Assert.Equal((0, ""), (resumed.Code, resumed.Error));
        Assert.Contains("6 evaluations are recorded and not made again", resumed.Output, StringComparison.Ordinal);
        Assert.InRange(Trained(resumed.Output), 1, 6);
        Assert.Equal(Trained(whole.Output), 6 + Trained(resumed.Output));
        foreach (var file in new[] { "archive.jsonl", "report.html" })
            Assert.Equal(File.ReadAllText(Path.Combine(tiny.In("whole"), file)), File.ReadAllText(Path.Combine(tiny.In("killed"), file)));
        Assert.Contains("validation error after 1 epochs from scratch", File.ReadAllText(Path.Combine(tiny.In("whole"), "report.html")));
        Assert.Contains("has evaluations of trained from scratch: ", Command.Run(
            [.. line, "--train-portion", "0.6", "--out", tiny.In("killed")]).Error, StringComparison.Ordinal);

        static int Trained(string output) =>
            output.Split('\n').Count(told => told.Contains("% right after 1 epochs", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_lies_on_the_fronts_is_trained_from_scratch_and_after_a_kill_goes_on_with_the_same_bits()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "there is no signal to send; run this on Linux");
        string[] line =
            [.. OnImages(), "--epochs", "1", "--evaluations", "6", "--population", "3", "--seeds", "0..1", "--retrain", "2"];
        Command.Refuses(1, [.. line, "--out", tiny.In("none")], "there are no test images");
        File.Copy(tiny.ImagesFile, tiny.ImagesFile.Replace("train", "t10k", StringComparison.Ordinal));
        File.Copy(tiny.LabelsFile, tiny.LabelsFile.Replace("train", "t10k", StringComparison.Ordinal));
        Assert.Equal(0, Command.Run([.. line, "--jobs", "2", "--out", tiny.In("whole")]).Code);
        using (var process = new Blow(Blow.Kill, 0, "genotype 2  epoch 1").Start([.. line, "--out", tiny.In("killed")]))
            Assert.Contains((await Command.End(process)).Code, Blow.Codes);
        var resumed = Command.Run([.. line, "--out", tiny.In("killed")]);
        Assert.Equal((0, ""), (resumed.Code, resumed.Error));
        Assert.Contains("genotype 1  the training is done", resumed.Output, StringComparison.Ordinal);
        Assert.Contains("nsga2: hypervolume ", resumed.Output, StringComparison.Ordinal);
        Assert.Contains(" of the front by its test error when trained from scratch", resumed.Output, StringComparison.Ordinal);
        foreach (var file in new[] { "archive.jsonl", "front.csv", "report.html" })
            Assert.Equal(File.ReadAllText(Path.Combine(tiny.In("whole"), file)), File.ReadAllText(Path.Combine(tiny.In("killed"), file)));
        // What a folder says of its genotype is what the archive says.
        var trained = Path.Combine(tiny.In("whole"), "trained-2-epochs");
        var points = File.ReadLines(Path.Combine(tiny.In("whole"), "archive.jsonl")).Select(point => JsonDocument.Parse(point).RootElement)
            .Where(point => point.TryGetProperty("retrained", out _)).ToList();
        Assert.Equal(
            Directory.GetDirectories(trained).Length,
            points.Select(point => point.GetProperty("architecture").GetString()).Distinct().Count());
        foreach (var folder in Directory.GetDirectories(trained))
        {
            var genotype = Command.Run("show", folder).Output.TrimEnd();
            var point = points.First(point => point.GetProperty("architecture").GetString() == genotype);
            var evaluated = Command.Run("evaluate", folder, "--backend", "cpu").Output;
            Assert.StartsWith($"{100 - point.GetProperty("retrained").GetDouble():F2} % of ", evaluated, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_sweep_of_weights_is_a_front_of_searches()
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

    // The words of a small search, without its epochs, which a short training does not read.
    private string[] OnImages()
    {
        var words = tiny.Args("front")[1..^2].ToList();
        words.RemoveRange(words.IndexOf("--epochs"), 2);
        return ["pareto", .. words, "--cost", "macs", "--target-channels", "2", "--target-layers", "3"];
    }
}
