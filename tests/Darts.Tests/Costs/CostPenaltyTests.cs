using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Algorithms.DrNas;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Costs.Search;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Tests.Costs;

/// <summary>The expected cost and its gradient in the alphas.</summary>
public class CostPenaltyTests
{
    private const int Channels = 4;
    private static readonly TargetNetwork Network = new(new EvaluationShape(new ImageTask(3, 16, 16, 10), Channels, 6, Auxiliary: false));

    public static TheoryData<string> Trained { get; } = [.. SearchAlgorithm.All.Where(a => a.Trains).Select(a => a.Name)];

    private static readonly Primitive[] Three = [Primitives.SkipConnect, Primitives.MaxPool3x3, Primitives.SepConv3x3];

    [Fact]
    public void One_edge_has_the_expectation_and_gradient_of_the_textbook()
    {
        var (costs, normal, reduce) = OneEdge();
        Set(normal, 0, Math.Log(2), Math.Log(3));
        var penalty = new CostPenalty<double>(costs, [normal, reduce], reference: 2) { Weight = 0.1 };
        Assert.Equal(23.0 / 6, penalty.Expectation(), 12);
        // λ·(E − r)/r = 0.0916667, beside a cross entropy of 2 the sheet's 2.0916667.
        Assert.Equal(0.0916666667, penalty.AddGradient(), 9);
        double[] golden = [-0.0236111111, -0.0305555556, 0.0541666667];
        for (var k = 0; k < 3; k++) Assert.Equal(golden[k], normal.Diffs[k] + normal.Diffs[3 + k], 9);
        Assert.All(reduce.Diffs, diff => Assert.Equal(0, diff));
    }

    [Fact]
    public void Two_equal_operations_are_driven_apart_by_half_of_what_they_differ_in()
    {
        var (costs, normal, reduce) = OneEdge([1, 3]);
        var penalty = new CostPenalty<double>(costs, [normal, reduce], reference: 1) { Weight = 1 };
        Assert.Equal(2, penalty.Expectation(), 12);
        Assert.Equal(1, penalty.AddGradient(), 12);
        Assert.Equal(-0.5, normal.Diffs[0] + normal.Diffs[2], 12);
        Assert.Equal(0.5, normal.Diffs[1] + normal.Diffs[3], 12);
    }

    [Fact]
    public void A_share_of_the_range_means_the_same_in_every_unit()
    {
        var gradients = new[] { 1.0, 1000 }.Select(unit =>
        {
            var (costs, normal, reduce) = OneEdge([unit, 2 * unit, 6 * unit]);
            Set(normal, 0, Math.Log(2), Math.Log(3));
            Assert.Equal(0, costs.Share(costs.Least));
            var penalty = new CostPenalty<double>(costs, [normal, reduce]) { Weight = 0.5 };
            // (23/6 − 1)/(6 − 1)/2.
            Assert.Equal(0.2833333333, penalty.AddGradient(), 9);
            return normal.Diffs;
        }).ToList();
        for (var k = 0; k < 3; k++) Assert.Equal(gradients[0][k], gradients[1][k], 12);
    }

    [Fact]
    public void A_Dirichlets_mean_has_the_gradient_of_its_concentrations()
    {
        var (costs, normal, reduce) = OneEdge(relax: _ => new DirichletRelaxation<double>(2, 3, 0));
        // c = elu(α) + 1 = (1, 2, 3): E = (1 + 4 + 18)/6, dE/dc_k = (lat_k − E)/Σc; the slope dc/dα is 1.
        Set(normal, 0, 1, 2);
        var penalty = new CostPenalty<double>(costs, [normal, reduce], reference: 1) { Weight = 1 };
        Assert.Equal(23.0 / 6, penalty.Expectation(), 12);
        penalty.AddGradient();
        double[] lat = [1, 2, 6];
        for (var k = 0; k < 3; k++) Assert.Equal((lat[k] - 23.0 / 6) / 6, normal.Diffs[k] + normal.Diffs[3 + k], 12);
    }

