using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Costs.Tables;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Machine;

namespace MIOpenDarts.Darts.Tests.Costs;

/// <summary>The tables of a modelled RX 580 that the program carries.</summary>
public class CarriedTableTests
{
    // Of a launch in a full queue.
    private const double LaunchMilliseconds = 0.005;

    // Both times are rounded to a nanosecond.
    private const double Rounding = 2e-6;

    public static TheoryData<string> Names => [.. CostName.Carried];

    [Fact]
    public void Batches_of_one_32_and_64_are_carried_in_both_modes() => Assert.Equal(
        [
            "rx580-b1-inference", "rx580-b1-training", "rx580-b32-inference", "rx580-b32-training", "rx580-b64-inference",
            "rx580-b64-training",
        ], CostName.Carried);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_carried_table_says_what_it_is_and_has_every_published_network(string name)
    {
        var table = Carried(name);
        Assert.Equal(name, table.Name);
        Assert.Equal(name, $"rx580-b{table.Batch}-{table.Mode}");
        Assert.Equal(("latency", "ms", "modelled", "rx580", "hip"),
            (table.Kind, table.Unit, table.Source, table.Device.Device, table.Device.Backend));
        Assert.Equal(TimeModel.ErrorOn("rx580"), table.Error);
        var cost = CostName.Open($"latency:{name}");
        Assert.All(PublishedNetworks.Parts, part => Assert.True(cost.Of(part) > 0, part.Key));
        Assert.Equal(PublishedNetworks.Parts.Count, table.Entries.Count);
        var (least, most) = Range(cost);
        Assert.True(least > 0 && most > 2 * least, $"{least} to {most} ms");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Launches_and_the_time_without_them_are_kept_apart(string name) =>
        Assert.All(Carried(name).Entries, part =>
        {
            Assert.True(part.Value.Launches > 0, part.Key);
            Assert.Equal(part.Value.Median, part.Value.WithoutLaunches!.Value + part.Value.Launches!.Value * LaunchMilliseconds, Rounding);
        });

    [Fact]
    public void Training_takes_longer_than_inference_and_a_larger_batch_longer_than_a_smaller()
    {
        foreach (var batch in new[] { 1, 32, 64 })
        {
            var (inference, training) = (Carried($"rx580-b{batch}-inference"), Carried($"rx580-b{batch}-training"));
            Assert.All(inference.Entries, part => Assert.True(part.Value.Median <= training.Entries[part.Key].Median, part.Key));
        }

        foreach (var mode in new[] { "inference", "training" })
        {
            double[] whole = [.. new[] { 1, 32, 64 }.Select(batch => Whole($"rx580-b{batch}-{mode}"))];
            Assert.True(whole[0] < whole[1] && whole[1] < whole[2], string.Join(", ", whole));
        }

        static double Whole(string name) =>
            PublishedNetworks.Cifar10.Parts(GenotypeReader.Resolve("DARTS_V2")).Sum(CostName.Open($"latency:{name}").Of);
    }

    private static (double Least, double Most) Range(ICostModel cost)
    {
        var costs = new ArchitectureCosts(cost, PublishedNetworks.Cifar10, CellSpace.Darts.Candidates, CellTopology.Darts);
        return (costs.Least, costs.Most);
    }

    private static CostTable Carried(string name) => ((TableCost)CostName.Open($"latency:{name}")).Table;
}
