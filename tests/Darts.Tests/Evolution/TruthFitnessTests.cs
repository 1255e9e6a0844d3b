using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Costs.Tables;
using MIOpenDarts.Darts.Evolution;
using MIOpenDarts.Darts.Evolution.Spaces;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Tests.Evolution;

public class TruthFitnessTests
{
    private const string Text = "|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|skip_connect~0|none~1|avg_pool_3x3~2|";

    [Theory]
    [InlineData("fpga_ms")]
    [InlineData("macs")]
    public void A_cell_has_the_tables_error_and_is_over_a_limit_by_its_share(string cost)
    {
        var (space, cell) = (new NasBench201Genomes(), NasBench201Cell.Parse(Text));
        var free = new TruthFitness(CellTable.Truth, space, cost, "cifar10", double.PositiveInfinity);
        var fitness = free.Evaluate(cell, default);
        Assert.Equal(100 - CellTable.Truth.Value(space.Key(cell), "cifar10"), fitness.Objectives[1]);
        Assert.InRange(fitness.Objectives[0], double.Epsilon, free.MostCost);
        Assert.Equal(0, fitness.Violation);
        if (cost == "fpga_ms") Assert.Equal(CellTable.Truth.Value(space.Key(cell), cost), fitness.Objectives[0]);
        var half = new TruthFitness(CellTable.Truth, space, cost, "cifar10", fitness.Objectives[0] / 2);
        Assert.Equal(1, half.Evaluate(cell, default).Violation, 1e-9);
        Assert.NotEqual(free.Identity, half.Identity);
    }

    [Fact]
    public void A_cost_of_a_search_is_that_of_the_benchmarks_own_network()
    {
        const string cost = "latency:rx580-b64-inference";
        var (space, model, random) = (new NasBench201Genomes(), CostName.Open(cost), new CounterRandom(3, RandomStream.Evolution));
        var fitness = new TruthFitness(CellTable.Truth, space, cost, "cifar10", double.PositiveInfinity);
        Assert.Equal("modelled ms", fitness.Unit);
        double most = 0;
        for (var i = 0; i < 100; i++)
        {
            var cell = space.Random(ref random);
            var found = fitness.Evaluate(cell, default);
            Assert.Equal(PublishedNetworks.NasBench201.Parts(new Genotype(cell)).Sum(model.Of), found.Objectives[0], 1e-9);
            Assert.Contains(
                "ms at batch 64 in inference (rx580-b64-inference, modelled) and ", fitness.Describe(found), StringComparison.Ordinal);
            most = Math.Max(most, found.Objectives[0]);
        }

        Assert.InRange(most, fitness.MostCost / 2, fitness.MostCost);
        Assert.Equal(fitness.MostCost, CellSpace.NasBench201.Candidates.Max(
            operation => fitness.Evaluate(NasBench201Cell.From([.. Enumerable.Repeat(operation, 6)]), default).Objectives[0]), 1e-9);
    }
}
