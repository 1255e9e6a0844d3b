using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Costs.Search;
using MIOpenDarts.Darts.Costs.Tables;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Evaluation.NasBench201;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Tests.Costs;

/// <summary>What cells of NAS-Bench-201 cost, by edge and operation, in the loss, and under a limit.</summary>
public class NasBench201CostsTests
{
    private const string Latency = "latency:rx580-b64-inference";
    private static readonly CellSpace Space = CellSpace.NasBench201;
    private static readonly NasBench201Target Small = new(new NasBench201Shape(new ImageTask(3, 16, 16, 10), 4, 2));

    public static TheoryData<string> Trained { get; } = [.. SearchAlgorithm.All.Where(a => a.Trains).Select(a => a.Name)];

    [Theory]
    [InlineData("macs")]
    [InlineData("memory")]
    [InlineData(Latency)]
    public void Every_cell_costs_the_base_and_an_entry_for_each_edge_within_the_range_of_those_that_make_a_network(string name)
    {
        var costs = Create(CostName.Open(name), PublishedNetworks.NasBench201);
        var (least, most) = (double.PositiveInfinity, 0.0);
        foreach (var cell in Cells())
        {
            var cost = costs.Of(new Genotype(cell));
            var entries = cell.Operations.Select((operation, edge) => costs.OfKind(0)[edge * Space.Candidates.Count + IndexOf(operation)]);
            Assert.Equal(costs.Base + entries.Sum(), cost, 1e-9 * cost);
            if (cell.Connects) (least, most) = (Math.Min(least, cost), Math.Max(most, cost));
        }

        Assert.Equal(least, costs.Least, 1e-9 * least);
        Assert.Equal(most, costs.Most, 1e-9 * most);
        for (var edge = 0; edge < 6; edge++) Assert.Equal(0, costs.OfKind(0)[edge * Space.Candidates.Count]);
    }

    [Theory]
    [MemberData(nameof(Trained))]
    public void The_gradient_is_that_of_finite_differences_for_every_method(string name)
    {
        var algorithm = SearchAlgorithm.Find(name)!;
        var options = algorithm.SettingsFor(Space);
        var costs = new ArchitectureCosts(CountedCost.MultiplyAdds, Small, algorithm.Candidates(options), options.Topology);
        var of = new ArchitectureParameters<double>(
            options.Topology.Edges, algorithm.Space(options, 0), algorithm.Relax<double>(options, options.Topology.Edges, 0));
        var random = new CounterRandom(8, RandomStream.Alphas);
        for (var i = 0; i < of.Alphas.Length; i++) of.Alphas[i] = random.NextNormal();
        for (var i = 0; i < of.Betas.Length; i++) of.Betas[i] = random.NextNormal();
        var penalty = new CostPenalty<double>(costs, [of]) { Weight = 1 };
        penalty.AddGradient();
        for (var i = 0; i < of.Alphas.Length; i++)
        {
            const double step = 1e-5;
            var value = of.Alphas[i];
            of.Alphas[i] = value + step;
            var up = penalty.Expectation();
            of.Alphas[i] = value - step;
            var down = penalty.Expectation();
            of.Alphas[i] = value;
            Assert.Equal((up - down) / (2 * step) / (costs.Most - costs.Least), of.Diffs[i], 7);
        }

        // A cell keeps all of its edges, whatever they weigh.
        Assert.All(of.BetaDiffs, diff => Assert.Equal(0, diff));
    }

