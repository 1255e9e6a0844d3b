using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Tests.Costs;

/// <summary>Costs by edge and operation add up to those of a genotype.</summary>
public class ArchitectureCostsTests
{
    private static readonly TargetNetwork Network = new(new EvaluationShape(new ImageTask(3, 20, 20, 10), 8, 8, Auxiliary: false));

    [Fact]
    public void Networks_of_other_cells_than_those_of_DARTS_have_no_cost()
    {
        var cells = new NetworkDescription { Network = "DARTS_V2", Task = new ImageTask(3, 32, 32, 10), InitChannels = 4, Layers = 3 };
        Assert.NotNull(TargetNetwork.From(cells));
        Assert.Null(TargetNetwork.From(cells with { Network = "resnet20" }));
        Assert.Null(TargetNetwork.From(cells with { Operations = [] }));
        Assert.Null(TargetNetwork.From(cells with { Layers = 0, CellsPerStage = 5 }));
    }

    [Fact]
    public void A_genotype_costs_the_base_and_an_entry_for_each_of_its_edges()
    {
        foreach (var model in new ICostModel[] { CountedCost.Parameters, CountedCost.MultiplyAdds, CountedCost.ActivationBytes })
        {
            var costs = Create(model, nodes: 4, multiplier: 3);
            for (var index = 0; index < 20; index++)
            {
                var genotype = RandomGenotypes.Draw(7, index, 4, 3);
                var sum = costs.Base + Sum(costs, 0, genotype.Normal) + Sum(costs, 1, genotype.Reduce);
                Assert.Equal(costs.Of(genotype), sum);
                Assert.InRange(sum, costs.Least, costs.Most);
            }
        }
    }

    [Fact]
    public void The_range_is_reached_by_genotypes()
    {
        var costs = Create(CountedCost.MultiplyAdds, nodes: 2, multiplier: 2);
        var all = AllCells().ToList();
        var least = (from normal in all from reduce in all select costs.Of(new Genotype(normal, reduce))).Min();
        var most = (from normal in all from reduce in all select costs.Of(new Genotype(normal, reduce))).Max();
        Assert.Equal(least, costs.Least);
        Assert.Equal(most, costs.Most);
        Assert.Equal((0, 1), (costs.Share(least), costs.Share(most)));
    }

    // Two nodes, of which the second chooses two of three sources, with the two cheapest and the two dearest operations only.
    private static IEnumerable<GenotypeCell> AllCells()
    {
        Primitive[] operations = [Primitives.SkipConnect, Primitives.MaxPool3x3, Primitives.SepConv5x5];
        return from a in operations
               from b in operations
               from c in operations
               from d in operations
               from pair in new[] { (0, 1), (0, 2), (1, 2) }
               select new GenotypeCell(
                   [
                       [new GenotypeEdge(a, 0), new GenotypeEdge(b, 1)],
                       [new GenotypeEdge(c, pair.Item1), new GenotypeEdge(d, pair.Item2)],
                   ],
                   GenotypeConcat.Range(2, 4));
    }

    private static ArchitectureCosts Create(ICostModel model, int nodes, int multiplier) => new(
        model, Network, CellSpace.Darts.Candidates, CellTopology.Darts with { Nodes = nodes, Multiplier = multiplier });

    private static double Sum(ArchitectureCosts costs, int kind, GenotypeCell cell) => cell.Edges.Sum(item =>
        costs.OfKind(kind)[(costs.Topology.FirstEdge(item.Target - 2) + item.Edge.Source) * costs.Candidates.Count
            + Array.IndexOf([.. costs.Candidates], item.Edge.Operation)]);
}
