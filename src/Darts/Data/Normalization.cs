namespace MIOpenDarts.Darts.Data;

/// <summary>Per-channel normalisation of pixels v in 0..255: (v / 255 − mean) / deviation.</summary>
/// <param name="Mean">Mean of each channel, in 0..1.</param>
/// <param name="Deviation">Standard deviation of each channel, in 0..1.</param>
public sealed record Normalization(IReadOnlyList<float> Mean, IReadOnlyList<float> Deviation)
{
    /// <summary>CIFAR-10 as the official DARTS code normalises it.</summary>
    public static Normalization Cifar10 { get; } =
        new([0.49139968f, 0.48215827f, 0.44653124f], [0.24703233f, 0.24348505f, 0.26158768f]);

    /// <summary>CIFAR-100.</summary>
    public static Normalization Cifar100 { get; } = new([0.5071f, 0.4865f, 0.4409f], [0.2673f, 0.2564f, 0.2762f]);

    /// <summary>ImageNet as the official DARTS code normalises it.</summary>
    public static Normalization ImageNet { get; } = new([0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]);

    /// <summary>Fashion-MNIST.</summary>
    public static Normalization FashionMnist { get; } = new([0.2860f], [0.3530f]);

    /// <summary>Measures the mean and deviation of each channel of a set.</summary>
    /// <exception cref="DataException">An image cannot be decoded.</exception>
    public static Normalization Measure(ImageSet images) => Measure(images, images.Count, damaged: null);

    /// <summary>Measures some images of a set, evenly spaced.</summary>
    /// <param name="images">The set.</param>
    /// <param name="most">The most images to measure.</param>
    /// <param name="damaged">Receives a message about each image that cannot be decoded; null to throw the first.</param>
    /// <exception cref="DataException">
    /// A file was changed meanwhile, or an image cannot be decoded and nobody wants to know of more.
    /// </exception>
    internal static Normalization Measure(ImageSet images, int most, List<string>? damaged)
    {
        var (count, plane) = (Math.Min(most, images.Count), images.Height * images.Width);
        var (sums, squares, measured) = (new long[images.Channels], new long[images.Channels], 0);
        var faults = new DataException?[count];
        Parallel.For(0, count, i =>
        {
            try
            {
                var image = images.Image((int)((long)i * images.Count / count));
                for (var channel = 0; channel < images.Channels; channel++)
                {
                    long sum = 0, square = 0;
                    foreach (var value in image.Slice(channel * plane, plane)) (sum, square) = (sum + value, square + value * value);
                    Interlocked.Add(ref sums[channel], sum);
                    Interlocked.Add(ref squares[channel], square);
                }

                Interlocked.Increment(ref measured);
            }
            catch (DataException e)
            {
                faults[i] = e;
            }
        });
        if (Array.Find(faults, fault => fault is ChangedFileException || (damaged is null && fault is not null)) is { } first) throw first;
        damaged?.AddRange(faults.OfType<DataException>().Select(fault => fault.Message));
        var pixels = Math.Max((double)measured * plane, 1);
        var mean = Array.ConvertAll(sums, sum => sum / pixels);
        // A constant channel has no deviation; 1 keeps it at zero instead of dividing by it.
        var deviation = squares.Zip(mean, (square, average) => square / pixels - average * average)
            .Select(variance => variance > 1e-6 ? (float)(Math.Sqrt(variance) / 255) : 1);
        return new Normalization(Array.ConvertAll(mean, average => (float)(average / 255)), [.. deviation]);
    }

    /// <summary>Normalises values of 0..255 of one channel in place.</summary>
    internal void Apply(int channel, Span<float> values)
    {
        var (mean, deviation) = (Mean[channel], Deviation[channel]);
        foreach (ref var value in values) value = (value / 255f - mean) / deviation;
    }

    /// <summary>The normalised value of each byte, in single precision and the order of operations of the official code.</summary>
    internal float[] Table(int channel)
    {
        var table = new float[256];
        for (var value = 0; value < table.Length; value++) table[value] = (value / 255f - Mean[channel]) / Deviation[channel];
        return table;
    }
}
