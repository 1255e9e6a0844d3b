using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Darts.Compression.LowRank;

/// <summary>A layer whose ranks are to be chosen.</summary>
/// <param name="Whole">What it costs as it is, in parameters or multiply-adds.</param>
/// <param name="Options">What it may become, the dearest first: each costs less than the one before.</param>
internal sealed record RankCandidate(long Whole, IReadOnlyList<RankOption> Options);

/// <summary>Ranks that a layer may have.</summary>
/// <param name="Cost">What its factors cost then.</param>
/// <param name="Loss">Share of the layer's energy that is lost.</param>
/// <param name="InputRank">Channels after the first factor.</param>
/// <param name="Rank">Channels in front of the last; the same for a layer of two factors.</param>
internal readonly record struct RankOption(long Cost, double Loss, int InputRank, int Rank);

/// <summary>Ranks for all layers together; null for a layer that stays whole.</summary>
internal static class RankChoice
{
    /// <summary>The least ranks of each layer that keep a share of its energy.</summary>
    public static RankOption?[] ByEnergy(IReadOnlyList<RankCandidate> candidates, double kept) =>
        [.. candidates.Select(candidate => candidate.Options.Cast<RankOption?>().LastOrDefault(option => option!.Value.Loss <= 1 - kept))];

    /// <summary>
    /// Greedy over all layers: cuts, again and again, what loses the smallest share of its layer's energy for what it saves, until the
    /// layers together cost no more than a budget.
    /// </summary>
    /// <exception cref="OptionsException">The lowest ranks everywhere cost more.</exception>
    public static RankOption?[] ByBudget(IReadOnlyList<RankCandidate> candidates, double budget, string target)
    {
        var taken = new int[candidates.Count];
        double cost = candidates.Sum(candidate => candidate.Whole);
        while (cost > budget)
        {
            var (best, least) = (-1, double.PositiveInfinity);
            for (var i = 0; i < taken.Length; i++)
            {
                if (taken[i] == candidates[i].Options.Count) continue;
                var (now, next) = (Form(i), candidates[i].Options[taken[i]]);
                var each = (next.Loss - now.Loss) / (now.Cost - next.Cost);
                if (each < least) (best, least) = (i, each);
            }

            if (best < 0)
                throw new OptionsException($"--target {target} cannot be met by decomposition: rank 1 everywhere costs more; ask for less");
            cost += candidates[best].Options[taken[best]].Cost - Form(best).Cost;
            taken[best]++;
        }

        return [.. taken.Select((count, i) => count == 0 ? (RankOption?)null : candidates[i].Options[count - 1])];

        RankOption Form(int i) => taken[i] == 0 ? new RankOption(candidates[i].Whole, 0, 0, 0) : candidates[i].Options[taken[i] - 1];
    }
}
