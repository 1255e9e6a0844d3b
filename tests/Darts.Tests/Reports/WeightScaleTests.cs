using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Reports;
using MIOpenDarts.Darts.Reports.Charts;

namespace MIOpenDarts.Darts.Tests.Reports;

public class WeightScaleTests
{
    public static TheoryData<string> Methods() => [.. SearchAlgorithm.All.Select(a => a.Name)];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Equal_alphas_of_any_method_have_no_colour(string method)
    {
        var uniform = WeightScale.Uniform(Start(method), 14);
        var scale = new WeightScale(uniform, [[.. uniform.Select(weight => new[] { weight, weight })]]);
        Assert.Equal(0, scale.Full);
        Assert.All(uniform.Index(), edge => Assert.Equal(0, scale.Depth(edge.Index, edge.Item)));
    }

    [Fact]
    public void Uniform_is_one_over_the_operations_one_half_of_a_sigmoid_and_shared_by_the_edges_into_a_node()
    {
        Assert.All(WeightScale.Uniform(Start("darts"), 14), weight => Assert.Equal(1.0 / 8, weight, 12));
        Assert.All(WeightScale.Uniform(Start("dr-nas"), 14), weight => Assert.Equal(1.0 / 7, weight, 12));
        Assert.All(WeightScale.Uniform(Start("fair-darts"), 14), weight => Assert.Equal(1.0 / 2, weight, 12));
        var partial = WeightScale.Uniform(Start("pc-darts"), 5);
        Assert.All(partial.Zip([16.0, 16, 24, 24, 24]), pair => Assert.Equal(1 / pair.Second, pair.First, 12));
        foreach (var start in new[] { SampleRun.Start(1), SampleRun.Start(1) with { Options = [new("algorithm", "of another version")] } })
            Assert.All(WeightScale.Uniform(start, 14), weight => Assert.Equal(1.0 / 8, weight, 12));
    }

    [Fact]
    public void A_young_search_uses_the_whole_range_on_both_sides()
    {
        var scale = new WeightScale([0.125, 0.125], [[[0.1251, 0.125], [0.1249, 0.125]]]);
        Assert.Equal(8e-4, scale.Full, 12);
        Assert.Equal(1, scale.Depth(0, 0.1251), 9);
        Assert.Equal(0, scale.Depth(0, 0.125));
        Assert.Equal(-1, scale.Depth(1, 0.1249), 9);
        Assert.NotEqual(WeightScale.Hue(1), WeightScale.Hue(-1));
        Assert.Equal("0.00", scale.Format);
        Assert.Contains("0.08 %", scale.Legend().ToString());
        Assert.Contains("12.5 %", scale.Legend().ToString());
    }

    [Fact]
    public void No_weight_is_further_below_uniform_than_by_all_of_it()
    {
        var legend = new WeightScale([0.125], [[[0.5, 0.01]]]).Legend().ToString();
        Assert.Contains("\u2212100 %", legend);
        Assert.Contains("+300 %", legend);
        Assert.Contains("opacity:0.33\"", legend);
    }

    [Fact]
    public void An_operation_out_of_the_race_and_what_is_no_number_have_no_colour_and_stretch_no_scale()
    {
        var scale = new WeightScale([0.25], [[[0, double.NaN, double.PositiveInfinity, 0.5]]]);
        Assert.Equal(1, scale.Full);
        Assert.Equal([0, 0, 0, 1], new[] { 0, double.NaN, double.PositiveInfinity, 0.5 }.Select(weight => scale.Depth(0, weight)));
    }

    [Fact]
    public void The_page_of_a_young_search_has_both_hues_at_full_depth_and_a_legend_of_the_range()
    {
        var record = SampleRun.Epoch(0, 1);
        double[][] young =
            [.. Enumerable.Range(0, 14).Select(edge =>
                Enumerable.Range(0, 8).Select(k => 0.125 * (1 + 0.002 * Math.Sin(edge + 8 * k))).ToArray())];
        young[3][2] = 0.125 * 1.004;
        young[4][5] = 0.125 * 0.996;
        var page = HtmlReport.Render(SearchHistory.From([
            SampleRun.Start(1),
            new EpochDone(1, record with { Normal = new(record.Normal.Alphas, young), Reduce = new(record.Reduce!.Alphas, young) })]));
        Assert.Contains("class=\"heat heat-below\" style=\"fill-opacity:1\"", page);
        Assert.Contains("class=\"heat heat-strongest\" style=\"fill-opacity:1\"", page);
        Assert.Contains("+0.4 %", page);
        Assert.Contains("12.55", page);
    }

    private static RunStarted Start(string method)
    {
        var paper = SearchAlgorithm.Find(method)!.Paper;
        return SampleRun.Start(1) with
        {
            Options = [new("algorithm", method), new("edge_normalization", paper.EdgeNormalization ? "true" : "false")],
        };
    }
}
