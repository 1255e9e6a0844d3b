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
            "search", "--data", tiny.Data, "--backend", "cpu", "--init-channels", "2", "--layers", "3", "--batch-size", "8",
            "--epochs", "1", "--data-workers", "1", "--target-image-size", "32", "--cost", Table, "--cost-weight", "0.5",
            "--out", tiny.In("run"));
        Assert.True(outcome.Code == 0, outcome.Error);
        var cost = tiny.Log("run").OfType<EpochDone>().Single().Record.Cost!;
        Assert.Equal((Table, "ms"), (cost.Name, cost.Unit));
        Assert.InRange(cost.Derived, cost.Least, cost.Most);
        // Nothing is measured on this machine for a table of another.
        Assert.DoesNotContain(tiny.Log("run"), line => line is CostMeasured);
    }

    [Fact]
    public void What_a_carried_table_says_is_labelled_modelled()
    {
        var shown = Command.Run("show", "DARTS_V2", "--cost", $"{Table},latency:rx580-b1-training");
        Assert.True(shown.Code == 0, shown.Error);
        foreach (var (batch, mode) in new[] { (64, "inference"), (1, "training") })
            Assert.Contains(
                $"ms at batch {batch} in {mode} (rx580-b{batch}-{mode}, modelled), modelled on rx580", shown.Output,
                StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_that_a_carried_table_does_not_have_is_refused_with_the_part_and_the_cure() => Command.Refuses(
        1, ["show", "DARTS_V2", "--cost", Table, "--target-channels", "24"],
        "rx580-b64-inference", "has no cost of '", "24", "profile a table");
}
