using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Compression;

/// <summary>
/// A seeded sample of the training images, without augmentation, in batches: what a network's values are measured on.
/// </summary>
internal sealed class CalibrationImages
{
    /// <summary>Most images in a batch.</summary>
    public const int BatchSize = 32;

    private readonly ImageEncoder encoder;
    private readonly ImageSet images;
    private readonly int[] sample;

    /// <summary>Draws the sample.</summary>
    /// <param name="images">The training images.</param>
    /// <param name="network">What the network takes, and how it is normalised.</param>
    /// <param name="count">Images of the sample, if there are so many.</param>
    /// <param name="seed">Seed of the draw.</param>
    /// <exception cref="DataException">The images are of another size or of other classes than the network's.</exception>
    public CalibrationImages(ImageSet images, NetworkDescription network, int count, ulong seed)
    {
        NetworkTest.RequireTask(images, network);
        this.images = images;
        encoder = new ImageEncoder(images, new Normalization(network.Mean, network.Deviation));
        var order = Enumerable.Range(0, images.Count).ToArray();
        new CounterRandom(seed, RandomStream.Calibration).Shuffle(order);
        sample = order[..Math.Min(count, order.Length)];
    }

    /// <summary>Number of images.</summary>
    public int Count => sample.Length;

    /// <summary>Takes the number of images done after each batch; null for nobody.</summary>
    public Action<int>? Progress { get; set; }

    /// <summary>The images in N, C, H, W order, batch by batch, with their labels.</summary>
    public IEnumerable<(float[] Pixels, int[] Labels)> Batches()
    {
        var done = 0;
        foreach (var batch in sample.Chunk(BatchSize))
        {
            var pixels = new float[batch.Length * encoder.Size];
            for (var i = 0; i < batch.Length; i++) encoder.Encode(batch[i], pixels.AsSpan(i * encoder.Size, encoder.Size));
            yield return (pixels, Array.ConvertAll(batch, image => images.Labels[image]));
            Progress?.Invoke(done += batch.Length);
        }
    }
}
