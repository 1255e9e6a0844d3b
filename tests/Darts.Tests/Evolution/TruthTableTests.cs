using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Evolution;

namespace MIOpenDarts.Darts.Tests.Evolution;

/// <summary>What follows from the tables exactly: fronts, hypervolumes, optima under a limit.</summary>
public sealed class TruthTableTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    public static TheoryData<string, int, double> Fronts => new()
    {
        { "fpga_ms", 13, 702.734597 }, { "raspi4_ms", 43, 9039.472904 }, { "pixel3_ms", 43, 3353.195782 }, { "eyeriss_ms", 16, 826.909852 },
    };

    public static TheoryData<string, double, string> Optima => new()
    {
        { "fpga_ms", 1.5, "001110" }, { "fpga_ms", 2, "111210" }, { "fpga_ms", 3, "031112" }, { "fpga_ms", 4, "303101" },
        { "fpga_ms", 5, "223103" },
        { "raspi4_ms", 10, "020142" }, { "raspi4_ms", 20, "103102" }, { "raspi4_ms", 30, "321122" }, { "raspi4_ms", 40, "203132" },
        { "gold_6226_ms", 5, "111112" }, { "gold_6226_ms", 8, "311021" }, { "gold_6226_ms", 11, "313021" },
        { "gold_6226_ms", 14, "334132" },
    };

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void It_knows_every_cell_of_the_space()
    {
        Assert.Equal(15_625, CellTable.Truth.Networks.Distinct().Count());
        Assert.Equal((85.8633, 63.364, 2.57296),
            (CellTable.Truth.Value("421211", "cifar10"), CellTable.Truth.Value("421211", "cifar10_valid_12_epochs"),
            CellTable.Truth.Value("421211", "fpga_ms")));
        Assert.Equal(87.0629, CellTable.Truth.Column("cifar10").Average(), 1e-4);
        Assert.Equal([8698, 13_938], new[] { 90, 80 }.Select(least => CellTable.Truth.Column("cifar10").Count(a => a >= least)));
        // Of one device at two batches, beside another device: published to two digits.
        Assert.Equal(0.65, RankCorrelation.Spearman(CellTable.Truth.Column("1080ti_1_ms"), CellTable.Truth.Column("raspi4_ms")), 5e-3);
        Assert.Equal(0.73, RankCorrelation.Spearman(CellTable.Truth.Column("1080ti_256_ms"), CellTable.Truth.Column("raspi4_ms")), 5e-3);
    }

    [Theory]
    [MemberData(nameof(Fronts))]
    public void Cost_and_error_have_a_known_front(string cost, int points, double volume)
    {
        var all = CellTable.Truth.Networks.Select(cell => new[] { CellTable.Value(cell, cost), CellTable.Error(cell) }).ToList();
        Assert.Equal(points, Front(all).Count);
        Assert.Equal(1, Hypervolume.Of(all, [all.Max(p => p[0]), 100]) / volume, 1e-6);
    }

    [Fact]
    public void Macro_networks_have_a_known_front()
    {
        var table = TruthTable.Read(Path.Combine(AppContext.BaseDirectory, "truth", "nas-bench-macro.tsv.gz"));
        var all = table.Networks.Select(net => new[] { table.Value(net, "macs") / 1e6, 100 - table.Value(net, "mean") }).ToList();
        Assert.Equal((6561, 35), (all.Count, Front(all).Count));
        Assert.Equal(1, Hypervolume.Of(all, [105.660928, 100]) / 8666.688541, 1e-6);
    }

    [Theory]
    [MemberData(nameof(Optima))]
    public void The_best_cell_within_a_limit_is_known(string cost, double limit, string cell)
    {
        var allowed = CellTable.Truth.Networks.Where(c => CellTable.Truth.Value(c, cost) <= limit);
        Assert.Equal(CellTable.Error(cell), allowed.Min(CellTable.Error));
        Assert.True(CellTable.Truth.Value(cell, cost) <= limit);
    }

    [Theory]
    [InlineData("", "first line")]
    [InlineData("net\n", "first line")]
    [InlineData("net\tx\tx\n", "first line")]
    [InlineData("net\tx\na\t1\nb\n", "line 3: has 1 columns")]
    [InlineData("net\tx\na\t1\na\t2\n", "line 3: names a again")]
    [InlineData("net\tx\na\tmany\n", "line 2: has many for x")]
    public void A_damaged_file_is_refused_with_its_line(string text, string problem)
    {
        var file = Path.Combine(folder, "table.tsv");
        File.WriteAllText(file, text);
        var message = Assert.Throws<InvalidDataException>(() => TruthTable.Read(file)).Message;
        Assert.StartsWith(file, message, StringComparison.Ordinal);
        Assert.Contains(problem, message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_table_does_not_know_is_named()
    {
        Assert.Contains("it has cifar10, ", Assert.Throws<InvalidDataException>(() => CellTable.Truth.Column("cifar11")).Message,
            StringComparison.Ordinal);
        Assert.Contains("999999", Assert.Throws<InvalidDataException>(() => CellTable.Truth.Value("999999", "cifar10")).Message,
            StringComparison.Ordinal);
    }

    // Distinct points that no other dominates, found by a sweep, which the sorting is compared with elsewhere.
    private static List<double[]> Front(IEnumerable<double[]> all)
    {
        var front = new List<double[]>();
        foreach (var p in all.OrderBy(p => p[0]).ThenBy(p => p[1]))
            if (front.Count == 0 || p[1] < front[^1][1]) front.Add(p);
        return front;
    }
}
