using MIOpenDarts.Darts.Costs.Search;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Tests.Costs;

/// <summary>How likely a derivation keeps an edge: draws without replacement, in proportion to strengths.</summary>
public class KeepProbabilityTests
{
    [Fact]
    public void Equal_edges_share_the_kept_ones()
    {
        Assert.Equal([1, 1], Of([3, 3], 2));
        Assert.All(Of([1, 1, 1, 1, 1], 2), p => Assert.Equal(0.4, p, 12));
        Assert.All(Of([2, 2, 2, 2], 1), p => Assert.Equal(0.25, p, 12));
    }

    [Fact]
    public void Three_edges_have_the_probabilities_counted_by_hand()
    {
        // π = 1/6, 1/3, 1/2. The first is left out when the others come: 1/3·(1/2)/(2/3) + 1/2·(1/3)/(1/2) = 7/12, and so on.
        var keep = Of([1, 2, 3], 2);
        Assert.Equal(5.0 / 12, keep[0], 12);
        Assert.Equal(1 - (1.0 / 6 * 0.6 + 0.5 / 3), keep[1], 12);
        Assert.Equal(1 - (1.0 / 6 * 0.4 + 1.0 / 3 / 4), keep[2], 12);
    }

    [Fact]
    public void They_add_up_to_the_kept_edges_whatever_the_strengths()
    {
        var random = new CounterRandom(3, RandomStream.Architecture);
        for (var i = 0; i < 200; i++)
        {
            var strengths = new double[2 + i % 5];
            for (var e = 0; e < strengths.Length; e++) strengths[e] = Math.Exp(30 * (random.NextDouble() - 0.5));
            var keep = Of(strengths, 2);
            Assert.Equal(2, keep.Sum(), 9);
            Assert.All(keep, p => Assert.InRange(p, 0, 1 + 1e-9));
        }
    }

    [Fact]
    public void The_strongest_of_all_is_kept_and_an_edge_without_strength_is_not()
    {
        var keep = Of([1, 0, 1e-40, 5], 2);
        Assert.Equal(1, keep[0], 9);
        Assert.Equal(0, keep[1], 9);
        Assert.Equal(0, keep[2], 9);
        Assert.Equal(1, keep[3], 9);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_gradient_is_that_of_finite_differences(int kept)
    {
        double[] strengths = [0.7, 0.2, 1.3, 0.01, 0.4], x = [3, -1, 2, 8, 5], diffs = new double[5];
        KeepProbability.Backward(strengths, kept, x, diffs);
        for (var m = 0; m < strengths.Length; m++)
        {
            const double step = 1e-6;
            var (up, down) = ((double[])strengths.Clone(), (double[])strengths.Clone());
            (up[m], down[m]) = (strengths[m] + step, strengths[m] - step);
            Assert.Equal((Loss(up) - Loss(down)) / (2 * step), diffs[m], 6);
        }

        double Loss(double[] u) => Of(u, kept).Zip(x, (p, v) => p * v).Sum();
    }

    private static double[] Of(double[] strengths, int kept)
    {
        var keep = new double[strengths.Length];
        KeepProbability.Forward(strengths, kept, keep);
        return keep;
    }
}
