using MIOpenDarts.Darts.Compression.LowRank;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Tests.Compression.LowRank;

/// <summary>Ranks of all layers together meet a budget, or keep a share of each layer, and lose no more than they have to.</summary>
public class RankChoiceTests
{
    [Fact]
    public void Greedy_ranks_meet_the_budget_and_an_impossible_one_is_refused()
    {
        RankCandidate[] candidates = [.. Enumerable.Range(0, 4).Select(k => Candidate(10 + k))];
        var budget = 0.6 * 4 * 16 * 24;
        var ranks = RankChoice.ByBudget(candidates, budget, "params=0.6");
        var cost = ranks.Sum(option => option?.Cost ?? 16 * 24);
        Assert.InRange(cost, budget - 16 * 24, budget);
        Assert.All(ranks, option => Assert.True(option is null || option.Value.Cost == 40 * option.Value.Rank));
        Assert.Contains("cannot be met",
            Assert.Throws<OptionsException>(() => RankChoice.ByBudget(candidates, 4 * 40 - 1, "params=0.1")).Message);
        Assert.Equal([1, 1, 1, 1], RankChoice.ByBudget(candidates, 4 * 40, "params=0.1").Select(option => option!.Value.Rank));
        Assert.All(RankChoice.ByEnergy(candidates, 0.9999999), option => Assert.Null(option));
    }

    [Fact]
    public void No_ranks_of_the_same_cost_lose_less_than_those_that_a_budget_chooses()
    {
        // Singular values that fall late: the first ranks left out save next to nothing, and a look at the next one alone stops at them.
        RankCandidate late = new(100, [new(99, 0.05, 3, 3), new(40, 0.06, 2, 2), new(20, 0.5, 1, 1)]);
        RankCandidate even = new(100, [new(70, 0.03, 2, 2), new(40, 0.07, 1, 1)]);
        Assert.Equal([2, 1], late.Hull.Select(option => option.Rank));
        var ranks = RankChoice.ByBudget([late, even], 140, "macs=0.7");
        Assert.Equal((2, (RankOption?)null), (ranks[0]!.Value.Rank, ranks[1]));
        // The last cut goes no further than it has to.
        Assert.Equal(3, RankChoice.ByBudget([late, even], 199, "macs=0.995")[0]!.Value.Rank);
        Assert.Equal(3, RankChoice.ByEnergy([late], 0.95)[0]!.Value.Rank);
    }

    [Fact]
    public void Of_layers_that_lose_the_same_the_dearest_is_cut_first()
    {
        var ranks = RankChoice.ByBudget([Candidate(10), Candidate(10, pixels: 4)], 5 * 16 * 24 - 1, "macs=0.9");
        Assert.Null(ranks[0]);
        Assert.NotNull(ranks[1]);
    }

    [Fact]
    public void By_energy_the_least_rank_that_keeps_it_is_taken()
    {
        var candidate = Candidate(10);
        var option = RankChoice.ByEnergy([candidate], 0.6)[0]!.Value;
        Assert.True(option.Loss <= 0.4);
        Assert.All(candidate.Options.Where(other => other.Rank < option.Rank), other => Assert.True(other.Loss > 0.4));
    }

    private static RankCandidate Candidate(int key, int pixels = 1)
    {
        var spectrum = PointwiseSpectrum.From(DrawnMatrix.Flat(DrawnMatrix.Of(16, 24, key)), 24, DrawnMatrix.Identity(24));
        return new PointwiseFactors(spectrum, Window2D.Point).Candidate(pixels, pixels);
    }
}
