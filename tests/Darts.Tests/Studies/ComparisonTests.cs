using MIOpenDarts.Darts.Studies.Comparison;
using MIOpenDarts.Darts.Tests.Reports;

namespace MIOpenDarts.Darts.Tests.Studies;

public class ComparisonTests
{
    [Fact]
    public void Seeds_of_one_network_are_one_row_with_mean_and_deviation()
    {
        var table = ComparisonTable.Create([Run("a", 90), Run("b", 95), Run("a", 92), Run("a", 94)], [Search("found", "a", 120)]);
        Assert.Equal(["b", "found"], table.Rows.Select(row => row.Method));
        var row = table.Rows[1];
        Assert.Equal((3, 92.0, 2.0, 120.0, 4000.0),
            (row.Runs.Count, row.Accuracy, row.Deviation!.Value, row.SearchSeconds!.Value, row.Bytes));
        Assert.Null(table.Rows[0].Deviation);
    }

    [Fact]
    public void Another_recipe_is_another_row() =>
        Assert.Equal(2, ComparisonTable.Create([Run("a", 90), Run("a", 90) with { Recipe = "epochs 2" }], []).Rows.Count);

    [Fact]
    public void What_searches_that_differ_in_their_seed_found_is_one_row()
    {
        var table = ComparisonTable.Create(
            [Run("a", 90), Run("b", 94) with { Method = "genotype", Parameters = 2000 }, Run("c", 80) with { Method = "genotype" }],
            [Search("one", "a", 10), Search("two", "b", 30), Search("three", "c", 50) with { Recipe = "nodes 3" }]);
        Assert.Equal(["random, 2 searches", "three"], table.Rows.Select(row => row.Method));
        Assert.Equal((2, 92.0, 1500.0, 20.0),
            (table.Rows[0].Runs.Count, table.Rows[0].Accuracy, table.Rows[0].Parameters, table.Rows[0].SearchSeconds!.Value));
        Assert.Contains("<pre>a\nb</pre>", table.ToHtml());
    }

    [Fact]
    public void Text_CSV_and_HTML_have_the_numbers()
    {
        var table = ComparisonTable.Create([Run("x, \"y\"", 91.256)], []);
        Assert.Contains("91.26", table.ToText());
        Assert.Equal("method,seeds,epochs,parameters,M multiply-adds,MiB,search s,training s,images/s,test accuracy %,± sd", table.ToCsv()
            .Split("\r\n")[0]);
        Assert.StartsWith("\"x, \"\"y\"\"\",1,3,1000,2.0,0.00,,60,500,91.26,", table.ToCsv().Split("\r\n")[1]);
        Assert.Contains("<td>91.26</td>", table.ToHtml());
        Assert.Contains("x, &quot;y&quot;", table.ToHtml());
    }

    [Fact]
    public void A_cost_is_a_column_with_the_mean_over_seeds_and_without_a_number_where_one_has_none()
    {
        var table = ComparisonTable.Create(
            [
                Run("a", 90) with { Costs = [1, 0.5] }, Run("a", 92) with { Costs = [2, 0.5] }, Run("b", 80) with { Costs = [null, 7] },
            ],
            [], "macs", "latency:t");
        var lines = table.ToCsv().Split("\r\n");
        Assert.EndsWith(",± sd,macs,latency:t", lines[0], StringComparison.Ordinal);
        Assert.EndsWith(",91.00,1.41,1.5,0.5", lines[1], StringComparison.Ordinal);
        Assert.EndsWith(",80.00,,n/a,7", lines[2], StringComparison.Ordinal);
        Assert.Contains("<th>latency:t</th>", table.ToHtml());
        Assert.EndsWith("latency:t", table.ToText().Split('\n')[0].TrimEnd(), StringComparison.Ordinal);
    }

    private static SearchSummary Search(string name, string genotype, double seconds) => new(name, "random", "nodes 4", genotype, seconds);

    private static RunSummary Run(string network, double accuracy) =>
        new(network == "a" ? "genotype" : network, network, "epochs 3", 1000, 2_000_000, 3, accuracy, 500, 60);
}
