using MIOpenDarts.Darts.Runs;

namespace MIOpenDarts.Darts.Reports.Comparison;

/// <summary>Compares the runs of some folders.</summary>
public static class RunComparison
{
    /// <summary>Reads folders of trainings, and of finished searches for what their genotypes cost.</summary>
    /// <exception cref="RunFolderException">A folder has no run, none is a training, or one has no finished epoch.</exception>
    public static ComparisonTable Read(IEnumerable<string> folders)
    {
        var (runs, searches) = (new List<RunSummary>(), new List<SearchSummary>());
        foreach (var folder in folders)
        {
            if (SearchSummary.IsOne(folder)) searches.Add(SearchSummary.Read(folder));
            else runs.Add(RunSummary.Read(folder));
        }

        return runs.Count > 0
            ? ComparisonTable.Of(runs, searches)
            : throw new RunFolderException("compare: none of these folders holds a training; train what a search found first: miopendarts train --genotype FOLDER");
    }
}
