using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Evaluation.NasBench201;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Studies.Pareto;
using MIOpenDarts.Darts.Tests.Search;

namespace MIOpenDarts.Darts.Tests.Studies;

/// <summary>The random genotypes beside what a sweep finds.</summary>
public class SweptBaselineTests
{
    private const int Nodes = 2;

    private static readonly ArchitectureCosts Costs = TargetCosts.Of(
        SmallSearch.Options with { Cost = "macs", TargetChannels = 4, TargetLayers = 5 },
        DartsSearch.ShapeOf(SmallSearch.Images().Train, SmallSearch.Options))!;

    private static double Range => Costs.Most - Costs.Least;

    [Fact]
    public void A_random_genotype_costs_what_was_found_costs_within_five_percent_of_the_range_or_says_that_it_is_the_nearest()
    {
        var baseline = new SweptBaseline("cost_weight-1", SmallSearch.Options, Costs);
        var near = 0;
        for (var seed = 0UL; seed < 20; seed++)
        {
            var found = RandomGenotypes.Draw(seed + 100, 0, Nodes, Nodes);
            var random = baseline.Beside(found, seed);
            Assert.Equal(random, baseline.Beside(found, seed));
            var isNear = Math.Abs(Costs.Of(random) - Costs.Of(found)) <= 0.05 * Range;
            var told = baseline.Describe(found, random);
            Assert.StartsWith(isNear ? "of about the cost of what cost_weight-1 found, " : "nearest of all draws", told);
            Assert.EndsWith(Costs.Model.Show(Costs.Of(found)), told);
            near += isNear ? 1 : 0;
        }

        // A thousand draws of the space have some near almost any other.
        Assert.InRange(near, 15, 20);
    }

    [Fact]
    public void Beside_a_limit_random_genotypes_keep_it_too()
    {
        var found = Enumerable.Range(0, 200).Select(draw => RandomGenotypes.Draw(7, draw, Nodes, Nodes)).MinBy(Costs.Of)!;
        var limited = new SweptBaseline("target-1", SmallSearch.Options with { Target = Costs.Of(found) + (0.01 * Range) }, Costs);
        for (var seed = 0UL; seed < 20; seed++)
        {
            var random = limited.Beside(found, seed);
            var isWithin = Costs.Of(random) <= Costs.Of(found) + (0.01 * Range);
            Assert.Equal(!isWithin, limited.Describe(found, random).StartsWith("over the limit, as all draws", StringComparison.Ordinal));
            // Nothing of the same draws that keeps the limit was passed over.
            var cheapest = new SweptBaseline("target-1", SmallSearch.Options with { Target = Costs.Least }, Costs);
            if (!isWithin) Assert.True(Costs.Of(cheapest.Beside(found, seed)) > Costs.Of(found) + (0.01 * Range));
        }
    }

    [Fact]
    public void Beside_the_cheapest_cell_of_NAS_Bench_201_stand_cells_that_connect()
    {
        var space = CellSpace.NasBench201;
        var costs = new ArchitectureCosts(
            CountedCost.MultiplyAdds, new NasBench201Target(new NasBench201Shape(new ImageTask(3, 16, 16, 10), 4, 2)), space.Candidates,
            space.Topology);
        var found = Genotype.Parse("|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|");
        // Some that do not are drawn, and cost about as much.
        var drawn = Enumerable.Range(0, 1000).Select(draw => RandomGenotypes.Draw(0, draw, space: space));
        Assert.Contains(
            drawn, cell => !cell.NasBench201!.Connects
                && Math.Abs(costs.Of(cell) - costs.Of(found)) <= AskedSize.Share * (costs.Most - costs.Least));
        var baseline = new SweptBaseline("cost_weight-1000", SearchAlgorithm.All[0].SettingsFor(space), costs);
        for (var seed = 0UL; seed < 100; seed++) Assert.True(baseline.Beside(found, seed).NasBench201!.Connects);
    }

    [Fact]
    public void Searches_with_other_values_or_seeds_have_other_draws()
    {
        var found = RandomGenotypes.Draw(1, 0, Nodes, Nodes);
        Genotype[] drawn =
        [
            new SweptBaseline("cost_weight-0", SmallSearch.Options, Costs).Beside(found, 0),
            new SweptBaseline("cost_weight-1", SmallSearch.Options, Costs).Beside(found, 0),
            new SweptBaseline("cost_weight-1", SmallSearch.Options, Costs).Beside(found, 1),
        ];
        Assert.Equal(3, drawn.Distinct().Count());
    }
}
