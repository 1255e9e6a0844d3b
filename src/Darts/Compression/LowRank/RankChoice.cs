using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Darts.Compression.LowRank;

/// <summary>A layer whose rank is to be chosen.</summary>
/// <param name="Spectrum">What each rank loses.</param>
/// <param name="Price">What it costs.</param>
internal sealed record RankCandidate(PointwiseSpectrum Spectrum, RankPrice Price);

/// <summary>What a layer costs, in parameters or multiply-adds.</summary>
/// <param name="Whole">As it is.</param>
/// <param name="PerRank">As two factors, for each rank.</param>
internal readonly record struct RankPrice(long Whole, long PerRank);

/// <summary>Ranks for all layers together.</summary>
internal static class RankChoice
{
    /// <summary>The least rank of each layer that keeps a share of its energy; 0 where that saves nothing.</summary>
    public static int[] ByEnergy(IReadOnlyList<RankCandidate> candidates, double kept) =>
        [.. candidates.Select(candidate =>
        {
            var rank = 1;
            while (candidate.Spectrum.Loss(rank) > 1 - kept) rank++;
            return rank * candidate.Price.PerRank < candidate.Price.Whole ? rank : 0;
        })];

    /// <summary>
    /// Greedy over all layers: cuts, again and again, what loses the smallest share of its layer's energy for what it saves, until the
    /// layers together cost no more than a budget. A layer that stays whole has rank 0.
    /// </summary>
    /// <exception cref="OptionsException">Rank 1 everywhere costs more.</exception>
    public static int[] ByBudget(IReadOnlyList<RankCandidate> candidates, double budget, string target)
    {
        var ranks = new int[candidates.Count];
        double cost = candidates.Sum(candidate => candidate.Price.Whole);
        while (cost > budget)
        {
            var (best, next, least) = (-1, 0, double.PositiveInfinity);
            for (var i = 0; i < ranks.Length; i++)
            {
                var (spectrum, costs) = candidates[i];
                var rank = ranks[i] == 0 ? MostThatSaves(candidates[i]) : ranks[i] - 1;
                if (rank < 1) continue;
                var before = ranks[i] == 0 ? costs.Whole : ranks[i] * costs.PerRank;
                var lost = spectrum.Loss(rank) - (ranks[i] == 0 ? 0 : spectrum.Loss(ranks[i]));
                var each = lost / (before - rank * costs.PerRank);
                if (each < least) (best, next, least) = (i, rank, each);
            }

            if (best < 0)
                throw new OptionsException($"--target {target} cannot be met by decomposition: rank 1 everywhere costs more; ask for less");
            var chosen = candidates[best].Price;
            cost += next * chosen.PerRank - (ranks[best] == 0 ? chosen.Whole : ranks[best] * chosen.PerRank);
            ranks[best] = next;
        }

        return ranks;
    }

    private static int MostThatSaves(RankCandidate candidate) =>
        (int)Math.Min(candidate.Spectrum.FullRank - 1, (candidate.Price.Whole - 1) / candidate.Price.PerRank);
}
