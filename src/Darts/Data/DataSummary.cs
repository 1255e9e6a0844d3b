using MIOpenDarts.Darts.Files;

namespace MIOpenDarts.Darts.Data;

/// <summary>What a check of a data set tells.</summary>
/// <param name="Data">The data.</param>
internal sealed record DataSummary(ImageData Data)
{
    private const int PicturesPerClass = 12;
    private const int MostClasses = 40;

    /// <summary>Mean and deviation of the training images, as they are.</summary>
    public Normalization Measured { get; } = Normalization.Measure(Data.Train);

    /// <summary>Training images of each class.</summary>
    public IReadOnlyList<int> TrainCounts { get; } = Counts(Data.Train);

    /// <summary>Test images of each class; empty without any.</summary>
    public IReadOnlyList<int> TestCounts { get; } = Data.Test is null ? [] : Counts(Data.Test);

    /// <summary>Name of a class, or its number.</summary>
    public string ClassName(int label) => Data.Train.ClassNames?[label] ?? $"{label}";

    /// <summary>Writes the first images of every class as one PNG picture.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void WriteSamples(string path) => Write(path, PngPicture.Samples(Data.Train, PicturesPerClass, MostClasses));

    /// <summary>Writes one image as a PNG picture.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void WriteImage(ImageSet images, int index, string path) => Write(path, PngPicture.Of(images, index));

    private static void Write(string path, byte[] picture) => WholeFile.Write(path, stream => stream.Write(picture));

    private static int[] Counts(ImageSet images)
    {
        var counts = new int[images.Classes];
        foreach (var label in images.Labels) counts[label]++;
        return counts;
    }
}
