using System.Text.RegularExpressions;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Cli.Tests;

public sealed class SeedsCommandTests(FinishedStudy tiny) : IClassFixture<FinishedStudy>
{
    [Fact]
    public void A_study_ends_with_one_report_and_a_full_folder_for_each_seed()
    {
        string[] words = ["2 of 2 seeds are done", "mean ± sd", "normal cell: two seeds share", "Found cells are",
            "than random cells of their size"];
        Assert.All(words, word => Assert.Contains(word, tiny.Outcome.Output));
        Assert.Equal("", tiny.Outcome.Error);
        Assert.Equal(["report.html", "report.txt", "seeds.json"], Directory.GetFiles(tiny.In("study")).Select(Path.GetFileName)
            .Where(name => !name!.EndsWith(".lock", StringComparison.Ordinal)).Order());
        foreach (var seed in new[] { "seed-0", "seed-3" })
        {
            Assert.True(File.Exists(tiny.In($"study/{seed}/genotype.txt")));
            Assert.Single(tiny.Log($"study/{seed}/found").OfType<TrainEpochDone>());
            Assert.Single(tiny.Log($"study/{seed}/random").OfType<TrainEpochDone>());
            Assert.Contains(File.ReadAllText(tiny.In($"study/{seed}/genotype.txt")).Trim()
                .Replace("'", "&#39;"), File.ReadAllText(tiny.In("study/report.html")));
        }
    }

    [Fact]
    public void Side_by_side_in_turn_and_alone_a_seed_finds_the_same_bit_by_bit()
    {
        Assert.Equal(0, Command.Run(tiny.Study("turn", "--jobs", "1")).Code);
        Assert.Equal(0, Command.Run(tiny.Args("alone", "--seed", "3")).Code);
        foreach (var seed in new[] { "seed-0", "seed-3" })
        {
            tiny.AssertSameEnd($"study/{seed}", $"turn/{seed}");
            foreach (var kind in new[] { "found", "random" })
                AssertSameFile($"study/{seed}/{kind}/weights.safetensors", $"turn/{seed}/{kind}/weights.safetensors");
        }

        tiny.AssertSameEnd("alone", "study/seed-3");
    }

    [Fact]
    public void A_study_goes_on_with_what_is_not_done()
    {
        tiny.Copy("study", "resumed");
        tiny.TakeBack("resumed/seed-3");
        Directory.Delete(tiny.In("resumed/seed-0/random"), recursive: true);
        File.Delete(tiny.In("resumed/report.html"));
        var outcome = Command.Run("search", "--resume", tiny.In("resumed"), "--jobs", "2", "--threads", "1");
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Contains("seed 0  the search is done", outcome.Output);
        Assert.DoesNotContain("seed 3  the search is done", outcome.Output);
        Assert.Contains("seed 3  found cell  the training is done", outcome.Output);
        tiny.AssertSameEnd("study/seed-3", "resumed/seed-3");
        AssertSameFile("study/seed-0/random/weights.safetensors", "resumed/seed-0/random/weights.safetensors");
        Assert.True(File.Exists(tiny.In("resumed/report.html")));
    }

    [Fact]
    public void A_method_that_trains_nothing_can_be_studied_too()
    {
        var outcome = Command.Run(tiny.Study("drawn", "--algorithm", "random"));
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Contains("Found cells are", outcome.Output);
        Assert.DoesNotContain("NaN", File.ReadAllText(tiny.In("drawn/report.txt")));
        Assert.NotEqual(File.ReadAllText(tiny.In("drawn/seed-0/genotype.txt")), File.ReadAllText(tiny.In("drawn/seed-3/genotype.txt")));
        Assert.Contains("seed 3  the search is done", Command.Run("search", "--resume", tiny.In("drawn")).Output);
    }

    [Fact]
    public void A_seed_that_fails_holds_up_no_other()
    {
        Directory.CreateDirectory(tiny.In("failing"));
        File.WriteAllText(tiny.In("failing/seed-0"), "in the way");
        var args = tiny.Args("failing", "--seeds", "0,3");
        Command.Refuses(1, args, "seed 0: ", "1 of 2 seeds are done", "--resume " + tiny.In("failing"));
        tiny.AssertSameEnd("study/seed-3", "failing/seed-3");
        File.Delete(tiny.In("failing/seed-0"));
        Assert.Equal(0, Command.Run("search", "--resume", tiny.In("failing")).Code);
        tiny.AssertSameEnd("study/seed-0", "failing/seed-0");
        Assert.DoesNotContain("Found cells are", File.ReadAllText(tiny.In("failing/report.txt")));
    }

