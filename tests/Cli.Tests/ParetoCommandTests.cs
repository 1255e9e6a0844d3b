using System.Text.Json;
using System.Text.Json.Nodes;

namespace MIOpenDarts.Cli.Tests;

/// <summary>Fronts between cost and error on images, from the command line.</summary>
public sealed class ParetoCommandTests : IDisposable
{
    private readonly TinySearch tiny = new();

    public void Dispose() => tiny.Dispose();

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
    public void Regularised_evolution_goes_over_a_supernet_too()
    {
        string[] line =
        [
            "pareto", .. tiny.Args("front")[1..^2], "--cost", "macs", "--target-channels", "2", "--target-layers", "3", "--seeds", "0",
            "--evaluations", "10", "--population", "4", "--evolution", "regularised",
        ];
        var alone = Command.Run([.. line, "--out", tiny.In("alone")]);
        Assert.Equal((0, ""), (alone.Code, alone.Error));
        Assert.Contains("regularised, seed 0: 10 evaluated", alone.Output, StringComparison.Ordinal);
        Assert.Equal(0, Command.Run([.. line, "--jobs", "2", "--out", tiny.In("two")]).Code);
        Assert.Equal(
            File.ReadAllText(Path.Combine(tiny.In("alone"), "archive.jsonl")),
            File.ReadAllText(Path.Combine(tiny.In("two"), "archive.jsonl")));
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

        // The test errors of the others are gathered once a training has diverged, and not while one has not ended.
        var ended = Directory.GetDirectories(trained);
        Directory.Delete(Path.Combine(ended[0], "checkpoints"), recursive: true);
        File.Delete(Path.Combine(ended[0], "log.jsonl"));
        Assert.Equal(0, Gathered());
        // Weights that grow ninefold with each step.
        var config = Path.Combine(ended[0], "config.json");
        var wild = JsonNode.Parse(File.ReadAllText(config))!;
        (wild["learning_rate"], wild["weight_decay"], wild["epochs"]) = (10, 1, 50);
        File.WriteAllText(config, wild.ToJsonString());
        var diverged = Command.Run([.. line, "--out", tiny.In("whole")]);
        Assert.Equal((0, ""), (diverged.Code, diverged.Error));
        Assert.Matches(@"genotype \d+  has no test error: ", diverged.Output);
        Assert.Equal(ended.Length - 1, Retrained());
        Assert.Equal(ended.Length - 1, Gathered());

        int Gathered()
        {
            Assert.Equal(0, Command.Run([.. line, "--out", tiny.In("whole"), "--gather"]).Code);
            return Retrained();
        }

        int Retrained() => File.ReadLines(Path.Combine(tiny.In("whole"), "archive.jsonl"))
            .Select(told => JsonDocument.Parse(told).RootElement).Where(told => told.TryGetProperty("retrained", out _))
            .Select(told => told.GetProperty("architecture").GetString()).Distinct().Count();
    }

    // The words of a small search, without its epochs, which a short training does not read.
    private string[] OnImages()
    {
        var words = tiny.Args("front")[1..^2].ToList();
        words.RemoveRange(words.IndexOf("--epochs"), 2);
        return ["pareto", .. words, "--cost", "macs", "--target-channels", "2", "--target-layers", "3"];
    }
}
