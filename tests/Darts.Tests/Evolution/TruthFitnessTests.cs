using MIOpenDarts.Darts.Evolution;
using MIOpenDarts.Darts.Evolution.Spaces;
using MIOpenDarts.Darts.Genotypes;

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
}
