using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Darts.Compression.LowRank;

/// <summary>A layer whose ranks are to be chosen.</summary>
/// <param name="Whole">What it costs as it is, in parameters or multiply-adds.</param>
/// <param name="Options">What it may become, the dearest first: each costs less than the one before, and loses no less.</param>
internal sealed record RankCandidate(long Whole, IReadOnlyList<RankOption> Options)
{
    /// <summary>
    /// The options on the lower hull of loss against cost, which begins at the whole layer: after each of them the next one loses least for
    /// what it saves.
    /// </summary>
    public IReadOnlyList<RankOption> Hull { get; } = HullOf(Whole, Options);

    private static List<RankOption> HullOf(long whole, IReadOnlyList<RankOption> options)
    {
        var hull = new List<RankOption> { new(whole, 0, 0, 0) };
        foreach (var option in options)
        {
            while (hull.Count > 1 && (option.Loss <= hull[^1].Loss || Rate(hull[^2], hull[^1]) >= Rate(hull[^1], option)))
                hull.RemoveAt(hull.Count - 1);
            hull.Add(option);
        }

        return hull[1..];
    }

    private static double Rate(RankOption from, RankOption to) => (to.Loss - from.Loss) / (from.Cost - to.Cost);
}

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
    /// Greedy over the hulls of all layers: cuts, again and again, what loses the smallest share of its layer's energy for what it saves,
    /// until the layers together cost no more than a budget; the last cut goes no further than that needs.
    /// </summary>
    /// <param name="candidates">The layers.</param>
    /// <param name="budget">What the network may cost.</param>
    /// <param name="target">What messages call that.</param>
    /// <param name="rest">What the network costs beside these layers.</param>
    /// <exception cref="OptionsException">The lowest ranks everywhere cost more.</exception>
    public static RankOption?[] ByBudget(IReadOnlyList<RankCandidate> candidates, double budget, string target, long rest = 0)
    {
        var (taken, last) = (new int[candidates.Count], -1);
        double whole = rest + candidates.Sum(candidate => candidate.Whole);
        var cost = whole;
        while (cost > budget)
        {
            var (best, least) = (-1, double.PositiveInfinity);
            for (var i = 0; i < taken.Length; i++)
            {
                if (taken[i] == candidates[i].Hull.Count) continue;
                var (now, next) = (Form(i), candidates[i].Hull[taken[i]]);
                var each = (next.Loss - now.Loss) / (now.Cost - next.Cost);
                if (each < least) (best, least) = (i, each);
            }

            if (best < 0)
                throw new OptionsException(
                    $"--target {target} cannot be met by decomposition: rank 1 everywhere costs {cost / whole:F2}; ask for less");
            cost += candidates[best].Hull[taken[best]].Cost - Form(best).Cost;
            (last, taken[best]) = (best, taken[best] + 1);
        }

        RankOption?[] chosen = [.. taken.Select((count, i) => count == 0 ? (RankOption?)null : Form(i))];
        if (last >= 0) chosen[last] = candidates[last].Options.First(option => cost - Form(last).Cost + option.Cost <= budget);
        return chosen;

        RankOption Form(int i) => taken[i] == 0 ? new RankOption(candidates[i].Whole, 0, 0, 0) : candidates[i].Hull[taken[i] - 1];
    }
}
