using System.Text.Json.Serialization;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Supernets;

namespace MIOpenDarts.Darts.Records;

/// <summary>The architecture parameters of one kind of cell at the end of an epoch.</summary>
/// <param name="Alphas">Raw architecture parameters, one row per edge of the search cell and one column per primitive.</param>
/// <param name="Weights">The mixing weights that follow from them (softmax of each row), in the same shape.</param>
public sealed record AlphaRecord(double[][] Alphas, double[][] Weights);

/// <summary>What one epoch of a search did.</summary>
public sealed record EpochRecord
{
    /// <summary>Number of the epoch, from 0.</summary>
    public required int Epoch { get; init; }

    /// <summary>Learning rate of the weights in this epoch.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Mean cross entropy over the training half, in nats.</summary>
    public required double TrainLoss { get; init; }

    /// <summary>Accuracy over the training half while it was trained on, in percent.</summary>
    public required double TrainAccuracy { get; init; }

    /// <summary>Mean cross entropy over the validation half after the epoch, in nats.</summary>
    public required double ValidLoss { get; init; }

    /// <summary>Accuracy over the validation half after the epoch, in percent.</summary>
    public required double ValidAccuracy { get; init; }

    /// <summary>Architecture parameters of the first kind of cells: the normal ones, or all.</summary>
    public required AlphaRecord Normal { get; init; }

    /// <summary>Architecture parameters of the reduction cells; null in a space that has none.</summary>
    public AlphaRecord? Reduce { get; init; }

    /// <summary>Architecture parameters of each kind of cells, in the order of the genotype's.</summary>
    [JsonIgnore]
    internal IReadOnlyList<AlphaRecord> Kinds => Reduce is null ? [Normal] : [Normal, Reduce];

    /// <summary>The genotype that the search would end with now.</summary>
    public required Genotype Genotype { get; init; }

    /// <summary>What the derivation of the genotype had to do beside its rule, a sentence each; null for nothing.</summary>
    public IReadOnlyList<string>? Notes { get; init; }

    /// <summary>How far operations are ahead of one another, beside chance; null in the log of an earlier version.</summary>
    public OperationLead? Lead { get; init; }

    /// <summary>What the architecture costs; null for a search that knows no cost.</summary>
    public CostRecord? Cost { get; init; }

    /// <summary>What the watchdogs saw; null where none is on.</summary>
    public WatchRecord? Watch { get; init; }

    /// <summary>Duration of the epoch with its validation, in seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>Training images per second of the bilevel steps.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>Largest resident memory of the process so far, in bytes.</summary>
    public required long PeakMemoryBytes { get; init; }
}
