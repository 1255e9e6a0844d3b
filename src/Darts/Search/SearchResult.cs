using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Records;

namespace MIOpenDarts.Darts.Search;

/// <summary>What a finished search found.</summary>
/// <param name="Genotype">
/// The cells of the last epoch, unless a watchdog went back to an earlier one.
/// </param>
/// <param name="TrainAccuracy">Accuracy over the training half in that epoch, in percent; NaN where nothing was trained.</param>
/// <param name="ValidAccuracy">Accuracy over the validation half after that epoch, in percent.</param>
/// <param name="History">One record an epoch.</param>
/// <param name="Options">The options it ran with.</param>
public sealed record SearchResult(
    Genotype Genotype, double TrainAccuracy, double ValidAccuracy, IReadOnlyList<EpochRecord> History, SearchOptions Options);
