using MIOpenDarts.Darts.Costs;

namespace MIOpenDarts.Darts.Tests.Costs;

public class RankCorrelationTests
{
    [Fact]
    public void The_same_order_is_one_and_the_opposite_minus_one()
    {
        double[] x = [3, 1, 4, 1.5, 9], same = [30, 10, 40, 15, 90], opposite = [-3, -1, -4, -1.5, -9];
        Assert.Equal((1, 1), (RankCorrelation.Kendall(x, same), RankCorrelation.Spearman(x, same)));
        Assert.Equal((-1, -1), (RankCorrelation.Kendall(x, opposite), RankCorrelation.Spearman(x, opposite)));
    }

    [Fact]
    public void Equal_numbers_count_for_neither_order()
    {
        // Five pairs differ in x and in y; four of the six agree, none disagrees. Ranks are 0, 1.5, 1.5, 3 and 0.5, 0.5, 2, 3.
        double[] x = [1, 2, 2, 3], y = [5, 5, 6, 7];
        Assert.Equal(4.0 / 5, RankCorrelation.Kendall(x, y), 1e-15);
        Assert.Equal(3.75 / 4.5, RankCorrelation.Spearman(x, y), 1e-15);
    }

    [Fact]
    public void A_list_without_an_order_has_no_correlation()
    {
        Assert.True(double.IsNaN(RankCorrelation.Kendall([1, 1], [1, 2])));
        Assert.True(double.IsNaN(RankCorrelation.Spearman([1, 1], [1, 2])));
        Assert.Throws<ArgumentException>(() => RankCorrelation.Kendall([1], [1, 2]));
    }
}
