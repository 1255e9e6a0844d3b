using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Costs.Search;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Tests.Costs;

/// <summary>The strongest genotype within a limit.</summary>
public class LimitedDerivationTests
{
    private static readonly TargetNetwork Network = new(new EvaluationShape(new ImageTask(3, 16, 16, 10), 6, 6, Auxiliary: false));
    private static readonly Primitive[] Three = [Primitives.SkipConnect, Primitives.MaxPool3x3, Primitives.SepConv3x3];

    [Fact]
    public void Without_a_limit_it_is_the_official_derivation()
    {
        var costs = Create(CountedCost.MultiplyAdds, CellSpace.Darts.Candidates, 4);
        for (var seed = 0UL; seed < 20; seed++)
        {
            var (normal, reduce) = (Weights(seed, 14, 8), Weights(seed + 100, 14, 8));
            var official = GenotypeDerivation.Derive<float>(normal, reduce);
            Assert.Equal(official, LimitedDerivation.Derive(costs, [normal, reduce], costs.Most));
            Assert.Equal(official, LimitedDerivation.Derive(costs, [normal, reduce], costs.Of(official)));
        }
    }

    [Fact]
    public void It_is_the_best_of_all_genotypes_within_the_limit()
    {
        // Prices without a common unit, so that no two genotypes cost the same.
        var model = new PricedParts(part => part.Name switch
        {
            "sep_conv_3x3" => Math.Sqrt(part.Inputs * part.Height) * part.Stride,
            "max_pool_3x3" => 0.1 * Math.Log(part.Inputs * part.Height * part.Stride),
            _ => part.Stride == 2 ? 0.77 : 0,
        });
        var costs = Create(model, Three, 2);
        var cells = Cells().ToList();
        for (var seed = 0UL; seed < 4; seed++)
        {
            var (normal, reduce) = (Weights(seed, 5, 3), Weights(seed + 9, 5, 3));
            var all = (from n in cells from r in cells select new Genotype(n, r))
                .Select(g => (Cost: costs.Of(g), Score: Score(g.Normal, normal) + Score(g.Reduce, reduce))).ToList();
            for (var share = 0.0; share <= 1; share += 0.125)
            {
                var limit = costs.Least + share * (costs.Most - costs.Least);
                var found = LimitedDerivation.Derive(costs, [normal, reduce], limit);
                Assert.True(costs.Of(found) <= limit || share == 0, $"{costs.Of(found)} is over {limit}");
                if (share == 0) continue;
                Assert.Equal(
                    all.Where(g => g.Cost <= limit).Max(g => g.Score), Score(found.Normal, normal) + Score(found.Reduce, reduce), 9);
            }
        }
    }

    [Fact]
    public void The_least_cost_can_be_asked_for_and_less_is_refused_by_its_number()
    {
        var costs = Create(CountedCost.MultiplyAdds, CellSpace.Darts.Candidates, 4);
        var (normal, reduce) = (Weights(1, 14, 8), Weights(2, 14, 8));
        Assert.Equal(costs.Least, costs.Of(LimitedDerivation.Derive(costs, [normal, reduce], costs.Least)));
        var refused = Assert.Throws<InvalidDataException>(() => LimitedDerivation.Derive(costs, [normal, reduce], costs.Least - 1));
        Assert.Contains($"costs {costs.Least} (", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Operations_that_have_left_the_race_are_taken_last()
    {
        var costs = Create(CountedCost.MultiplyAdds, CellSpace.Darts.Operations, 4);
        var (normal, reduce) = (Weights(3, 14, 7), Weights(4, 14, 7));
        for (var i = 0; i < normal.Length; i++)
            if (i % 7 is 0 or 3) (normal[i], reduce[i]) = (0, 0);
        var found = LimitedDerivation.Derive(costs, [normal, reduce], costs.Least + 0.5 * (costs.Most - costs.Least));
        Assert.All(found.Normal.Edges, item => Assert.True(
            item.Edge.Operation != CellSpace.Darts.Operations[0] && item.Edge.Operation != CellSpace.Darts.Operations[3]));
    }

    private static ArchitectureCosts Create(ICostModel model, IReadOnlyList<Primitive> candidates, int nodes) =>
        new(model, Network, candidates, CellTopology.Darts with { Nodes = nodes, Multiplier = nodes });

    private static float[] Weights(ulong seed, int edges, int columns)
    {
        var random = new CounterRandom(seed, RandomStream.Alphas);
        var weights = new float[edges * columns];
        for (var i = 0; i < weights.Length; i++) weights[i] = (float)Math.Exp(random.NextNormal());
        return weights;
    }

    private static double Score(GenotypeCell cell, float[] weights) => cell.Edges.Sum(item => Math.Log(
        weights[(CellTopology.Darts.FirstEdge(item.Target - 2) + item.Edge.Source) * 3 + Array.IndexOf(Three, item.Edge.Operation)]));

    private static IEnumerable<GenotypeCell> Cells() =>
        from a in Three
        from b in Three
        from c in Three
        from d in Three
        from pair in new[] { (0, 1), (0, 2), (1, 2) }
        select new GenotypeCell(
            [
                [new GenotypeEdge(a, 0), new GenotypeEdge(b, 1)],
                [new GenotypeEdge(c, pair.Item1), new GenotypeEdge(d, pair.Item2)],
            ],
            GenotypeConcat.Range(2, 4));
}
