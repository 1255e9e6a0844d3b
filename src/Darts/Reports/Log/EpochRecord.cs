using MIOpenDarts.Darts.Reports.Cells;

namespace MIOpenDarts.Darts.Reports.Log;

/// <summary>One kind of cell at the end of an epoch.</summary>
/// <param name="Alphas">Raw architecture parameters, one row per edge of the search cell and one column per primitive.</param>
/// <param name="Weights">The mixing weights that follow from them (softmax of each row), in the same shape.</param>
/// <param name="Graph">The discrete cell that would be kept now.</param>
public sealed record CellRecord(double[][] Alphas, double[][] Weights, CellGraph Graph);

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

    /// <summary>The normal cell.</summary>
    public required CellRecord Normal { get; init; }

    /// <summary>The reduction cell.</summary>
    public required CellRecord Reduce { get; init; }

    /// <summary>The genotype in the official text form.</summary>
    public required string Genotype { get; init; }

    /// <summary>Duration of the epoch with its validation, in seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>Training images per second of the bilevel steps.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>Largest resident memory of the process so far, in bytes.</summary>
    public required long PeakMemoryBytes { get; init; }
}
