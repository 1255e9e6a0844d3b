using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Data;

/// <summary>Images that train the weights and images that train the architecture: numbers into one <see cref="ImageSet"/>.</summary>
/// <param name="Train">Images for the weights.</param>
/// <param name="Valid">Images for the architecture.</param>
internal sealed record DataSplit(int[] Train, int[] Valid)
{
    /// <summary>Splits images 0..<paramref name="count"/> at random by seed.</summary>
    /// <param name="count">Number of images.</param>
    /// <param name="trainPortion">Share of the training half, over 0 and below 1; rounded down as in the official code.</param>
    /// <param name="seed">Seed of the search.</param>
    /// <param name="batchSize">Images in a batch, which both halves must be able to fill.</param>
    /// <exception cref="DataException">A half has fewer images than a batch.</exception>
    public static DataSplit Create(int count, double trainPortion, ulong seed, int batchSize)
    {
        var order = Enumerable.Range(0, count).ToArray();
        new CounterRandom(seed, RandomStream.Split).Shuffle(order);
        var train = (int)Math.Floor(trainPortion * count);
        var smaller = Math.Min(train, count - train);
        if (smaller < batchSize)
        {
            throw new DataException(
                $"a batch of {batchSize} is larger than the {(train <= count - train ? "training" : "validation")} half, "
                + $"which has {smaller} of {count} images at a train portion of {trainPortion}; use a batch of at most {smaller} or more " +
                    $"images");
        }

        return new DataSplit(order[..train], order[train..]);
    }
}
