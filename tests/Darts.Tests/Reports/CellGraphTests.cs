using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Reports.Cells;

namespace MIOpenDarts.Darts.Tests.Reports;

/// <summary>A drawing shows what a network computes.</summary>
public sealed class CellGraphTests
{
    [Fact]
    public void A_node_without_edges_feeds_neither_the_output_nor_another_node()
    {
        // Node 1 of FairDARTS_c has no edges, and node 3 reads it.
        var graph = CellGraph.From(NamedGenotypes.Get("FairDARTS_c").Normal);
        Assert.Equal([2, 4, 5], graph.Concat);
        Assert.DoesNotContain(graph.Edges, edge => edge.Source == 3 || edge.Target == 3);
        Assert.Equal(["sep_conv_3x3"], graph.Edges.Where(edge => edge.Target == 5).Select(edge => edge.Operation));
        var lines = CellDot.Write(graph, "normal").Split('\n').Where(line => line.Contains("\"1\"", StringComparison.Ordinal)).ToList();
        Assert.Equal("  \"1\" [fillcolor=white style=\"filled,dashed\"]", Assert.Single(lines));
        Assert.Single(CellDrawing.Svg(graph, "normal").Split("cell-unused\">").Skip(1));
    }

    [Fact]
    public void A_node_that_only_empty_nodes_lead_to_is_empty_too()
    {
        var cell = new GenotypeCell([[new(Primitives.SkipConnect, 0)], [], [new(Primitives.SkipConnect, 3)]], GenotypeConcat.Range(2, 5));
        Assert.Equal([true, true, true, false, false], cell.Carries);
        Assert.Equal([2], CellGraph.From(cell).Concat);
    }

    [Fact]
    public void A_cell_whose_nodes_all_have_edges_is_drawn_whole()
    {
        foreach (var name in new[] { "DARTS_V2", "FairDARTS_d", "NASNet" })
        {
            var cell = NamedGenotypes.Get(name).Normal;
            Assert.Equal(cell.Edges.Count(), CellGraph.From(cell).Edges.Count);
            Assert.Equal(cell.Concat, CellGraph.From(cell).Concat);
        }
    }
}
