using System.Text.RegularExpressions;
using System.Xml.Linq;
using CsCheck;
using MIOpenDarts.Darts.Reports.Cells;

namespace MIOpenDarts.Darts.Tests.Reports;

public class CellDrawingTests
{
    [Fact]
    public void A_drawing_is_well_formed_xml() =>
        SampleCells.Random.Holds(graph =>
        {
            var svg = XDocument.Parse(CellDrawing.Svg(graph, "random", CellDirection.TopToBottom));
            Assert.Equal(graph.Edges.Count, svg.Descendants().Count(element => (string?)element.Attribute("class") == "cell-operation"));
        }, 100);

    [Fact]
    public void A_name_and_its_index_are_one_word()
    {
        var svg = XDocument.Parse(CellDrawing.Svg(SampleCells.DartsV2Normal, "cell"));
        var words = svg.Descendants().Where(element => element.Name.LocalName == "text").Select(element => element.Value).ToList();
        Assert.Contains("ck\u22122", words);
        Assert.DoesNotContain(words, word => word.Any(char.IsWhiteSpace));
    }

    [Fact]
    public void Every_colour_of_a_drawing_is_defined_for_light_and_dark()
    {
        string[] names = [.. SampleCells.Operations, "identity", "nor_conv_1x1", "conv_7x1_1x7", "sep_conv_7x7", "unheard_of"];
        var graph = new CellGraph(1, [.. names.Select(name => new CellEdge(name, 0, 2))], [2]);
        var svg = CellDrawing.Svg(graph, "colours");
        foreach (Match use in Regex.Matches(svg, @"var\(--([a-z0-9-]+)\)"))
            Assert.Equal(2, Regex.Count(svg, $@"--{use.Groups[1].Value}:#"));
    }

    [Fact]
    public void Names_from_outside_cannot_break_a_drawing()
    {
        var graph = new CellGraph(1, [new("<script>\"&'\u0001", 0, 2)], [2]);
        var svg = XDocument.Parse(CellDrawing.Svg(graph, "</title><script>"));
        Assert.DoesNotContain(svg.Descendants(), element => element.Name.LocalName == "script");
    }

    [Theory]
    [InlineData(1, 0, 3, 2, "odd cell: x ends at state 3, which must be 2..2")]
    [InlineData(2, 3, 3, 2, "odd cell: x into state 3 starts at state 3, which must be 0..2")]
    [InlineData(2, 0, 2, 9, "odd cell: concat names state 9, which must be 0..3")]
    public void A_state_that_does_not_exist_is_named(int nodes, int source, int target, int concat, string message)
    {
        var graph = new CellGraph(nodes, [new("x", source, target)], [concat]);
        Assert.Equal(message, Assert.Throws<InvalidDataException>(() => CellDot.Write(graph, "odd")).Message);
        Assert.StartsWith("odd", Assert.Throws<InvalidDataException>(() => CellDrawing.Svg(graph, "odd")).Message);
    }

    [Fact]
    public void Dot_text_has_the_names_and_labels_that_papers_use()
    {
        var dot = CellDot.Write(SampleCells.DartsV2Normal, "normal");
        Assert.StartsWith("digraph \"normal\" {\n  rankdir=LR\n", dot);
        Assert.Contains("\"c_{k-2}\" -> \"0\" [label=\"sep_conv_3x3\" fillcolor=gray]", dot);
        Assert.Contains("\"0\" -> \"3\" [label=\"dil_conv_3x3\" fillcolor=gray]", dot);
        Assert.Contains("\"3\" -> \"c_{k}\" [fillcolor=gray]", dot);
        Assert.Contains("\"c_{k-1}\" [fillcolor=darkseagreen2]", dot);
        Assert.Equal(12, Regex.Count(dot, "->"));
    }

    [Fact]
    public void Dot_text_quotes_what_would_end_a_name()
    {
        var dot = CellDot.Write(new CellGraph(1, [new("a\"]; b\\", 0, 2)], [2]), "c\"d");
        Assert.Contains("digraph \"c\\\"d\"", dot);
        Assert.Contains("label=\"a\\\"]; b\\\\\"", dot);
    }

    [Fact]
    public void Edges_of_a_search_cell_come_in_the_official_order() =>
        Assert.Equal([(0, 2), (1, 2), (0, 3), (1, 3), (2, 3)], CellGraph.SearchEdges(5));
}
