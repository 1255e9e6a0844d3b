using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Reports.Log;
using MIOpenDarts.Darts.Runs;

namespace MIOpenDarts.Darts.Reports.Comparison;

/// <summary>Compares the runs of some folders.</summary>
public static class RunComparison
{
    /// <summary>Reads folders of trainings, and of finished searches for what their genotypes cost.</summary>
    /// <exception cref="RunFolderException">A folder has no run, none is a training, or one has no finished epoch.</exception>
    public static ComparisonTable Read(IEnumerable<string> folders)
    {
        var (runs, searches) = (new List<RunSummary>(), new List<(string, string, double)>());
        foreach (var folder in folders)
        {
            var genotype = Path.Combine(folder, RunFolder.GenotypeName);
            if (File.Exists(genotype)) searches.Add((Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)), GenotypeReader.Resolve(genotype).ToString(), CostOf(folder)));
            else runs.Add(RunSummary.Read(folder));
        }

        return runs.Count > 0
            ? ComparisonTable.Of(runs, searches)
            : throw new RunFolderException("compare: none of these folders holds a training; train what a search found first: miopendarts train --genotype FOLDER");
    }

    private static double CostOf(string folder) =>
        Path.Combine(folder, "log.jsonl") is var log && File.Exists(log) ? RunLog.Read(log).Max(line => line.Seconds) : double.NaN;
}
