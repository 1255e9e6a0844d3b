using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Backends.Reference;

namespace MIOpenDarts.Darts.Tests.Genotypes;

public class RandomGenotypeTests
{
    [Fact]
    public void Every_node_has_two_distinct_sources_and_no_edge_is_none()
    {
        for (var i = 0; i < 200; i++)
        {
            var genotype = RandomGenotypes.Draw(3, i, nodes: 3, multiplier: 2);
            foreach (var cell in new[] { genotype.Normal, genotype.Reduce })
            {
                Assert.Equal([3, 4], cell.Concat);
                Assert.All(cell.Nodes, node => Assert.Equal(2, node.Select(edge => edge.Source).Distinct().Count()));
                Assert.All(cell.Edges, item => Assert.NotEqual(Primitives.None, item.Edge.Operation));
            }
        }
    }

    [Fact]
    public void Sources_and_operations_are_uniform()
    {
        const int Draws = 3000;
        var edges = Enumerable.Range(0, Draws).SelectMany(i => RandomGenotypes.Draw(1, i).Normal.Nodes[3]).ToList();
        // A source of the last of four nodes is taken by 2 in 5 genotypes, an operation by 1 edge in 7; five standard deviations.
        foreach (var (_, count) in edges.CountBy(edge => edge.Source)) Assert.InRange(count, 0.4 * Draws - 135, 0.4 * Draws + 135);
        foreach (var (_, count) in edges.CountBy(edge => edge.Operation))
            Assert.InRange(count, 2 * Draws / 7.0 - 136, 2 * Draws / 7.0 + 136);
        Assert.Equal(7, edges.DistinctBy(edge => edge.Operation).Count());
    }

    [Fact]
    public void A_seed_and_a_number_always_give_the_same_genotype_and_others_give_others()
    {
        Assert.Equal(RandomGenotypes.Draw(5, 7), RandomGenotypes.Draw(5, 7));
        Assert.Equal(20, Enumerable.Range(0, 10).SelectMany(i => new[] { RandomGenotypes.Draw(5, i), RandomGenotypes.Draw(6, i) })
            .Distinct().Count());
    }

    [Fact]
    public void A_genotype_of_a_given_size_has_a_network_within_five_percent_of_it()
    {
        using var backend = new ReferenceBackend<float>();
        double Count(Genotype genotype)
        {
            using var net = new EvaluationNetwork<float>(backend, new EvaluationShape(new ImageTask(1, 8, 8, 2), 4, 3, Auxiliary: false),
                genotype);
            return net.ParameterCount;
        }

        var size = Count(NamedGenotypes.Get("PC_DARTS_cifar"));
        var drawn = Enumerable.Range(0, 3).Select(i => RandomGenotypes.DrawOfSize(1, i, 4, 4, AskedSize.About(size), Count)).ToList();
        Assert.All(drawn, one => Assert.InRange(Count(one), 0.95 * size, 1.05 * size));
        Assert.Equal(3, drawn.Distinct().Count());
    }

    [Fact]
    public void The_closest_of_all_draws_stands_in_where_no_network_has_the_size()
    {
        var sizes = new List<double>();
        double Count(Genotype genotype)
        {
            sizes.Add(Indices(genotype));
            return sizes[^1];
        }

        var drawn = RandomGenotypes.DrawOfSize(1, 0, 4, 4, AskedSize.About(1000), Count);
        Assert.Equal(RandomGenotypes.MostDraws, sizes.Count);
        Assert.Equal(sizes.Max(), Indices(drawn));
    }

    [Fact]
    public void No_genotype_over_the_limit_is_taken_while_another_keeps_it()
    {
        // The largest of some draws is far from all that keep the limit.
        var sizes = Enumerable.Range(0, RandomGenotypes.MostDraws).Select(draw => Indices(RandomGenotypes.Draw(1, draw))).ToList();
        var (least, most) = (sizes.Min(), sizes.Max());
        Assert.Equal(least, Indices(Drawn(new AskedSize(most, 0, least))));
        Assert.Equal(least, Indices(Drawn(new AskedSize(most, most - least, least))));
        // Where none keeps it, the closest.
        Assert.Equal(most, Indices(Drawn(new AskedSize(most, 0, least - 1))));

        static Genotype Drawn(AskedSize asked) => RandomGenotypes.DrawOfSize(1, 0, 4, 4, asked, Indices);
    }

    // A size that no network has to be built for.
    private static double Indices(Genotype genotype) => genotype.Normal.Edges.Sum(item => Primitives.IndexOf(item.Edge.Operation));
}