    [Fact]
    public void The_expectation_of_sure_alphas_is_the_cost_of_their_cell()
    {
        var costs = Create(CostName.Open(Latency), PublishedNetworks.NasBench201);
        var genotype = RandomGenotypes.Draw(4, 1, space: Space);
        var of = new ArchitectureParameters<double>(6, new SearchSpace(Space.Candidates) { Cells = Space });
        var operations = genotype.NasBench201!.Operations.ToList();
        for (var edge = 0; edge < 6; edge++) of.Alphas[edge * Space.Candidates.Count + IndexOf(operations[edge])] = 60;
        Assert.Equal(costs.Of(genotype), new CostPenalty<double>(costs, [of]).Expectation(), 1e-9 * costs.Of(genotype));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Under_a_limit_it_is_the_best_of_all_cells_that_lead_to_their_output(bool mixesNone)
    {
        // Prices without a common unit, so that no two cells cost the same by chance.
        var model = new PricedParts(part => part.Name switch
        {
            "nor_conv_3x3" => Math.Sqrt(part.Inputs * part.Height),
            "nor_conv_1x1" => 0.31 * Math.Log(part.Inputs * part.Height),
            "avg_pool_3x3" => 0.77,
            "skip_connect" => 0.05,
            _ => 0,
        });
        var columns = mixesNone ? Space.Candidates : Space.Operations;
        var costs = new ArchitectureCosts(model, Small, columns, Space.Topology);
        var all = Cells().Where(cell => cell.Connects).Select(cell => (Cell: cell, Cost: costs.Of(new Genotype(cell)))).ToList();
        for (var seed = 0UL; seed < 3; seed++)
        {
            var random = new CounterRandom(seed, RandomStream.Alphas);
            var weights = new float[6 * columns.Count];
            for (var i = 0; i < weights.Length; i++) weights[i] = (float)Math.Exp(random.NextNormal());
            foreach (var share in new[] { 0, 0.1, 0.4, 0.8, 1 })
            {
                var limit = costs.Least + share * (costs.Most - costs.Least);
                var found = LimitedDerivation.Derive(costs, [weights], limit);
                Assert.True(found.NasBench201!.Connects);
                if (share == 0) Assert.Equal(costs.Least, costs.Of(found), 1e-9 * costs.Least);
                if (share == 0) continue;
                Assert.InRange(costs.Of(found), costs.Least, limit);
                Assert.Equal(
                    all.Where(item => item.Cost <= limit).Max(item => Score(item.Cell, weights, columns)),
                    Score(found.NasBench201, weights, columns), 9);
            }
        }
    }

    [Fact]
    public void A_limit_below_the_cheapest_cell_that_makes_a_network_is_refused_by_its_number()
    {
        var costs = Create(CostName.Open(Latency), PublishedNetworks.NasBench201);
        var refused = Assert.Throws<InvalidDataException>(() => LimitedDerivation.Derive(costs, [new float[30]], costs.Base));
        Assert.Contains($"costs {costs.Least} (", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_breakdown_has_every_edge_and_adds_up()
    {
        var genotype = RandomGenotypes.Draw(4, 1, space: Space);
        var text = CostBreakdown.Text(CountedCost.Parameters, PublishedNetworks.NasBench201, genotype);
        foreach (var (target, edge) in genotype.Cells[0].Edges)
            Assert.Contains($"cell  {edge.Source} -> {target}  {edge.Operation.Name}", text, StringComparison.Ordinal);
        Assert.Contains("residual_reduce", text, StringComparison.Ordinal);
        var whole = PublishedNetworks.NasBench201.Parts(genotype).Sum(CountedCost.Parameters.Of);
        Assert.Contains(FormattableString.Invariant($"in all: {whole:N0} parameters"), text, StringComparison.Ordinal);
    }

    private static ArchitectureCosts Create(ICostModel model, NasBench201Target network) =>
        new(model, network, Space.Candidates, Space.Topology);

    private static double Score(NasBench201Cell cell, float[] weights, IReadOnlyList<Primitive> columns) =>
        cell.Operations.Select((operation, edge) =>
        {
            var column = columns.TakeWhile(other => other != operation).Count();
            return Math.Log(column < columns.Count ? weights[edge * columns.Count + column] : 1e-30);
        }).Sum();

    private static int IndexOf(Primitive operation) => Space.Candidates.TakeWhile(other => other != operation).Count();

    private static IEnumerable<NasBench201Cell> Cells() =>
        from a in Space.Candidates
        from b in Space.Candidates
        from c in Space.Candidates
        from d in Space.Candidates
        from e in Space.Candidates
        from f in Space.Candidates
        select NasBench201Cell.From([a, b, c, d, e, f]);
}
