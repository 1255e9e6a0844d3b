using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Tests.Genotypes;

public sealed class GenotypeDialectTests
{
    private const string Official =
        "Genotype(normal=[('sep_conv_3x3', 0), ('skip_connect', 1), ('dil_conv_5x5', 2), ('avg_pool_3x3', 0)], normal_concat=range(2, 4), "
        + "reduce=[('max_pool_3x3', 1), ('max_pool_3x3', 0), ('none', 2), ('sep_conv_7x7', 1)], reduce_concat=[3, 2])";

    [Fact]
    public void The_official_text_is_read_and_printed_byte_for_byte()
    {
        var genotype = Genotype.Parse(Official);
        Assert.Equal(Official, genotype.ToString());
        Assert.Equal(new GenotypeEdge(Primitives.DilConv5x5, 2), genotype.Normal.Nodes[1][0]);
        Assert.Equal([3, 2], genotype.Reduce.Concat);
    }

    [Theory]
    [InlineData("DARTS = Genotype(\n  normal = [\n    (\"sep_conv_3x3\", 0), # first\n ('skip_connect', 1,), ['dil_conv_5x5', 2], " +
        "('avg_pool_3x3', 0),\n  ],\n normal_concat = (2, 3,), reduce=(('max_pool_3x3', 1), ('max_pool_3x3', 0), ('none', 2), " +
        "('sep_conv_7x7', 1)), reduce_concat=[3, 2],\n)\n")]
    [InlineData("# best\nGenotype([('sep_conv_3x3', 0), ('skip_connect', 1), ('dil_conv_5x5', 2), ('avg_pool_3x3', 0)], range(2, 4), " +
        "[('max_pool_3x3', 1), ('max_pool_3x3', 0), ('none', 2), ('sep_conv_7x7', 1)], [3, 2])")]
    [InlineData("Genotype(normal=[[('sep_conv_3x3', 0), ('skip_connect', 1)], [('dil_conv_5x5', 2), ('avg_pool_3x3', 0)]], " +
        "normal_concat=range(2, 4), reduce=((('max_pool_3x3', 1), ('max_pool_3x3', 0)), (('none', 2), ('sep_conv_7x7', 1))), " +
        "reduce_concat=[3, 2], connectN=None, connects=None)")]
    [InlineData("Genotype(normal=[('sep_conv_3x3', 2, 0), ('skip_connect', 2, 1), ('dil_conv_5x5', 3, 2), ('avg_pool_3x3', 3, 0)], " +
        "normal_concat=range(2, 4), reduce=[('max_pool_3x3', 2, 1), ('none', 3, 2), ('max_pool_3x3', 2, 0), ('sep_conv_7x7', 3, 1)], " +
        "reduce_concat=[3, 2])")]
    public void Other_spellings_nested_lists_and_triples_mean_the_same(string text) =>
        Assert.Equal(Genotype.Parse(Official), Genotype.Parse(text));

    [Fact]
    public void Triples_keep_nodes_without_edges_and_print_as_triples()
    {
        const string text = "Genotype(normal=[('sep_conv_3x3', 2, 0), ('max_pool_3x3', 4, 0)], normal_concat=range(2, 6), "
            + "reduce=[('skip_connect', 2, 0), ('skip_connect', 2, 1)], reduce_concat=range(2, 3))";
        var genotype = Genotype.Parse(text);
        Assert.Equal([1, 0, 1, 0], genotype.Normal.Nodes.Select(node => node.Count));
        Assert.Equal(text.Replace("2, 0), ('skip_connect', 2, 1)", "0), ('skip_connect', 1)", StringComparison.Ordinal),
            genotype.ToString());
        Assert.Equal(genotype, Genotype.Parse(genotype.ToString()));
    }

