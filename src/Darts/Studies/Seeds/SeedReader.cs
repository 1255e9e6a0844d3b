using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Reports;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Watchdogs;

namespace MIOpenDarts.Darts.Studies.Seeds;

/// <summary>Reads what a seed has found out of the logs of its runs, which must be done.</summary>
internal static class SeedReader
{
    /// <summary>The search of a seed and, where the plan has them, its trainings.</summary>
    /// <exception cref="RunFolderException">A run is not there.</exception>
    /// <exception cref="InvalidDataException">A log is damaged.</exception>
    public static SeedResult Read(SeedFolder folder, ulong seed, ImageData data)
    {
        var history = SearchHistory.From(RunLog.Read(Path.Combine(folder.SearchOf(seed), "log.jsonl")));
        var result = history.Drawn is { } drawn
            ? new SeedResult(seed, drawn, double.NaN, double.NaN, double.NaN, history.Seconds)
            : Searched(seed, history);
        return folder.Plan.Retrain == 0
            ? result
            : result with { Found = Trained(folder.FoundOf(seed), data), Random = Trained(folder.RandomOf(seed), data) };
    }

    /// <summary>The seeds of a study that are done, in the order of its plan, whichever processes worked on them.</summary>
    /// <param name="folder">The study.</param>
    /// <param name="data">Its data.</param>
    /// <param name="warn">Takes a line for each seed whose logs are damaged.</param>
    public static IReadOnlyList<SeedResult> ReadDone(SeedFolder folder, ImageData data, Action<string> warn)
    {
        var done = new List<SeedResult>();
        foreach (var seed in folder.Plan.Seeds)
        {
            try
            {
                if (IsDone(folder, seed)) done.Add(Read(folder, seed, data));
            }
            catch (Exception e) when (e is InvalidDataException or IOException or RunFolderException or GenotypeFormatException)
            {
                warn($"seed {seed}: {e.Message.TrimEnd('.')}; left out");
            }
        }

        return done;
    }

    /// <summary>
    /// Mean entropy of rows of weights in nats. A row is scaled to the sum 1, which the weights of some relaxations do not have.
    /// </summary>
    public static double Entropy(IEnumerable<double[]> rows) => rows.Select(row =>
    {
        var sum = row.Sum();
        return -row.Where(weight => weight > 0).Sum(weight => weight / sum * Math.Log(weight / sum));
    }).DefaultIfEmpty(double.NaN).Average();

    // The genotype and the weights are the last that a run writes before it says in its log that it is done.
    private static bool IsDone(SeedFolder folder, ulong seed)
    {
        var search = folder.SearchOf(seed);
        if (!File.Exists(Path.Combine(search, SearchFolder.GenotypeName)) || !Ended(search)) return false;
        return folder.Plan.Retrain == 0 || (Ended(folder.FoundOf(seed)) && Ended(folder.RandomOf(seed)));
    }

    private static bool Ended(string run)
    {
        var log = Path.Combine(run, "log.jsonl");
        return File.Exists(log) && RunLog.Read(log) is [.., RunEnded { Outcome: RunOutcome.Done }];
    }

    private static SeedResult Searched(ulong seed, SearchHistory history)
    {
        var (chosen, _) = SearchEnd.From(history.Epochs);
        return new SeedResult(
            seed, chosen.Genotype, chosen.TrainAccuracy, chosen.ValidAccuracy, Entropy(chosen.Kinds.SelectMany(kind => kind.Weights)),
            history.Seconds,
            SearchEnd.From(history.Epochs).Message, chosen.Notes)
        {
            Cost = chosen.Cost?.Derived,
        };
    }

    private static TrainedCell Trained(string path, ImageData data)
    {
        var options = TrainFolder.ReadOptions(path);
        var genotype = GenotypeReader.Parse(options.Network);
        var history = TrainHistory.From(RunLog.Read(Path.Combine(path, "log.jsonl")));
        return new TrainedCell(genotype, new CellSize(data, options).Of(genotype), history.Epochs[^1].Test.Top1);
    }
}
