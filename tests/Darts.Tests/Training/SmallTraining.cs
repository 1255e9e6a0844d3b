using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Tests.Training;

/// <summary>A training that takes a second: two classes of 8x8 images that differ by the half that is bright.</summary>
internal static class SmallTraining
{
    public static TrainOptions Options { get; } = new()
    {
        Network = "DARTS_V1",
        Epochs = 2,
        BatchSize = 8,
        Layers = 3,
        InitChannels = 2,
        DataWorkers = 1,
        CutoutLength = 3,
        CheckpointInterval = 1,
        CheckpointRing = 2,
        ReportInterval = 1,
        Seed = 5,
    };

    public static ImageData Data(bool withTest = true)
    {
        var train = Images(20, 11);
        return new ImageData("halves", train, withTest ? Images(10, 12) : null, Normalization.Measure(train));
    }

    private static ImageSet Images(int count, ulong seed)
    {
        var random = new CounterRandom(seed, RandomStream.Weights);
        var labels = Enumerable.Range(0, count).Select(i => i % 2).ToArray();
        var pixels = new byte[count * 64];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)(random.NextInt32(100) + (i % 8 < 4 == (labels[i / 64] == 0) ? 120 : 0));
        return new ImageSet("halves", 1, 8, 8, 2, pixels, labels);
    }
}
