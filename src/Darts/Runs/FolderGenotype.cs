using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Darts.Runs;

/// <summary>The genotype in the folder of a run: what a search found, or what a training trains.</summary>
internal static class FolderGenotype
{
    /// <summary>Reads it.</summary>
    /// <exception cref="GenotypeFormatException">
    /// The folder has none; the message says what kind of folder it is and what would do.
    /// </exception>
    /// <exception cref="RunFolderException">Its configuration cannot be read.</exception>
    /// <exception cref="OptionsException">Its configuration is damaged.</exception>
    public static Genotype Read(string folder)
    {
        var found = Path.Combine(folder, SearchFolder.GenotypeName);
        if (File.Exists(found)) return GenotypeReader.Resolve(found);
        if (RunConfiguration.IsStudy(folder)) throw new GenotypeFormatException(
            $"{folder}: is a study of several seeds; give the folder of one, such as {Path.Combine(folder, "seed-0")}");
        if (RunConfiguration.KindAt(folder) is not { } kind)
            throw new GenotypeFormatException($"{folder}: there is neither a run nor a {SearchFolder.GenotypeName} in this folder; "
                + "give that of a finished search or of a training");
        if (kind == RunKind.Search) throw new GenotypeFormatException(
            $"{folder}: this search is not done and has no {SearchFolder.GenotypeName} yet; {kind.GoOn(folder)}");
        var network = TrainFolder.ReadOptions(folder).Network;
        return NetworkDescription.Baselines.Contains(network)
            ? throw new GenotypeFormatException($"{folder}: is a training of {network}, a hand-made network, which has no genotype")
            : GenotypeReader.Resolve(network);
    }
}
