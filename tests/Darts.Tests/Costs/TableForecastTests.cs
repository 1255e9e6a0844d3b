using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Costs.Steps;
using MIOpenDarts.Darts.Costs.Tables;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Evaluation.NasBench201;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Supernets;

namespace MIOpenDarts.Darts.Tests.Costs;

/// <summary>Steps as sums of the tables that the program carries.</summary>
public class TableForecastTests
{
    private const string Card = "rx580";
    private const double LaunchMilliseconds = 0.005;

    // Times of tables are rounded to a nanosecond, and a network has some hundred parts.
    private const double Rounding = 1e-3;

    private static IReadOnlyList<NetworkPart> DartsV2 { get; } =
        [.. PublishedNetworks.Cifar10.Parts(GenotypeReader.Resolve("DARTS_V2"))];

    [Theory]
    [InlineData(1)]
    [InlineData(32)]
    [InlineData(64)]
    public void A_batch_that_has_a_table_takes_what_the_table_says(int batch)
    {
        foreach (var mode in new[] { "inference", "training" })
        {
            var forecast = TableForecast.From(Card, mode, batch)!;
            var table = Assert.Single(forecast.Tables);
            Assert.Equal($"{Card}-b{batch}-{mode}", table.Name);
            Assert.Equal(LaunchMilliseconds, forecast.LaunchMilliseconds, 1e-6);
            Assert.Equal(DartsV2.Sum(CostName.Open($"latency:{table.Name}").Of), All(forecast, passes: 1), Rounding);
            Assert.Equal(2 * All(forecast, passes: 1), All(forecast, passes: 2), Rounding);
        }
    }

    [Fact]
    public void A_batch_between_two_tables_or_beyond_the_largest_lies_on_the_line_through_both()
    {
        var (least, middle, most) = (Kernels(32), Kernels(48), Kernels(64));
        Assert.Equal((least + most) / 2, middle, Rounding);
        Assert.Equal(most + (most - least) / 2, Kernels(80), Rounding);
        Assert.Equal(
            ["rx580-b32-training", "rx580-b64-training"], TableForecast.From(Card, "training", 80)!.Tables.Select(table => table.Name));
        Assert.InRange(Kernels(2), Kernels(1), least);

        static double Kernels(int batch) =>
            TableForecast.From(Card, "training", batch)!.Sum(DartsV2, passes: 1).Sum(row => row.Milliseconds);
    }

    [Fact]
    public void A_card_without_tables_and_a_part_that_no_table_has_are_told()
    {
        Assert.Null(TableForecast.From("vega10", "training", 64));
        var forecast = TableForecast.From(Card, "training", 64)!;
        Assert.Null(forecast.Missing(DartsV2));
        var narrow = new NetworkPart("sep_conv_3x3", 24, 24, 32, 32, 1);
        Assert.Equal(narrow, forecast.Missing([.. DartsV2, narrow]));
    }

    [Fact]
    public void A_supernet_has_every_operation_on_every_edge_and_all_of_them_are_added_up()
    {
        List<NetworkPart> parts = [.. SupernetParts.From(new SupernetShape(3, 32, 32, 10, 16, 8), CellSpace.Darts.Candidates)];
        const int cells = 8, edges = 14, operations = 7, nodes = 4;
        foreach (var operation in CellSpace.Darts.Operations) Assert.Equal(cells * edges, parts.Count(part => part.Name == operation.Name));
        Assert.Equal(cells * (edges * operations - nodes), parts.Count(part => part.Name == NetworkPart.Sum));
        Assert.Equal(cells * 2, parts.Count(part => part.Name is NetworkPart.Preprocess or NetworkPart.PreprocessReduce));
        Assert.DoesNotContain(parts, part => part.IsZero);
        Assert.Null(TableForecast.From(Card, "training", 64)!.Missing(parts));
    }

    [Fact]
    public void So_has_a_supernet_of_nas_bench_201()
    {
        List<NetworkPart> parts = [.. SupernetParts.From(new NasBench201Shape(new ImageTask(3, 32, 32, 10)))];
        const int cells = 15, edges = 6, operations = 4, nodes = 3;
        foreach (var operation in CellSpace.NasBench201.Operations)
            Assert.Equal(cells * edges, parts.Count(part => part.Name == operation.Name));
        Assert.Equal(cells * (edges * operations - nodes), parts.Count(part => part.Name == NetworkPart.Sum));
        Assert.Equal(1, parts.Count(part => part.Name == NetworkPart.Stem));
        Assert.Equal(2, parts.Count(part => part.Name == NetworkPart.ResidualReduce));
        Assert.Null(TableForecast.From(Card, "training", 64)!.Missing(parts));
    }

    private static double All(TableForecast forecast, int passes) =>
        forecast.Sum(DartsV2, passes).Sum(row => row.Milliseconds + row.Launches * forecast.LaunchMilliseconds);
}
