using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Search;

namespace MIOpenDarts.Darts.Studies.Comparison;

/// <summary>What one finished search found, for a table of trainings.</summary>
/// <param name="Name">Name of its folder.</param>
/// <param name="Algorithm">How it searched.</param>
/// <param name="Recipe">Every option with an effect but the seed: searches with equal ones are seeds of one method.</param>
/// <param name="Genotype">What it found, in the official text.</param>
/// <param name="Seconds">What it cost; NaN where no log tells.</param>
internal sealed record SearchSummary(string Name, string Algorithm, string Recipe, string Genotype, double Seconds)
{
    /// <summary>Whether a folder is of a finished search.</summary>
    public static bool IsOne(string folder) => File.Exists(Path.Combine(folder, SearchFolder.GenotypeName));

    /// <summary>Reads the folder of a finished search.</summary>
    /// <exception cref="RunFolderException">It is no folder of a search.</exception>
    /// <exception cref="OptionsException">Its configuration is damaged.</exception>
    /// <exception cref="GenotypeFormatException">Its genotype is damaged.</exception>
    public static SearchSummary Read(string folder)
    {
        var options = RunConfiguration.Read(folder, RunKind.Search, SearchOptions.Table.Parse);
        var recipe = SearchOptions.Table.All.Where(field => field.HasEffect
            && field.Name != "seed").Select(field => $"{field.Name} {field.Show(options)}");
        var log = Path.Combine(folder, "log.jsonl");
        return new SearchSummary(
            Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)),
            options.Algorithm,
            string.Join(", ", recipe),
            GenotypeReader.Resolve(Path.Combine(folder, SearchFolder.GenotypeName)).ToString(),
            File.Exists(log) ? RunLog.Read(log).Max(line => line.Seconds) : double.NaN);
    }
}
