using MIOpenDarts.Darts.Records;

namespace MIOpenDarts.Cli.Tests;

/// <summary>Finished runs that are given more epochs.</summary>
public sealed class MoreEpochsTests : IClassFixture<FinishedSearch>
{
    private readonly FinishedSearch tiny;

    public MoreEpochsTests(FinishedSearch tiny)
    {
        this.tiny = tiny;
        tiny.Copy("whole", "run");
    }

    [Fact]
    public void A_finished_search_goes_on_with_more_epochs_and_says_what_that_means()
    {
        var more = Resume("--epochs", "4");
        Assert.Equal((0, ""), (more.Code, more.Error));
        // The cosine from 0.025 to 0.001: 0.013 in the last of two epochs; 0.013 again in the third of four.
        Assert.Contains(
            "epochs   2 epochs become 4: the learning rate follows the cosine of 4 epochs from here on and goes from 0.013 to 0.013; "
            + "the result is not that of a run of 4 epochs from the start", more.Output);
        var epochs = tiny.Log("run").OfType<EpochDone>().Select(done => done.Record).ToList();
        Assert.Equal([0, 1, 2, 3], epochs.Select(epoch => epoch.Epoch));
        Assert.Equal(0.013, epochs[2].LearningRate, 12);
        Assert.Equal(0.001 + 0.024 * (1 + Math.Cos(0.75 * Math.PI)) / 2, epochs[3].LearningRate, 12);
        Assert.Contains("<b>4 of 4</b>", File.ReadAllText(Path.Combine(tiny.In("run"), "report.html")));
        Assert.Contains("\"epochs\": 4", File.ReadAllText(Path.Combine(tiny.In("run"), "config.json")));
        Assert.Contains("all 4 epochs are done", Resume().Output);
    }

    [Fact]
    public void A_search_that_is_killed_in_its_further_epochs_goes_on_in_them()
    {
        tiny.Copy("whole", "straight");
        Assert.Equal(0, Command.Run("search", "--resume", tiny.In("straight"), "--epochs", "4").Code);
        Assert.Equal(0, Resume("--epochs", "4").Code);
        tiny.TakeBack("run");
        Assert.Equal(0, Resume().Code);
        tiny.AssertSameEnd("straight", "run");
    }

    [Fact]
    public void A_search_that_is_killed_before_its_first_further_checkpoint_goes_on_too()
    {
        tiny.Copy("whole", "straight");
        Assert.Equal(0, Command.Run("search", "--resume", tiny.In("straight"), "--epochs", "3").Code);
        var config = Path.Combine(tiny.In("run"), "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"epochs\": 2", "\"epochs\": 3", StringComparison.Ordinal));
        Assert.Equal(0, Resume().Code);
        tiny.AssertSameEnd("straight", "run");
    }

    [Fact]
    public void A_search_that_is_not_done_ends_first()
    {
        tiny.TakeBack("run");
        Command.Refuses(1, ["search", "--resume", tiny.In("run"), "--epochs", "4"], tiny.In("run"), "is not done with its 2 epochs",
            "leave --epochs out until it is");
        Assert.Contains("\"epochs\": 2", File.ReadAllText(Path.Combine(tiny.In("run"), "config.json")));
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("damaged")]
    public void Without_its_last_checkpoint_a_search_takes_no_more_epochs_and_stays_as_it_is(string state)
    {
        var (last, config) = (tiny.Newest("run"), Path.Combine(tiny.In("run"), "config.json"));
        var before = (File.ReadAllText(config), tiny.Log("run").Count);
        if (state == "gone") File.Delete(last);
        else File.WriteAllText(last, "damaged");
        Command.Refuses(1, ["search", "--resume", tiny.In("run"), "--epochs", "4"], last, state,
            "more epochs go on from this checkpoint alone", "begin another run");
        Assert.Equal(before, (File.ReadAllText(config), tiny.Log("run").Count));
        Assert.Contains("all 2 epochs are done", Resume().Output);
    }

    [Fact]
    public void More_epochs_on_other_data_are_refused_and_the_run_stays_as_it_is()
    {
        using var other = new TinySearch(90);
        var config = Path.Combine(tiny.In("run"), "config.json");
        var before = (File.ReadAllText(config), tiny.Log("run").Count);
        Command.Refuses(1, ["search", "--resume", tiny.In("run"), "--epochs", "4", "--data", other.Data],
            "then 96 training images, now 90");
        Assert.Equal(before, (File.ReadAllText(config), tiny.Log("run").Count));
        Assert.Equal(0, Resume("--epochs", "3").Code);
    }

    [Fact]
    public void Fewer_epochs_are_refused() =>
        Command.Refuses(1, ["search", "--resume", tiny.In("run"), "--epochs", "1"], "begun with epochs 2, not 1");

    [Fact]
    public void A_drawn_cell_has_nothing_more_to_do()
    {
        Assert.Equal(0, Command.Run(tiny.Args("drawn", "--algorithm", "random")).Code);
        Command.Refuses(1, ["search", "--resume", tiny.In("drawn"), "--epochs", "9"],
            "nothing was trained, so more epochs would change nothing");
        Directory.Delete(tiny.In("drawn"), recursive: true);
    }

    private Outcome Resume(params string[] more) => Command.Run(["search", "--resume", tiny.In("run"), .. more]);
}