    [Theory]
    [InlineData("Genotype(normal=[('sep_conv_3x4', 0)",
        "line 1, column 19: found 'sep_conv_3x4', expected an operation of none, max_pool_3x3")]
    [InlineData("Genotype(normal=[('sep_conv_3x3', 2), ('skip_connect', 1)], normal_concat=[2], reduce=[], reduce_concat=[2])",
        "column 35: found '2', expected a state from 0 to 1, before state 2")]
    [InlineData("Genotype(normal=[('sep_conv_3x3', -1), ('skip_connect', 1)], normal_concat=[2], reduce=[], reduce_concat=[2])",
        "found '-1', expected a state from 0 to 1")]
    [InlineData("Genotype(normal=[('sep_conv_3x3', 0.5)", "found '0.5', expected the number of a state")]
    [InlineData("Genotype(normal=[('sep_conv_3x3', 0)], normal_concat=[2], reduce=[], reduce_concat=[2])",
        "two edges for each node; there are 1 edges")]
    [InlineData("Genotype(normal=[], normal_concat=[2], reduce=[], reduce_concat=[2])",
        "the normal cell has no edge that leads to its output normal_concat=[2]; it needs at least one edge")]
    [InlineData("Genotype(normal=[('none', 0), ('none', 1)], normal_concat=range(2, 6), reduce=[('none', 0), ('none', 1)], " +
        "reduce_concat=[2])", "enough nodes for the concatenation range(2, 6)")]
    [InlineData("Genotype(normal=[('none', 0), ('none', 1)], normal_concat=range(2, 2)", "range(2, 2) holds no state")]
    [InlineData("Genotype(normal=[('none', 0), ('none', 1)], normal_concat=range(2, 2000000000)", "ends beyond state 1000")]
    [InlineData("Genotype(normal=[('none', 0), ('none', 1)], normal_concat=[2, 2]", "a state occurs twice")]
    [InlineData("Genotype(normal=[('none', 0), ('none', 2, 1)]", "as many members as the edges before it")]
    [InlineData("Genotype(normal=[('none', 0), [('none', 1)]]", "an edge, like the items before it")]
    [InlineData("Genotype(normal=[('none', 0), ('none', 1)], normal=",
        "line 1, column 45: found 'normal', expected a field that was not given yet")]
    [InlineData("Genotype(normal=[('none', 0), ('none', 1)], normal_concat=[2])", "all of the fields")]
    [InlineData("Genotype(normal=__import__('os').system('rm'))", "found '__import__', expected a list of edges")]
    [InlineData("Genotype(normal=[\n  ('none, 0)",
        "line 2, column 4: found 'none, 0)', expected a string that ends and has no escapes, or")]
    [InlineData("Genotype(normal=[('none', 1, 0), ('none', 2, 1)], normal_concat=[2], reduce=[], reduce_concat=[2])",
        "a target from 2; the edge enters state 1")]
    [InlineData("Genotype(normal=[('none', 2000000000, 0)], normal_concat=[2], reduce=[], reduce_concat=[2])", "at most 1000 states")]
    [InlineData("Genotype(", "found the end of the text, expected a list of edges")]
    [InlineData("Genotype", "found the end of the text, expected '('")]
    [InlineData("", "the text is empty")]
    public void A_malformed_text_names_place_token_and_expectation(string text, string expected)
    {
        var error = Assert.Throws<GenotypeFormatException>(() => Genotype.Parse(text));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_text_cut_anywhere_is_refused_and_never_crashes()
    {
        for (var length = 0; length < Official.Length; length++)
            Assert.Throws<GenotypeFormatException>(() => Genotype.Parse(Official[..length]));
    }

    [Fact]
    public void Equality_ignores_how_the_concatenation_was_written()
    {
        var range = Genotype.Parse(Official);
        var list = Genotype.Parse(Official.Replace("range(2, 4)", "[2, 3]", StringComparison.Ordinal));
        Assert.Equal(range, list);
        Assert.Equal(range.GetHashCode(), list.GetHashCode());
        Assert.NotEqual(range, Genotype.Parse(Official.Replace("'skip_connect', 1", "'skip_connect', 0", StringComparison.Ordinal)));
        Assert.Contains("normal_concat=[2, 3]", list.ToString(), StringComparison.Ordinal);
    }
}
