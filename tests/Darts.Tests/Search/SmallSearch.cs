using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Tests.Search;

/// <summary>A search that takes a second: two classes of 8x8 images that differ by the half that is bright.</summary>
internal static class SmallSearch
{
    public static SearchOptions Options { get; } = new()
    {
        Epochs = 2,
        BatchSize = 4,
        Layers = 3,
        InitChannels = 2,
        Nodes = 2,
        Multiplier = 2,
        DataWorkers = 1,
        CheckpointInterval = 1,
        CheckpointRing = 2,
        ReportInterval = 1,
        Seed = 5,
    };

    public static (SearchImages Train, SearchImages Valid) Images(int count = 20, int height = 8, int width = 8, int channels = 1,
        int classes = 2) => SearchImages.Split(Data(count, height, width, channels, classes), Options);

    public static ImageData Data(int count = 20, int height = 8, int width = 8, int channels = 1, int classes = 2)
    {
        var random = new CounterRandom(11, RandomStream.Weights);
        var labels = Enumerable.Range(0, count).Select(i => i % classes).ToArray();
        var pixels = new byte[count * channels * height * width];
        for (var i = 0; i < pixels.Length; i++)
        {
            var image = i / (channels * height * width);
            var bright = i % width < width / 2 == (labels[image] == 0);
            pixels[i] = (byte)(random.NextInt32(100) + (bright ? 120 : 0));
        }

        var set = new ImageSet("halves", channels, height, width, classes, pixels, labels);
        return new ImageData("halves", set, null, Normalization.Measure(set));
    }
}
