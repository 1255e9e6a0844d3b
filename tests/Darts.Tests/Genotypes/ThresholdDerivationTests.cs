using MIOpenDarts.Darts.Algorithms.FairDarts;
using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Tests.Genotypes;

public class ThresholdDerivationTests
{
    private static readonly Primitive[] Three = [Primitives.MaxPool3x3, Primitives.SkipConnect, Primitives.SepConv3x3];

    // Two nodes: edges 0-2, 1-2, 0-3, 1-3, 2-3.
    private static readonly double[] Weights =
    [
        0.90, 0.10, 0.95,
        0.20, 0.86, 0.30,
        0.99, 0.10, 0.20,
        0.50, 0.84, 0.30,
        0.10, 0.88, 0.87,
    ];

    [Fact]
    public void Sparse_keeps_the_strongest_operation_of_the_two_strongest_edges()
    {
        var (cell, tookStrongest) = ThresholdDerivation.DeriveCell<double>(Weights, Three, 0.85, ThresholdMode.Sparse, 2);
        Assert.False(tookStrongest);
        Assert.Equal([new(Primitives.SepConv3x3, 0), new(Primitives.SkipConnect, 1)], cell.Nodes[0]);
        Assert.Equal([new(Primitives.MaxPool3x3, 0), new(Primitives.SkipConnect, 2)], cell.Nodes[1]);
    }

    [Fact]
    public void Edge_keeps_up_to_two_operations_of_every_edge_the_weaker_first()
    {
        var (cell, tookStrongest) = ThresholdDerivation.DeriveCell<double>(Weights, Three, 0.85, ThresholdMode.Edge, 2);
        Assert.False(tookStrongest);
        Assert.Equal([new(Primitives.MaxPool3x3, 0), new(Primitives.SepConv3x3, 0), new(Primitives.SkipConnect, 1)], cell.Nodes[0]);
        Assert.Equal([new(Primitives.MaxPool3x3, 0), new(Primitives.SepConv3x3, 2), new(Primitives.SkipConnect, 2)], cell.Nodes[1]);
    }

    [Theory]
    [InlineData(ThresholdMode.Sparse)]
    [InlineData(ThresholdMode.Edge)]
    public void A_threshold_above_all_takes_the_strongest_edges_as_darts_does(ThresholdMode mode)
    {
        var (cell, tookStrongest) = ThresholdDerivation.DeriveCell<double>(Weights, Three, 0.995, mode, 2);
        Assert.True(tookStrongest);
        Assert.Equal(GenotypeDerivation.DeriveCell<double>(Weights, Three, 2), cell);
        Assert.All(cell.Nodes, node => Assert.Equal(2, node.Count));
    }

    [Fact]
    public void A_node_that_nothing_over_the_threshold_enters_stays_empty_where_another_makes_the_output()
    {
        var (cell, tookStrongest) = ThresholdDerivation.DeriveCell<double>(Weights, Three, 0.96, ThresholdMode.Sparse, 2);
        Assert.False(tookStrongest);
        Assert.Equal([0, 1], cell.Nodes.Select(node => node.Count));
        Assert.Equal([true, true, false, true], cell.Carries);
    }

    [Fact]
    public void What_reaches_the_threshold_but_not_the_output_is_no_cell()
    {
        double[] weights = [0.99, 0.1, 0.2, .. Weights[3..6], .. Weights[9..15], .. Weights[9..12]];
        var (cell, tookStrongest) = ThresholdDerivation.DeriveCell<double>(weights, Three, 0.95, ThresholdMode.Sparse, 1);
        Assert.True(tookStrongest);
        Assert.True(cell.HasOutput);
    }

    [Fact]
    public void None_is_never_taken_and_a_weight_that_is_not_a_number_is_refused()
    {
        Primitive[] withNone = [Primitives.None, Primitives.SkipConnect, Primitives.SepConv3x3];
        var cell = ThresholdDerivation.DeriveCell<float>([.. Weights.Select(w => (float)w)], withNone, 0.85, ThresholdMode.Edge, 2).Cell;
        Assert.DoesNotContain(cell.Edges, item => item.Edge.Operation == Primitives.None);
        Assert.Throws<ArgumentException>(() =>
            ThresholdDerivation.DeriveCell<double>([.. Weights[..14], double.NaN], Three, 0.85, ThresholdMode.Edge, 2));
        Assert.Throws<ArgumentException>(() =>
            ThresholdDerivation.DeriveCell<double>(Weights.AsSpan(0, 9), Three, 0.85, ThresholdMode.Edge, 2));
    }
}
