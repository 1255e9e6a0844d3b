namespace MIOpenDarts.Darts.Records;

/// <summary>What one epoch of a training did.</summary>
public sealed record TrainEpochRecord
{
    /// <summary>Number of the epoch, from 0.</summary>
    public required int Epoch { get; init; }

    /// <summary>Learning rate in this epoch.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Mean training loss, with the auxiliary head's part.</summary>
    public required double TrainLoss { get; init; }

    /// <summary>Accuracy over the training images while they were trained on, in percent.</summary>
    public required double TrainAccuracy { get; init; }

    /// <summary>The test images after the epoch.</summary>
    public required TestResult Test { get; init; }

    /// <summary>Whether no epoch before had a better test accuracy.</summary>
    public required bool IsBest { get; init; }

    /// <summary>Duration of the epoch with its test, in seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>Training images per second.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>Largest resident memory of the process so far, in bytes.</summary>
    public required long PeakMemoryBytes { get; init; }
}

/// <summary>How a network classified a set of images.</summary>
/// <param name="Images">Number of images.</param>
/// <param name="Loss">Mean cross entropy, in nats.</param>
/// <param name="Top1">Share whose class had the largest logit, in percent.</param>
/// <param name="Top5">Share whose class was among the five largest logits, in percent.</param>
/// <param name="Confusion">Images by true class (rows) and answer (columns).</param>
public sealed record TestResult(int Images, double Loss, double Top1, double Top5, int[][] Confusion);
