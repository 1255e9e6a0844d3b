using MIOpenDarts.Darts.Files;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Runs;

namespace MIOpenDarts.Cli.Tests;

public sealed class ResumeTests : IClassFixture<FinishedSearch>
{
    private readonly FinishedSearch tiny;

    public ResumeTests(FinishedSearch tiny)
    {
        this.tiny = tiny;
        tiny.Copy("whole", "run");
    }

    [Fact]
    public void A_finished_run_says_so_and_writes_its_result_again()
    {
        string[] results = ["genotype.txt", "genotype.json", "normal.svg", "normal.dot", "reduce.svg", "reduce.dot", "report.html"];
        var before = results.Select(name => File.ReadAllText(Path.Combine(tiny.In("run"), name))).ToArray();
        foreach (var name in results) File.Delete(Path.Combine(tiny.In("run"), name));
        var outcome = Resume();
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Contains("all 2 epochs are done", outcome.Output);
        Assert.Equal(before, results.Select(name => File.ReadAllText(Path.Combine(tiny.In("run"), name))));
    }

    [Fact]
    public void A_run_that_lost_its_last_checkpoint_computes_it_again()
    {
        tiny.TakeBack("run");
        Assert.Equal(0, Resume().Code);
        tiny.AssertSameEnd("whole", "run");
        var starts = tiny.Log("run").OfType<RunStarted>().ToList();
        Assert.Equal([0, 1], starts.Select(start => start.FirstEpoch));
        Assert.True(starts[1].Seconds > 0);
        Assert.Contains("resumed once", File.ReadAllText(Path.Combine(tiny.In("run"), "report.html")));
    }

    [Fact]
    public void A_run_that_lost_everything_but_its_configuration_starts_anew()
    {
        Directory.Delete(tiny.Checkpoints("run"), recursive: true);
        File.Delete(Path.Combine(tiny.In("run"), "log.jsonl"));
        Assert.Equal(0, Resume().Code);
        tiny.AssertSameEnd("whole", "run");
    }

    [Fact]
    public void A_torn_log_line_and_a_half_written_checkpoint_do_no_harm()
    {
        tiny.TakeBack("run");
        File.AppendAllText(Path.Combine(tiny.In("run"), "log.jsonl"), "{\"event\":\"ste");
        File.WriteAllText(Path.Combine(tiny.Checkpoints("run"), "checkpoint-00002-0000000.safetensors" + WholeFile.Unfinished), "half");
        File.WriteAllText(Path.Combine(tiny.Checkpoints("run"), "checkpoint-00001-0000009.safetensors" + WholeFile.Unfinished), "half");
        Assert.Equal(0, Resume().Code);
        Assert.Empty(Directory.GetFiles(tiny.Checkpoints("run"), "*" + WholeFile.Unfinished));
        tiny.AssertSameEnd("whole", "run");
    }

    [Theory]
    [InlineData("--threads", "1")]
    [InlineData("--checkpoint-interval", "0")]
    [InlineData("--report-interval", "3")]
    [InlineData("--data-workers", "0")]
    public void Options_without_effect_on_the_result_may_change(string option, string value)
    {
        tiny.TakeBack("run");
        Assert.Equal(0, Command.Run("search", "--resume", tiny.In("run"), option, value).Code);
        tiny.AssertSameEnd("whole", "run");
    }

    [Fact]
    public void Options_with_effect_may_not() =>
        Command.Refuses(1, ["search", "--resume", tiny.In("run"), "--momentum", "0.5"], tiny.In("run"), "momentum 0.9, not 0.5",
            "leave that option out");

    [Theory]
    [InlineData("--preset", "darts")]
    [InlineData("--config", "x.json")]
    [InlineData("--out", "elsewhere")]
    public void What_begins_a_run_does_not_go_with_resume(string option, string value) =>
        Command.Refuses(2, ["search", "--resume", tiny.In("run"), option, value], option, "does not go with --resume");

    [Fact]
    public void A_new_run_never_overwrites_one_that_is_there()
    {
        var before = File.ReadAllBytes(tiny.Newest("run"));
        Command.Refuses(1, tiny.Args("run"), tiny.In("run"), "holds a run already", "--resume", "another --out");
        File.Delete(Path.Combine(tiny.In("run"), "config.json"));
        Command.Refuses(1, tiny.Args("run"), "holds a run already");
        Assert.Equal(before, File.ReadAllBytes(tiny.Newest("run")));
    }

    [Fact]
    public void Two_searches_cannot_work_in_one_folder()
    {
        using var other = SearchFolder.Open(tiny.In("run"));
        Command.Refuses(1, ["search", "--resume", tiny.In("run")], tiny.In("run"), "another search works in this folder");
    }

    [Theory]
    [InlineData("nowhere", "no run in this folder")]
    [InlineData("data", "no run in this folder")]
    public void A_folder_without_a_run_is_refused(string name, string words) =>
        Command.Refuses(1, ["search", "--resume", tiny.In(name)], tiny.In(name), words, "--resume takes a folder that a search wrote");

    [Fact]
    public void A_training_does_not_go_on_with_a_search_and_says_what_does()
    {
        string[] words = [tiny.In("run"), "was written by search, not by train", $"miopendarts search --resume {tiny.In("run")}",
            "train --genotype"];
        Command.Refuses(1, ["train", "--resume", tiny.In("run"), "--epochs", "9"], words);
        Command.Refuses(1, ["evaluate", tiny.In("run")], words);
    }

    [Fact]
    public void A_damaged_configuration_or_log_is_named()
    {
        var log = Path.Combine(tiny.In("run"), "log.jsonl");
        File.WriteAllLines(log, File.ReadAllLines(log).Select((line, i) => i == 1 ? "nonsense" : line));
        Command.Refuses(1, ["search", "--resume", tiny.In("run")], $"{log}, line 2", "remove the line");
        var config = Path.Combine(tiny.In("run"), "config.json");
        File.WriteAllText(config, "{\"epochs\": ");
        Command.Refuses(2, ["search", "--resume", tiny.In("run")], config, "not valid JSON");
    }

    private Outcome Resume() => Command.Run("search", "--resume", tiny.In("run"));
}
