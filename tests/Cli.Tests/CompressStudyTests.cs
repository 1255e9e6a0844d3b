using MIOpenDarts.Darts.Evaluation;

namespace MIOpenDarts.Cli.Tests;

/// <summary>A study of several ways in which a trained run becomes a smaller one.</summary>
public sealed class CompressStudyTests : IDisposable
{
    private readonly TinyTraining tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void A_study_tries_several_ways_goes_on_after_a_stop_and_writes_the_fronts()
    {
        var made = Command.Run(
            "compress", tiny.In("trained") + Path.DirectorySeparatorChar, "--target", "macs=0.85", "--epochs", "1", "--calibration", "32",
            "--out", tiny.In("study"));
        Assert.Equal((0, ""), (made.Code, made.Error));
        string[] ways =
            ["decompose", "prune-bn-scale", "prune-taylor", "decompose-prune", "prune-decompose", "quantize", "prune-quantize"];
        foreach (var way in ways.Where(way => way != "quantize"))
            Assert.InRange(tiny.MultiplyAdds($"study/{way}"), 1, 0.85 * tiny.MultiplyAdds("trained"));
        var csv = File.ReadAllLines(tiny.In("study/results.csv"));
        Assert.Equal(["network", "as-trained", .. ways], csv.Select(line => line.Split(',')[0]));
        Assert.All(["size", "macs", "milliseconds"], cost =>
        {
            Assert.Contains(csv, line => line.Split(',')[^1].Split(' ').Contains(cost));
            Assert.Contains("</html>", File.ReadAllText(tiny.In($"study/{cost}.html")));
        });
        Assert.All(["as-trained", .. ways], name =>
            Assert.Equal(0, Command.Run("evaluate", tiny.In($"study/{name}.onnx"), "--data", tiny.Data).Code));
        Assert.All(["prune-quantize", "quantize"], way =>
            Assert.True(NetworkDescription.Read(tiny.In($"study/{way}/weights.safetensors")).IsQuantised));
        // What was done is not done again; what was not ends as it did.
        var expected = tiny.Weights("study/prune-decompose");
        tiny.Forget("study/prune-decompose");
        // What else is wrong keeps no way from its end.
        File.Delete(tiny.In("study/decompose/compressed.safetensors"));
        var resumed = Command.Run("compress", "--resume", tiny.In("study"));
        Assert.Equal(1, resumed.Code);
        Command.AssertOneLine(resumed.Error, "decompose: ", "compressed.safetensors: is gone", "left out");
        Assert.Equal(expected, tiny.Weights("study/prune-decompose"));
        var page = File.ReadAllText(tiny.In("study/macs.html"));
        Assert.Contains("<title>trained: multiply-adds</title>", page);
        Assert.All(["before the search", "over seeds", "seed 0"], words => Assert.DoesNotContain(words, page));
        Command.Refuses(1, ["compress", tiny.In("trained"), "--out", tiny.In("study")], "holds a run already");
        Command.Refuses(1, ["compress", tiny.In("trained"), "--out", tiny.In("trained")], "holds a run already");
        // No other run may be begun among its files either.
        foreach (var command in new[] { "train", "search" })
            Command.Refuses(
                1,
                [
                    command, "--data", tiny.Data, "--layers", "3", "--init-channels", "4", "--batch-size", "16", "--backend", "cpu",
                    "--out", tiny.In("study"),
                ],
                "holds a run already");
        Command.Refuses(
            1, ["compress", "--resume", tiny.In("study"), "--learning-rate", "0.5"], "was begun with learning_rate", "not 0.5");
        Command.Refuses(2, ["compress", "--resume", tiny.In("study"), "--out", tiny.In("x")], "--out does not go with --resume");
        Command.Refuses(
            2, ["compress", "--resume", tiny.In("study"), "--multiple", "4"], "--multiple does not go with --resume");
        Command.Refuses(1, ["compress", "--resume", tiny.In("trained")], "there is no study in this folder");
    }

    [Fact]
    public void A_study_leaves_out_what_cannot_meet_its_target_before_it_fine_tunes_and_tells_the_epoch_that_it_began_with()
    {
        var (trained, study) = (tiny.In("trained"), tiny.In("study"));
        Assert.Equal(0, Command.Run(
            "train", "--genotype", "DARTS_V2", "--data", tiny.Data, "--layers", "3", "--init-channels", "16", "--epochs", "3",
            "--batch-size", "16", "--learning-rate", "0.2", "--auxiliary", "false", "--backend", "cpu", "--threads", "1", "--out",
            tiny.In("longer")).Code);
        // Below what decomposition alone reaches, above what pruning does.
        var (pruned, decomposed) = (TinyTraining.Least("prune", trained), TinyTraining.Least("decompose", trained));
        Assert.True(pruned < decomposed, $"{pruned} and {decomposed}");
        var between = FormattableString.Invariant($"macs={(decomposed + pruned) / 2}");
        var made = Command.Run(
            "compress", tiny.In("longer"), "--best", "--target", between, "--epochs", "1", "--calibration", "32", "--out", study);
        Assert.Equal(0, made.Code);
        Assert.Contains("decompose: --target", made.Error);
        Assert.False(Directory.Exists(tiny.In("study/decompose")));
        Assert.True(Directory.Exists(tiny.In("study/prune-bn-scale")));
        // What was begun came to its end.
        Assert.Equal(
            Directory.GetDirectories(study).Select(Path.GetFileName).Order(StringComparer.Ordinal),
            File.ReadAllLines(tiny.In("study/results.csv")).Skip(2).Select(line => line.Split(',')[0]).Order(StringComparer.Ordinal));
        var told = Command.Run("evaluate", tiny.In("longer"), "--best", "--backend", "cpu").Output.Split(' ')[0];
        Assert.Equal(told, File.ReadAllLines(tiny.In("study/results.csv"))[1].Split(',')[5]);
        Command.Refuses(
            2, ["compress", trained, "--target", "latency:x.json=0.5", "--out", tiny.In("none")], "is a target of prune", "macs=X");
        Assert.False(Directory.Exists(tiny.In("none")));
    }
}
