using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Studies.Seeds;

namespace MIOpenDarts.Darts.Studies.Comparison;

/// <summary>Compares the runs of some folders.</summary>
internal static class RunComparison
{
    /// <summary>Reads folders of trainings, and of finished searches for what their genotypes cost.</summary>
    /// <param name="folders">Folders, and what a shell's pattern finds beside them.</param>
    /// <param name="costs">A column each.</param>
    /// <param name="warn">
    /// Takes a line for each that is left out: no run, nothing done yet, damaged, or given before under another path.
    /// </param>
    /// <exception cref="RunFolderException">None is a training.</exception>
    public static ComparisonTable Read(IEnumerable<string> folders, IReadOnlyList<ICostModel> costs, Action<string> warn)
    {
        var (runs, searches) = (new List<RunSummary>(), new List<SearchSummary>());
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var folder in folders)
        {
            try
            {
                var start = FirstLine(folder);
                if (start is not null && seen.TryGetValue(start, out var same))
                {
                    warn($"{folder}: is the same run as {same}; left out");
                    continue;
                }

                if (SearchSummary.IsOne(folder)) searches.Add(SearchSummary.Read(folder));
                else runs.Add(RunSummary.Read(Training(folder), costs));
                if (start is not null) seen.Add(start, folder);
            }
            catch (Exception e) when (e is RunFolderException or OptionsException or CheckpointException or GenotypeFormatException
                or InvalidDataException or IOException or UnauthorizedAccessException)
            {
                warn($"{e.Message.TrimEnd('.')}; left out");
            }
        }

        return runs.Count > 0
            ? ComparisonTable.Create(runs, searches, [.. costs.Select(cost => cost.IsModelled ? $"{cost.Name} (modelled)" : cost.Name)])
            : throw new RunFolderException(
                "compare: none of these folders holds a training; train what a search found first: miopendarts train --genotype FOLDER");
    }

    // The log begins with time, machine, seed and options of the start: equal for one run alone, also through links and in a copy of its
    // folder.
    private static string? FirstLine(string folder)
    {
        var log = Path.Combine(folder, "log.jsonl");
        return File.Exists(log) ? File.ReadLines(log).FirstOrDefault() : null;
    }

    private static string Training(string folder)
    {
        if (File.Exists(folder)) throw new RunFolderException($"{folder}: is a file, not the folder of a run");
        if (!Directory.Exists(folder)) throw new RunFolderException($"{folder}: there is no such folder");
        if (SeedFolder.IsAt(folder)) throw new RunFolderException(
            $"{folder}: is a study of several seeds, whose trainings are in {Path.Combine(folder, "seed-*", "found")}");
        if (RunConfiguration.KindAt(folder) == RunKind.Search)
            throw new RunFolderException($"{folder}: this search is not done, so nothing can be trained from it yet");
        return folder;
    }
}