    [Fact]
    public void A_study_with_a_threshold_that_nothing_reaches_says_so_and_old_empty_cells_are_told_plainly()
    {
        var outcome = Command.Run(tiny.Study("fair", "--algorithm", "fair-darts"));
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        foreach (var text in new[]
            { outcome.Output, File.ReadAllText(tiny.In("fair/report.html")), File.ReadAllText(tiny.In("fair/report.txt")) })
            Assert.Contains("no operation of the reduction cell reached the threshold 0.85", text);
        Assert.Equal(0, Command.Run("search", "--resume", tiny.In("fair")).Code);

        var log = tiny.In("fair/seed-3/log.jsonl");
        File.WriteAllText(log, Regex.Replace(File.ReadAllText(log), @"""nodes"":\[\[.*?\]\]", @"""nodes"":[[],[]]"));
        Directory.Delete(tiny.In("fair/seed-3/found"), recursive: true);
        var again = Command.Run("search", "--resume", tiny.In("fair"));
        Assert.Equal(1, again.Code);
        Command.AssertOneLine(again.Error, "seed 3: genotype: the normal cell has no edge that leads to its output",
            "1 of 2 seeds are done");
        Assert.DoesNotMatch(@"Exception|   at |\.cs:", again.Error + again.Output + File.ReadAllText(log));
    }

    [Theory]
    [InlineData(2, "--seeds is '0..'; allowed are numbers and ranges", "--seeds", "0..")]
    [InlineData(2, "--seeds is empty", "--seeds", "")]
    [InlineData(2, "--seed does not go with a study", "--seeds", "0..1", "--seed", "4")]
    [InlineData(2, "add --seeds", "--jobs", "2")]
    [InlineData(2, "add --seeds", "--retrain", "2")]
    [InlineData(2, "--jobs is 0; allowed is a whole number from 1 to 1024", "--seeds", "0..1", "--jobs", "0")]
    [InlineData(2, "--retrain is many; allowed is a whole number from 1", "--seeds", "0..1", "--retrain", "many")]
    [InlineData(2, "watch is skips; allowed is none, or some of", "--seeds", "0..1", "--watch", "skips")]
    public void What_cannot_be_studied_is_refused_before_a_folder_is_made(int code, string words, params string[] more)
    {
        Command.Refuses(code, tiny.Args("refused", more), words);
        Assert.False(Directory.Exists(tiny.In("refused")));
    }

    [Fact]
    public void A_study_neither_changes_nor_overwrites_one_that_is_there()
    {
        Command.Refuses(1, tiny.Study("study"), "holds a run already", "--resume");
        Command.Refuses(1, tiny.Args("study"), "holds a run already", "--resume");
        string[] resume = ["search", "--resume", tiny.In("study")];
        Command.Refuses(2, [.. resume, "--seeds", "0..1"], "--seeds does not go with --resume");
        Command.Refuses(2, [.. resume, "--seed", "1"], "--seed does not go with a study");
        Command.Refuses(1, [.. resume, "--momentum", "0.5"], "momentum 0.9, not 0.5", "leave that option out");
        Command.Refuses(1, [.. resume, "--retrain", "2"], "--retrain 1, not 2");
    }

    [Fact]
    public async Task A_signal_stops_all_seeds_with_checkpoints_and_code_130()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "there is no signal to send; run this on Linux");
        using var slow = new TinySearch { Epochs = 20 };
        string[] seeds = ["study/seed-0", "study/seed-3"];
        using var process = new Blow(Blow.Interrupt, 0, "seed 0  forecast ", "seed 3  forecast ")
            .Start(slow.Args("study", "--seeds", "0,3", "--jobs", "2"));
        var outcome = await Command.End(process);
        Assert.Equal(130, outcome.Code);
        Command.AssertOneLine(outcome.Error, "stopped with checkpoints", $"miopendarts search --resume {slow.In("study")}");
        Assert.All(seeds, seed => Assert.Equal(RunOutcome.Interrupted, Assert.IsType<RunEnded>(slow.Log(seed)[^1]).Outcome));
        Assert.Equal(0, Command.Run("search", "--resume", slow.In("study"), "--jobs", "2").Code);
        Assert.Equal(0, Command.Run(slow.Args("alone", "--seed", "3")).Code);
        slow.AssertSameEnd("alone", "study/seed-3");
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("reference")]
    [InlineData("hip:1")]
    public void A_backend_that_was_named_is_taken_by_every_job(string name) =>
        Assert.All(Enumerable.Range(0, 3), job => Assert.Equal(name, BackendChoice.InTurn(name, job)));

    [Fact]
    public void Trainings_need_test_images()
    {
        using var other = new TinySearch();
        Command.Refuses(1, other.Args("run", "--seeds", "0", "--retrain", "1"), "no test images");
        Assert.False(Directory.Exists(other.In("run")));
    }

    [Fact]
    public void An_alarm_is_told_in_one_line_and_a_run_that_it_ended_is_done()
    {
        using var watched = new TinySearch { Epochs = 4 };
        var outcome = Command.Run(watched.Args(
            "watched", "--alpha-learning-rate", "1e-9", "--watch", "rank", "--watch-action", "rollback", "--watch-from", "1",
            "--watch-rank-epochs", "1"));
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Contains(
            "alarm    rank: the ranking of the operations has not changed for 1 epochs; the search ends with the genotype of epoch 1\n",
            outcome.Output);
        Assert.Equal(2, watched.Log("watched").OfType<EpochDone>().Count());
        Assert.Contains("ended by watchdog rank", Command.Run("search", "--resume", watched.In("watched")).Output);
        Assert.Contains("Finished by watchdog rank", File.ReadAllText(watched.In("watched/report.html")));
    }

    private void AssertSameFile(string expected, string actual) =>
        Assert.Equal(File.ReadAllBytes(tiny.In(expected)), File.ReadAllBytes(tiny.In(actual)));
}

/// <summary>A tiny study of two seeds, side by side, with trainings, that has been run once.</summary>
public sealed class FinishedStudy : TinySearch
{
    public FinishedStudy()
    {
        Epochs = 1;
        File.Copy(ImagesFile, ImagesFile.Replace("train", "t10k", StringComparison.Ordinal));
        File.Copy(LabelsFile, LabelsFile.Replace("train", "t10k", StringComparison.Ordinal));
        Outcome = Command.Run(Study("study", "--jobs", "2"));
        Assert.Equal(0, Outcome.Code);
    }

    internal Outcome Outcome { get; }

    public string[] Study(string name, params string[] more) => Args(name, ["--seeds", "0,3", "--retrain", "1", .. more]);
}
