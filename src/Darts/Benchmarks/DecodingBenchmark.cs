using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Data.Pictures;

namespace MIOpenDarts.Darts.Benchmarks;

/// <summary>
/// How fast images are decoded: an embedded JPEG image of 500x375 pixels and 96 KB, as those of ImageNet are, to 224x224. Each worker
/// decodes as those of a training do, one image after another.
/// </summary>
internal static class DecodingBenchmark
{
    private const int Side = 224;
    private const int Channels = 3;
    private const int Images = 64;
    private const int FewestSamples = 5;
    private const int MostSamples = 1000;

    /// <summary>Measures in about so many seconds.</summary>
    /// <param name="workers">Threads that decode at the same time.</param>
    /// <param name="seconds">Time to spend.</param>
    public static Measurement Measure(int workers, double seconds)
    {
        using var resource = typeof(DecodingBenchmark).Assembly.GetManifestResourceStream("data/500x375.jpg")!;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        // The first is compiled on the way.
        Decode();
        return new Measurement
        {
            Name = "decode",
            Pass = $"500x375 JPEG, {workers} {(workers == 1 ? "worker" : "workers")}",
            Channels = Channels,
            Batch = Images,
            Size = Side,
            Flops = 0,
            Seconds = Budget.Repeat(Sample, seconds, MostSamples, FewestSamples),
        };

        void Sample()
        {
            var (next, threads) = (0, new Thread[workers]);
            for (var k = 0; k < workers; k++)
            {
                threads[k] = new Thread(() =>
                {
                    while (Interlocked.Increment(ref next) <= Images) Decode();
                });
                threads[k].Start();
            }

            foreach (var thread in threads) thread.Join();
        }

        void Decode()
        {
            using var picture = PictureDecoder.Decode("the embedded image", bytes, Channels);
            ImageScaling.Fit(picture.Pixels, Side, Side);
        }
    }
}
