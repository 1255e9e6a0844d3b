using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Algorithms.DrNas;
using MIOpenDarts.Darts.Algorithms.FairDarts;
using MIOpenDarts.Darts.Algorithms.PcDarts;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Supernets;

namespace MIOpenDarts.Darts.Tests.Algorithms;

/// <summary>Hand-made cases of the rules that read a genotype.</summary>
public class GenotypeRuleTests
{
    private static readonly SearchSpace Space = new(Primitives.SearchSpace, 4, EdgeNormalization: true);

    [Fact]
    public void Edge_weights_are_softmaxed_among_the_edges_into_a_node_and_multiply_those_of_operations()
    {
        // Nodes with 2 and 3 edges. All operations of an edge are equal, so that each has 1/8.
        var architecture = new ArchitectureParameters<double>(5, Space);
        double[] betas = [Math.Log(1), Math.Log(3), Math.Log(1), Math.Log(2), Math.Log(5)];
        betas.CopyTo(architecture.Betas, 0);
        var scores = architecture.Scores();
        double[] expected = [1 / 4.0, 3 / 4.0, 1 / 8.0, 2 / 8.0, 5 / 8.0];
        for (var path = 0; path < scores.Length; path++) Assert.Equal(expected[path / 8] / 8, scores[path], 12);
    }

    [Fact]
    public void A_weak_edge_with_a_strong_operation_loses_against_a_strong_edge_with_a_weaker_one()
    {
        // Edges 0-3, 1-3, 2-3 of the second node: by alpha alone 0 and 1 would win.
        var architecture = new ArchitectureParameters<float>(5, Space);
        architecture.Alphas[architecture.Path(2, Primitives.SepConv3x3)] = 3;
        architecture.Alphas[architecture.Path(3, Primitives.SepConv5x5)] = 2;
        architecture.Alphas[architecture.Path(4, Primitives.SkipConnect)] = 1;
        Assert.Equal([0, 1], Node(architecture).Select(edge => edge.Source));
        architecture.Betas[2] = -5;
        Assert.Equal([new GenotypeEdge(Primitives.SepConv5x5, 1), new GenotypeEdge(Primitives.SkipConnect, 2)], Node(architecture));
    }

    [Fact]
    public void Fair_darts_reads_by_all_three_official_modes()
    {
        // One node, edges from 0 and 1; sigmoids of seven operations.
        float[] scores = [0.9f, 0.1f, 0.1f, 0.95f, 0.1f, 0.1f, 0.1f, 0.5f, 0.1f, 0.1f, 0.1f, 0.1f, 0.6f, 0.1f];
        var fair = new FairDartsAlgorithm();
        Assert.Equal("[('sep_conv_3x3', 0), ('dil_conv_3x3', 1)]", Read("darts"));
        Assert.Equal("[('sep_conv_3x3', 2, 0)]", Read("threshold_sparse"));
        // Both operations are on one edge, so they are written as the official pairs: two of a node.
        Assert.Equal("[('max_pool_3x3', 0), ('sep_conv_3x3', 0)]", Read("threshold_edge"));

        string Read(string rule)
        {
            var options = (fair.Paper with { Nodes = 1, Multiplier = 1 }).With(new FairDartsOptions { GenotypeRule = rule });
            var text = fair.Derive([scores, scores], options).ToString();
            return text["Genotype(normal=".Length..text.IndexOf(", normal_concat", StringComparison.Ordinal)];
        }
    }

    [Fact]
    public void The_alphas_rest_at_the_start_of_a_search_and_of_a_stage()
    {
        var pc = new PcDartsAlgorithm();
        Assert.Equal([false, true], new[] { 14, 15 }.Select(epoch => pc.MovesAlphas(pc.Paper, epoch)));
        var dr = new DrNasAlgorithm();
        Assert.Equal([false, true, true, false, false, true], new[]
            { 9, 10, 24, 25, 34, 35 }.Select(epoch => dr.MovesAlphas(dr.Paper, epoch)));
        Assert.Equal([0, 1], new[] { 24, 25 }.Select(epoch => dr.Stage(dr.Paper, epoch)));
        Assert.Equal((6, 4), (dr.Space(dr.Paper, 0).PartialChannels, dr.Space(dr.Paper, 1).PartialChannels));
    }

    private static IReadOnlyList<GenotypeEdge> Node(ArchitectureParameters<float> architecture) =>
        GenotypeDerivation.DeriveCell<float>(architecture.Scores(), Primitives.SearchSpace, 1).Nodes[1];
}
