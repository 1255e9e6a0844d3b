using CsCheck;
using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Tests.Genotypes;

public sealed class GenotypeDerivationTests
{
    [Fact]
    public void None_never_wins_even_when_it_is_the_largest()
    {
        var weights = new double[2 * 8];
        weights[0] = weights[8] = 0.9;
        weights[8 + Primitives.IndexOf(Primitives.DilConv3x3)] = 0.1;
        var cell = GenotypeDerivation.DeriveCell<double>(weights, multiplier: 1);
        Assert.Equal([new GenotypeEdge(Primitives.DilConv3x3, 1), new GenotypeEdge(Primitives.MaxPool3x3, 0)], cell.Nodes[0]);
    }

    [Fact]
    public void Ties_go_to_the_lower_source_and_the_earlier_operation()
    {
        var cell = GenotypeDerivation.DeriveCell<float>(Enumerable.Repeat(0.125f, 14 * 8).ToArray());
        Assert.All(cell.Nodes, node =>
            Assert.Equal([new GenotypeEdge(Primitives.MaxPool3x3, 0), new GenotypeEdge(Primitives.MaxPool3x3, 1)], node));
        Assert.Equal("range(2, 6)", cell.Concat.ToString());
    }

    [Fact]
    public void Any_number_of_nodes_keeps_two_edges_each_strongest_first() =>
        Gen.Int[1, 6].SelectMany(nodes => Gen.Double[0, 1].Array[nodes * (nodes + 3) / 2 * 8]).Holds(weights =>
        {
            var cell = GenotypeDerivation.DeriveCell<double>(weights, multiplier: 1);
            Assert.Equal([cell.States - 1], cell.Concat);
            Assert.All(cell.Nodes, (node, i) =>
            {
                double Weight(GenotypeEdge edge) => weights[(i * (i + 3) / 2 + edge.Source) * 8 + Primitives.IndexOf(edge.Operation)];
                Assert.Equal(2, node.Count);
                Assert.True(Weight(node[0]) >= Weight(node[1]));
                Assert.NotEqual(node[0].Source, node[1].Source);
            });
        }, 200);

    [Fact]
    public void Weights_of_no_whole_cell_and_not_a_number_are_refused()
    {
        Assert.Throws<ArgumentException>(() => GenotypeDerivation.DeriveCell<float>(new float[13 * 8]));
        Assert.Throws<ArgumentException>(() => GenotypeDerivation.DeriveCell<float>([]));
        Assert.Throws<ArgumentException>(() => GenotypeDerivation.DeriveCell<float>(new float[14 * 8], multiplier: 5));
        Assert.Contains("diverged", Assert.Throws<ArgumentException>(() =>
            GenotypeDerivation.DeriveCell<float>([.. Enumerable.Repeat(float.NaN, 14 * 8)])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cell_refuses_edges_from_later_states_and_outputs_that_do_not_exist()
    {
        GenotypeEdge[] good = [new(Primitives.None, 0)], bad = [new(Primitives.None, 2)];
        Assert.Throws<ArgumentException>(() => new GenotypeCell([bad], GenotypeConcat.List(2)));
        Assert.Throws<ArgumentException>(() => new GenotypeCell([good], GenotypeConcat.List(3)));
        Assert.Throws<ArgumentException>(() => new GenotypeCell([], GenotypeConcat.List(0)));
        Assert.Throws<ArgumentException>(() => GenotypeConcat.List());
        Assert.Throws<ArgumentException>(() => GenotypeConcat.List(-1));
    }
}
