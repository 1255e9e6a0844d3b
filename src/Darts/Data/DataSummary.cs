using MIOpenDarts.Darts.Files;

namespace MIOpenDarts.Darts.Data;

/// <summary>What a check of a data set tells.</summary>
internal sealed record DataSummary
{
    private const int PicturesPerClass = 12;
    private const int MostClasses = 40;

    /// <summary>Goes through all images, also those that are decoded at each use.</summary>
    public DataSummary(ImageData data)
    {
        var damaged = data.Description.Damaged.ToList();
        Measured = Normalization.Measure(data.Train, data.Train.Count, damaged);
        if (data.Test is { DecodesAtUse: true } test) Normalization.Measure(test, test.Count, damaged);
        Data = data with { Description = data.Description with { Damaged = damaged } };
        (TrainCounts, TestCounts) = (Counts(data.Train), data.Test is null ? [] : Counts(data.Test));
    }

    /// <summary>The data, with all damaged images named in its description.</summary>
    public ImageData Data { get; }

    /// <summary>Mean and deviation of the training images, as they are.</summary>
    public Normalization Measured { get; }

    /// <summary>Training images of each class.</summary>
    public IReadOnlyList<int> TrainCounts { get; }

    /// <summary>Test images of each class; empty without any.</summary>
    public IReadOnlyList<int> TestCounts { get; }

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