    [Theory]
    [MemberData(nameof(Trained))]
    public void The_gradient_is_that_of_finite_differences_for_every_method(string name)
    {
        var options = SearchAlgorithm.Find(name)!.Paper with { Nodes = 3, Multiplier = 3 };
        var algorithm = SearchAlgorithm.From(options);
        var topology = CellTopology.Darts with { Nodes = 3, Multiplier = 3 };
        var costs = new ArchitectureCosts(CountedCost.MultiplyAdds, Network, algorithm.Candidates(options), topology);
        ArchitectureParameters<double>[] kinds =
        [
            .. Enumerable.Range(0, 2).Select(kind => new ArchitectureParameters<double>(
                topology.Edges, algorithm.Space(options, 0), algorithm.Relax<double>(options, topology.Edges, kind))),
        ];
        var random = new CounterRandom(8, RandomStream.Alphas);
        foreach (var kind in kinds)
        {
            for (var i = 0; i < kind.Alphas.Length; i++) kind.Alphas[i] = random.NextNormal();
            for (var i = 0; i < kind.Betas.Length; i++) kind.Betas[i] = random.NextNormal();
        }

        var penalty = new CostPenalty<double>(costs, kinds) { Weight = 1 };
        penalty.AddGradient();
        foreach (var kind in kinds)
        {
            RequireSlopes(kind.Alphas, kind.Diffs);
            RequireSlopes(kind.Betas, kind.BetaDiffs);
        }

        void RequireSlopes(double[] values, double[] diffs)
        {
            const double step = 1e-5;
            for (var i = 0; i < values.Length; i++)
            {
                var value = values[i];
                values[i] = value + step;
                var up = penalty.Expectation();
                values[i] = value - step;
                var down = penalty.Expectation();
                values[i] = value;
                Assert.Equal((up - down) / (2 * step) / (costs.Most - costs.Least), diffs[i], 7);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Trained))]
    public void The_expectation_of_sure_alphas_is_the_cost_of_their_genotype(string name)
    {
        // Sigmoids are no shares: those of all other operations are zero only far below.
        var algorithm = SearchAlgorithm.Find(name)!;
        var options = algorithm.Paper with { EdgeNormalization = false };
        var costs = new ArchitectureCosts(CountedCost.MultiplyAdds, Network, algorithm.Candidates(options), CellTopology.Darts);
        var genotype = RandomGenotypes.Draw(4, 1);
        var kinds = new[] { genotype.Normal, genotype.Reduce }.Select((cell, kind) =>
        {
            var of = new ArchitectureParameters<double>(
                14, algorithm.Space(options, 0) with { EdgeNormalization = false }, algorithm.Relax<double>(options, 14, kind));
            // An edge that is not kept is sure of none where there is none, else as weak as can be in all its operations.
            of.Alphas.AsSpan().Fill(-60);
            for (var edge = 0; edge < 14; edge++)
                if (algorithm.MixesNone(CellSpace.Darts)) of.Alphas[edge * costs.Candidates.Count] = 0;
            foreach (var (target, edge) in cell.Edges)
            {
                var first = (CellTopology.Darts.FirstEdge(target - 2) + edge.Source) * costs.Candidates.Count;
                if (algorithm.MixesNone(CellSpace.Darts)) of.Alphas[first] = -60;
                of.Alphas[first + Array.IndexOf([.. costs.Candidates], edge.Operation)] = 60;
            }

            return of;
        }).ToArray();
        var expected = new CostPenalty<double>(costs, kinds).Expectation();
        // Without none every edge has one whole operation, so that which are kept stays open.
        if (algorithm.MixesNone(CellSpace.Darts) || name == "fair-darts")
            Assert.Equal(costs.Of(genotype), expected, 1e-6 * costs.Of(genotype));
        else Assert.InRange(expected, costs.Least, costs.Most);
    }

    [Fact]
    public void No_weight_adds_nothing()
    {
        var (costs, normal, reduce) = OneEdge();
        Assert.Equal(0, new CostPenalty<double>(costs, [normal, reduce]).AddGradient());
        Assert.All(normal.Diffs, diff => Assert.Equal(0, diff));
    }

    [Fact]
    public void Alphas_of_another_network_are_refused()
    {
        var (costs, normal, reduce) = OneEdge();
        var penalty = new CostPenalty<double>(costs, [normal, reduce]) { Weight = 1 };
        Assert.Throws<ArgumentException>(() => penalty.AddGradient([new double[6]], [new double[6]]));
    }

    private static void Set(ArchitectureParameters<double> of, params double[] alphas)
    {
        alphas.CopyTo(of.Alphas, 0);
        alphas.CopyTo(of.Alphas, alphas.Length);
    }

    private static (ArchitectureCosts Costs, ArchitectureParameters<double> Normal, ArchitectureParameters<double> Reduce) OneEdge(
        double[]? of = null, Func<int, DirichletRelaxation<double>>? relax = null)
    {
        // Of three cells one is normal. An operation on its inputs costs half of its price, as both edges of its node are kept and equal.
        var network = new TargetNetwork(new EvaluationShape(new ImageTask(3, 16, 16, 10), Channels, 3, Auxiliary: false));
        double[] prices = of ?? [1, 2, 6];
        var operations = Three[..prices.Length];
        var costs = new ArchitectureCosts(
            new PricedParts(part => part.Inputs == Channels && Array.FindIndex(operations, p => p.Name == part.Name) is >= 0 and var k
                ? prices[k] / 2
                : 0),
            network, operations, CellTopology.Darts with { Nodes = 1, Multiplier = 1 });
        var space = new SearchSpace(operations);
        return (costs, new ArchitectureParameters<double>(2, space, relax?.Invoke(0)),
            new ArchitectureParameters<double>(2, space, relax?.Invoke(1)));
    }
}
