using MIOpenDarts.Darts.Records;

namespace MIOpenDarts.Cli.Tests;

/// <summary>The tables of a modelled card that the program carries, from the command line.</summary>
public sealed class CarriedTableCommandTests : IDisposable
{
    private const string Table = "latency:rx580-b64-inference";

    private readonly TinySearch tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void A_carried_table_is_searched_with_on_any_machine()
    {
        tiny.WriteImages(96, classes: 10);
        var outcome = Command.Run(
            "search", "--data", tiny.Data, "--backend", "cpu", "--init-channels", "2", "--layers", "3", "--batch-size", "8", "--epochs",
            "1", "--data-workers", "1", "--target-image-size", "32", "--cost", Table, "--cost-weight", "0.5", "--out", tiny.In("run"));
        Assert.True(outcome.Code == 0, outcome.Error);
        var cost = tiny.Log("run").OfType<EpochDone>().Single().Record.Cost!;
        Assert.Equal((Table, "modelled ms"), (cost.Name, cost.Unit));
        Assert.Contains("modelled ms, the expectation is ", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("modelled ms, the expectation is ", File.ReadAllText(Path.Combine(tiny.In("run"), "report.html")));
        Assert.InRange(cost.Derived, cost.Least, cost.Most);
        // Nothing is measured on this machine for a table of another.
        Assert.DoesNotContain(tiny.Log("run"), line => line is CostMeasured);
    }

    [Fact]
    public void A_carried_table_gives_a_front_of_genotypes_and_a_limit_below_all_is_refused_with_what_it_has()
    {
        tiny.WriteImages(96, classes: 10);
        string[] line =
        [
            "pareto", "--data", tiny.Data, "--backend", "cpu", "--init-channels", "2", "--layers", "3", "--batch-size", "8", "--epochs",
            "1", "--data-workers", "1", "--target-image-size", "32", "--cost", Table, "--seeds", "0", "--evaluations", "4",
            "--population", "2",
        ];
        var outcome = Command.Run([.. line, "--out", tiny.In("front")]);
        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.Contains($"front of nsga2, {Table} (modelled ms) and error (%)", outcome.Output, StringComparison.Ordinal);
        Assert.Contains($"{Table} (modelled ms)", File.ReadAllText(Path.Combine(tiny.In("front"), "report.html")));
        Command.Refuses(
            1, [.. line, "--target", "1", "--out", tiny.In("limited")], "the cheapest genotype of the space costs", "modelled");
    }

    [Fact]
    public void A_carried_table_stands_beside_known_accuracies()
    {
        var truth = Path.Combine(MIOpenDarts.Tests.Checkout.Folder, "data", "truth", "nas-bench-201.tsv.gz");
        string[] line = ["pareto", "--truth", truth, "--seeds", "0", "--evaluations", "80", "--cost"];
        var outcome = Command.Run([.. line, Table, "--out", tiny.In("front")]);
        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.Contains($"front of nsga2, {Table} (modelled ms) and error (%)", outcome.Output, StringComparison.Ordinal);
        Command.Refuses(
            1, [.. line, "latency:rx580-b1-inference", "--out", tiny.In("front")],
            "evaluations.jsonl: has evaluations of cifar10 and latency:rx580-b64-inference to ", "not of cifar10 and latency:rx580-b1-");
        Command.Refuses(1, [.. line, "latency:nowhere", "--out", tiny.In("none")], "nowhere: there is no such table");
    }

    [Fact]
    public void What_a_carried_table_says_is_labelled_modelled()
    {
        var shown = Command.Run("show", "DARTS_V2", "--cost", $"{Table},latency:rx580-b1-training");
        Assert.True(shown.Code == 0, shown.Error);
        foreach (var label in new[]
        {
            "ms at batch 64 in inference (rx580-b64-inference, modelled), modelled on rx580",
            "ms at batch 1 in training (rx580-b1-training, modelled), modelled on rx580",
        })
            Assert.Contains(label, shown.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_that_a_carried_table_does_not_have_is_refused_with_the_part_and_the_cure() => Command.Refuses(
        1, ["show", "DARTS_V2", "--cost", Table, "--target-channels", "24"], "rx580-b64-inference", "has no cost of '", "24",
        "it has cells of 4 nodes in 20 from 36 channels", "profile a table");
}
