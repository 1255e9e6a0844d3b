using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Records;

namespace MIOpenDarts.Darts.Watchdogs;

/// <summary>
/// When an alarm is due. All of it follows from the records of the epochs and the options, so that a resumed search decides the same.
/// </summary>
internal static class WatchRules
{
    /// <summary>Skip connections of a cell.</summary>
    public static int Skips(GenotypeCell cell) => cell.Edges.Count(item => item.Edge.Operation == Primitives.SkipConnect);

    /// <summary>
    /// Epochs before the last one since which the ranking of the operations is the same on every edge (DARTS+, section 3.3). Epochs in
    /// which an algorithm holds the alphas still do not count.
    /// </summary>
    public static int StableEpochs(IReadOnlyList<EpochRecord> history)
    {
        var stable = 0;
        for (var i = history.Count - 1; i > 0 && SameRanking(history[i], history[i - 1]); i--)
            if (!Rows(history[i]).Zip(Rows(history[i - 1])).All(pair => pair.First.SequenceEqual(pair.Second))) stable++;
        return stable;
    }

    /// <summary>
    /// RobustDARTS' rule (Zela et al. 2020, section 4.3): the mean over a window of eigenvalues is compared with that of the window some
    /// values earlier. The search became sharper than the ratio allows if it is larger than that; the epoch in the middle of the earlier
    /// window is then the one to go back to, and the rule does not go back before the first epoch that is watched.
    /// </summary>
    /// <returns>
    /// Quotient of the means and the epoch to go back to; null while there are too few values, or the earlier mean is not positive.
    /// </returns>
    public static (double Ratio, int Epoch)? Sharpening(SearchOptions options, IReadOnlyList<EpochRecord> history)
    {
        var values = history.Where(record => record.Watch?.Eigenvalue is not null).Select(
            record => (record.Epoch, Value: record.Watch!.Eigenvalue!.Value)).ToList();
        var first = values.Count - options.WatchWindow - options.WatchDistance;
        if (first < 0) return null;
        var (now, earlier) = (Mean(first + options.WatchDistance), Mean(first));
        var middle = values[first + options.WatchWindow / 2].Epoch;
        return earlier > 0 && middle >= options.WatchFrom ? (now / earlier, middle) : null;

        double Mean(int start) => values.Skip(start).Take(options.WatchWindow).Average(item => item.Value);
    }

    /// <summary>
    /// What is to be said of the last epoch; null while there is nothing, or when that watchdog has raised its alarm before.
    /// </summary>
    public static WatchAlarm? Judge(SearchOptions options, IReadOnlyList<EpochRecord> history)
    {
        var last = history[^1];
        if (last.Epoch < options.WatchFrom || last.Watch is null) return null;
        foreach (var name in WatchNames.Chosen(options).Where(name => history.All(record => record.Watch?.Alarm?.Watchdog != name)))
        {
            if (Ask(name, options, history) is not { } found) continue;
            var chosen = options.WatchAction == WatchNames.Stop ? last.Epoch : found.Chosen;
            return new WatchAlarm(name, found.Message, last.Epoch, Ends: options.WatchAction != WatchNames.Report, chosen);
        }

        return null;
    }

    private static (string Message, int Chosen)? Ask(string name, SearchOptions options, IReadOnlyList<EpochRecord> history)
    {
        var watch = history[^1].Watch!;
        switch (name)
        {
            case WatchNames.Skip when watch.SkipsNormal > options.WatchSkipNormal:
                return ($"the {history[^1].Genotype.Kinds[0].Title} has {watch.SkipsNormal} skip_connect edges, "
                    + $"allowed are {options.WatchSkipNormal}{UnderCost(history[^1])}", BeforeSkips(options, history));
            case WatchNames.Skip when watch.SkipsReduce > options.WatchSkipReduce:
                return ($"the reduction cell has {watch.SkipsReduce} skip_connect edges, "
                    + $"allowed are {options.WatchSkipReduce}{UnderCost(history[^1])}", BeforeSkips(options, history));
            case WatchNames.Rank when watch.StableEpochs >= options.WatchRankEpochs:
                return ($"the ranking of the operations has not changed for "
                    + $"{watch.StableEpochs} epochs", history[^(watch.StableEpochs + 1)].Epoch);
            case WatchNames.Eigenvalue when watch.Eigenvalue is not null && Sharpening(options, history) is { } found
                && found.Ratio > options.WatchRatio:
                return ($"the dominant eigenvalue has grown by a factor of {found.Ratio:0.00}, "
                    + $"allowed is {options.WatchRatio:0.##}", found.Epoch);
            default:
                return null;
        }
    }

    // Skips that keep the size cost nothing, so a strong penalty drives into the same collapse as a supernet's optimisation does.
    private static string UnderCost(EpochRecord last) => last.Cost is { Weight: > 0 } cost
        ? $", under a weight of {cost.Weight:0.###} on {cost.Name}, which skips lower: take a smaller cost_weight or a higher target"
        : "";

    /// <summary>The last epoch within the limits; where there is none, the present one is as good as any.</summary>
    private static int BeforeSkips(SearchOptions options, IReadOnlyList<EpochRecord> history) =>
        history.LastOrDefault(record => record.Watch is { } watch && watch.SkipsNormal <= options.WatchSkipNormal
            && watch.SkipsReduce <= options.WatchSkipReduce, history[^1]).Epoch;

    private static bool SameRanking(EpochRecord one, EpochRecord other) =>
        Rows(one).Zip(Rows(other)).All(pair => Ranking(pair.First).SequenceEqual(Ranking(pair.Second)));

    private static IEnumerable<double[]> Rows(EpochRecord record) => record.Kinds.SelectMany(kind => kind.Alphas);

    // OrderBy is stable: equal alphas rank in the order of the operations.
    private static IEnumerable<int> Ranking(double[] row) => Enumerable.Range(0, row.Length).OrderByDescending(k => row[k]);
}
