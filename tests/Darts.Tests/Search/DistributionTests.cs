using System.Text.Json;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Tests.Goldens;
using MIOpenDarts.Layers.Backends.Cpu;

namespace MIOpenDarts.Darts.Tests.Search;

/// <summary>
/// Where whole searches end. Rounding alone moves the accuracy of one by points, so that several seeds are held against a recorded
/// distribution: their mean lies within t·s·√(1/n + 1/m) of the mean of m recorded runs with standard deviation s, where t is Student's
/// quantile of 99.9 % on two sides.
/// </summary>
public class DistributionTests
{
    // Of one to fifteen degrees of freedom.
    private static readonly double[] Quantiles =
        [636.62, 31.599, 12.924, 8.610, 6.869, 5.959, 5.408, 5.041, 4.781, 4.587, 4.437, 4.318, 4.221, 4.140, 4.073];

    /// <summary>The official code's settings and halves of the images, our initial weights and batches.</summary>
    [Fact]
    [Trait("Category", "long")]
    public void Five_seeds_end_where_the_official_code_ends()
    {
        var options = new SearchOptions { InitChannels = 8, Layers = 5, BatchSize = 64, Epochs = 5, Augment = false, DataWorkers = 1 };
        var data = DataSource.Open(DataSource.FashionMnistSlice);
        var encoder = new ImageEncoder(data.Train, data.Normalization, greyToRgb: true);
        var train = new SearchImages(encoder, [.. Enumerable.Range(0, 2000)]);
        var valid = new SearchImages(encoder, [.. Enumerable.Range(2000, 2000)]);
        AssertWithin("fashion_official.json", 5, seed => Accuracy(train, valid, options with { Seed = seed }));
    }

    /// <summary>A small network, so that a change of what is learned shows in a minute.</summary>
    [Fact]
    [Trait("Category", "slow")]
    public void Three_seeds_of_a_small_search_end_where_ours_ended()
    {
        var options = new SearchOptions
        { InitChannels = 4, Layers = 3, Nodes = 2, Multiplier = 2, BatchSize = 64, Epochs = 4, Augment = false, DataWorkers = 1 };
        var data = DataSource.Open(DataSource.FashionMnistSlice);
        AssertWithin("fashion_small.json", 3, seed =>
        {
            var (train, valid) = SearchImages.Split(data, options with { Seed = seed });
            return Accuracy(train, valid, options with { Seed = seed });
        });
    }

    private static double Accuracy(SearchImages train, SearchImages valid, SearchOptions options)
    {
        using var backend = CpuBackend.Create();
        return DartsSearch.Run(train, valid, options, backend).ValidAccuracy;
    }

    // Seeds that were not recorded, so that they are another sample of the same distribution.
    private static void AssertWithin(string file, int seeds, Func<ulong, double> run)
    {
        using var recorded = JsonDocument.Parse(File.ReadAllText(GoldenFiles.Named(file).First()));
        var theirs = recorded.RootElement.GetProperty("runs").EnumerateArray()
            .Select(r => r.GetProperty("valid_acc").EnumerateArray().Last().GetDouble()).ToArray();
        Assert.InRange(theirs.Length, 5, Quantiles.Length + 1);
        var mean = theirs.Average();
        var deviation = Math.Sqrt(theirs.Sum(a => (a - mean) * (a - mean)) / (theirs.Length - 1));
        var distance = Quantiles[theirs.Length - 2] * deviation * Math.Sqrt(1.0 / seeds + 1.0 / theirs.Length);
        var ours = Enumerable.Range(0, seeds).Select(i => run((ulong)(101 + i))).ToArray();
        TestContext.Current.SendDiagnosticMessage(
            $"{string.Join(", ", ours)}; mean of {mean - distance:F2} to {mean + distance:F2} allowed");
        Assert.True(Math.Abs(ours.Average() - mean) <= distance,
            $"{string.Join(", ", ours)} are on average not within {mean:F2} ± {distance:F2}");
    }
}
