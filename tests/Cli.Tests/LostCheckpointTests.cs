using MIOpenDarts.Darts.Records;

namespace MIOpenDarts.Cli.Tests;

/// <summary>A run whose newest checkpoint was deleted, while its log and its result know what it held.</summary>
public sealed class LostCheckpointTests : IClassFixture<FinishedSearch>
{
    private readonly FinishedSearch tiny;
    private readonly string lost;
    private readonly string log;

    public LostCheckpointTests(FinishedSearch tiny)
    {
        this.tiny = tiny;
        tiny.Copy("whole", "run");
        (lost, log) = (Path.GetFileName(tiny.Newest("run")), Path.Combine(tiny.In("run"), "log.jsonl"));
        File.Delete(tiny.Newest("run"));
    }

    private string Genotype => Path.Combine(tiny.In("run"), "genotype.txt");

    [Fact]
    public void A_finished_run_says_so_and_keeps_its_result()
    {
        var before = File.ReadAllText(Genotype);
        Assert.Contains($"{lost} is gone, the last checkpoint: the result is that of the log, and more --epochs have nothing to go on from",
            Assert.Single(Warnings()));
        Assert.Equal(before, File.ReadAllText(Genotype));
    }

    [Fact]
    public void A_run_that_goes_on_from_an_older_one_says_so_and_ends_the_same()
    {
        TakeBackTheEnd();
        var older = Path.GetFileName(tiny.Newest("run"));
        Assert.Contains($"{lost} is gone, the last checkpoint that the log knows: the run goes on from {older}", Assert.Single(Warnings()));
        Assert.Equal(1, tiny.Log("run").OfType<RunStarted>().Last().FirstEpoch);
        tiny.AssertSameEnd("whole", "run");
    }

    [Fact]
    public void A_run_that_has_none_left_says_that_it_begins_anew()
    {
        TakeBackTheEnd();
        foreach (var file in Directory.GetFiles(tiny.Checkpoints("run"))) File.Delete(file);
        Assert.Contains($"{lost} is gone, the last checkpoint that the log knows: the run goes on from its beginning",
            Assert.Single(Warnings()));
        var again = tiny.Log("run").OfType<RunStarted>().Last();
        Assert.Equal((0, 0.0), (again.FirstEpoch, again.Seconds));
        tiny.AssertSameEnd("whole", "run");
    }

    [Fact]
    public void A_genotype_that_comes_out_otherwise_is_told_and_the_one_before_is_kept()
    {
        TakeBackTheEnd();
        var found = File.ReadAllText(Genotype);
        var other = Other(found);
        File.WriteAllText(Genotype, other);
        var epoch = File.ReadAllLines(log).Last(line => line.Contains("\"event\":\"epoch\"", StringComparison.Ordinal));
        Assert.NotEqual(epoch, Other(epoch));
        File.WriteAllLines(log, File.ReadAllLines(log).Select(line => line == epoch ? Other(line) : line));
        var warnings = Warnings();
        var told = Assert.Single(warnings, line =>
            line.Contains("epoch 1, computed again, has another genotype", StringComparison.Ordinal));
        Assert.EndsWith(other.TrimEnd(), told);
        Assert.Contains(warnings, line => line.Contains("kept as genotype-before.txt", StringComparison.Ordinal));
        Assert.Equal((found, other), (File.ReadAllText(Genotype), File.ReadAllText(Path.Combine(tiny.In("run"), "genotype-before.txt"))));
    }

    [Fact]
    public void A_finished_run_whose_genotype_was_changed_keeps_that_too_and_says_so()
    {
        var (found, other) = (File.ReadAllText(Genotype), Other(File.ReadAllText(Genotype)));
        File.WriteAllText(Genotype, other);
        Assert.Contains(Warnings(), line => line.Contains("kept as genotype-before.txt", StringComparison.Ordinal));
        Assert.Equal((found, other), (File.ReadAllText(Genotype), File.ReadAllText(Path.Combine(tiny.In("run"), "genotype-before.txt"))));
    }

    [Fact]
    public void A_checkpoint_that_was_written_but_not_logged_is_no_loss()
    {
        tiny.Copy("whole", "run");
        File.WriteAllLines(log, File.ReadAllLines(log).SkipLast(2));
        foreach (var file in Directory.GetFiles(tiny.Checkpoints("run")).Order(StringComparer.Ordinal).SkipLast(1)) File.Delete(file);
        Assert.Empty(Warnings());
        tiny.AssertSameEnd("whole", "run");
    }

    // The same operations everywhere, so that what is found differs.
    private static string Other(string text) =>
        System.Text.RegularExpressions.Regex.Replace(text, "(sep|dil)_conv_[35]x[35]|(max|avg)_pool_3x3", "skip_connect");

    private void TakeBackTheEnd() => File.WriteAllLines(log, File.ReadAllLines(log).SkipLast(1));

    private List<string> Warnings()
    {
        var outcome = Command.Run("search", "--resume", tiny.In("run"));
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        return [.. outcome.Output.Split('\n').Where(line => line.StartsWith("warning: ", StringComparison.Ordinal))];
    }
}
