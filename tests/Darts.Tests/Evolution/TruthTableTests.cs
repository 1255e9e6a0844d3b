using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Evaluation.NasBench201;
using MIOpenDarts.Darts.Evolution;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Spaces;

namespace MIOpenDarts.Darts.Tests.Evolution;

/// <summary>What follows from the tables exactly: fronts, hypervolumes, optima under a limit.</summary>
public sealed class TruthTableTests : IDisposable
{
    private static readonly TruthTable Macro = TruthTable.Read(
        Path.Combine(AppContext.BaseDirectory, "truth", "nas-bench-macro.tsv.gz"));

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
    public void Counted_arithmetic_and_error_have_a_known_front()
    {
        var all = CellTable.Truth.Networks.Select(cell => new[] { MillionMacs(cell), CellTable.Error(cell) }).ToList();
        Assert.Equal(14, Front(all).Count);
        Assert.Equal(1, Hypervolume.Of(all, [220.11969, 100]) / 19869.753410, 1e-6);
    }

    [Theory]
    [InlineData("fpga_ms", 148299.627731)]
    [InlineData("raspi4_ms", 1906814.424917)]
    public void Error_arithmetic_and_latency_have_a_known_hypervolume(string cost, double volume)
    {
        var all = CellTable.Truth.Networks
            .Select(cell => new[] { CellTable.Error(cell), MillionMacs(cell), CellTable.Value(cell, cost) }).ToList();
        Assert.Equal(1, Hypervolume.Of(all, [100, 220.11969, all.Max(p => p[2])]) / volume, 1e-6);
    }

    [Fact]
    public void Macro_networks_have_a_known_front()
    {
        var all = Macro.Networks.Select(net => new[] { Macro.Value(net, "macs") / 1e6, 100 - Macro.Value(net, "mean") }).ToList();
        Assert.Equal((6561, 35), (all.Count, Front(all).Count));
        Assert.Equal(1, Hypervolume.Of(all, [105.660928, 100]) / 8666.688541, 1e-6);
    }

    [Fact]
    public void Sizes_of_macro_networks_follow_from_their_digits()
    {
        foreach (var net in Macro.Networks)
            Assert.Equal(MacroSize(net), ((long)Macro.Value(net, "params"), (long)Macro.Value(net, "macs")));
        Assert.Equal((2_932_586, 105_660_928), MacroSize("22222222"));
        Assert.Equal(90.2466, Macro.Column("mean").Average(), 1e-4);
        Assert.Equal("22212220", Macro.Networks.MaxBy(net => Macro.Value(net, "mean")));
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

    private static double MillionMacs(string cell) => NasBench201Size.From(
        NasBench201Cell.From([.. cell.Select(digit => CellSpace.NasBench201.Candidates[digit - '0'])]),
        new NasBench201Shape(new ImageTask(3, 32, 32, 10))).MultiplyAdds / 1e6;

    // Su et al. 2021: a 3x3 stem of 32 channels, stages of 2, 3 and 3 layers that halve and double at their first, 1x1 to 1280, classifier.
    // A digit is an identity (a 1x1 where the shape changes) or an inverted bottleneck of 3x3 and expansion 3, or of 5x5 and expansion 6.
    private static (long Parameters, long MultiplyAdds) MacroSize(string digits)
    {
        long channels = 32, pixels = 32 * 32, parameters = 27 * channels + 2 * channels, macs = 27 * channels * pixels;
        for (var layer = 0; layer < digits.Length; layer++)
        {
            var halves = layer is 0 or 2 or 5;
            long before = channels, wide = pixels;
            if (halves) (channels, pixels) = (2 * channels, pixels / 4);
            if (digits[layer] == '0')
            {
                if (halves) Add(before * channels, channels, pixels);
                continue;
            }

            var (kernel, inner) = digits[layer] == '1' ? (9, 3 * before) : (25, 6 * before);
            Add(before * inner, inner, wide);
            Add(kernel * inner, inner, pixels);
            Add(inner * channels, channels, pixels);
        }

        Add(channels * 1280, 1280, pixels);
        return (parameters + 1280 * 10 + 10, macs + 1280 * 10);

        void Add(long filters, long norm, long positions)
        {
            parameters += filters + 2 * norm;
            macs += filters * positions;
        }
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
