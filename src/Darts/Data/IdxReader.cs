using System.Buffers.Binary;

namespace MIOpenDarts.Darts.Data;

/// <summary>
/// Reads pairs of IDX files (LeCun's MNIST format: big-endian header, unsigned bytes), plain or gzip:
/// <c>train-images-idx3-ubyte</c>, <c>train-labels-idx1-ubyte</c> and the same with <c>t10k</c>.
/// </summary>
internal static class IdxReader
{
    private const uint ImagesMagic = 0x803;
    private const uint LabelsMagic = 0x801;

    /// <summary>Looks at a folder; null where there are no images for training.</summary>
    public static FoundData? Find(string folder)
    {
        if (Find(folder, "train", "images-idx3") is not { } images) return null;
        var description = new DataDescription("IDX files", Path.GetFileName(images), Path.GetFileName(Find(folder, "t10k", "images-idx3")),
            [])
        { Because = "it has the files' names of MNIST" };
        return FoundData.InMemory(folder, description, () =>
        {
            var (train, test) = ReadFolder(folder);
            return new ImageData(folder, train, Agreeing(train, test), Normalization.Measure(train));
        });
    }

    private static (ImageSet Train, ImageSet? Test) ReadFolder(string folder)
    {
        var (trainImages, trainLabels) = (Find(folder, "train", "images-idx3"), Find(folder, "train", "labels-idx1"));
        var (testImages, testLabels) = (Find(folder, "t10k", "images-idx3"), Find(folder, "t10k", "labels-idx1"));
        using var images = DataFile.Open(trainImages ?? throw Missing(folder, "train-images-idx3-ubyte"));
        using var labels = DataFile.Open(trainLabels ?? throw Missing(folder, "train-labels-idx1-ubyte"));
        var train = Read(images, labels, classes: null);
        if (testImages is null && testLabels is null) return (train, null);

        using var moreImages = DataFile.Open(testImages ?? throw Missing(folder, "t10k-images-idx3-ubyte"));
        using var moreLabels = DataFile.Open(testLabels ?? throw Missing(folder, "t10k-labels-idx1-ubyte"));
        return (train, Read(moreImages, moreLabels, train.Classes));
    }

    /// <summary>Reads one pair; without <paramref name="classes"/> the labels tell how many there are.</summary>
    public static ImageSet Read(DataFile imageFile, DataFile labelFile, int? classes, IReadOnlyList<string>? classNames = null)
    {
        var header = ReadHeader(imageFile, ImagesMagic, "images", dimensions: 3);
        var labelHeader = ReadHeader(labelFile, LabelsMagic, "labels", dimensions: 1);
        if (header[0] != labelHeader[0])
            throw new DataException(
                $"{labelFile.Name}: there are {labelHeader[0]} labels for the {header[0]} images of {imageFile.Name}; give files that " +
                $"belong together");

        var (height, width) = (Extent(header[1]), Extent(header[2]));
        var pixels = imageFile.Read(checked((long)header[0] * height * width), "pixels");
        imageFile.RequireEnd("the pixels");
        var labels = Array.ConvertAll(labelFile.Read(labelHeader[0], "labels"), label => (int)label);
        labelFile.RequireEnd("the labels");
        return new ImageSet(classes is null ? imageFile.Name : labelFile.Name, 1, height, width, classes
            ?? CountClasses(labels, labelFile.Name), pixels, labels)
        {
            ClassNames = classNames,
        };

        int Extent(uint extent) => extent is >= 1 and <= 4096
            ? (int)extent
            : throw new DataException($"{imageFile.Name}: the header says {header[1]}x{header[2]} pixels; a side has 1 to 4096");
    }

    private static ImageSet? Agreeing(ImageSet train, ImageSet? test) =>
        test is null || (test.Height == train.Height && test.Width == train.Width)
            ? test
            : throw new DataException(
                $"{test.Name}: test images of {test.Height}x{test.Width} do not match training images of {train.Height}x{train.Width}; " +
                $"give files that belong together");

    private static uint[] ReadHeader(DataFile file, uint magic, string what, int dimensions)
    {
        var found = BinaryPrimitives.ReadUInt32BigEndian(file.Read(4, "the header"));
        if (found != magic)
            throw new DataException(
                $"{file.Name}: the magic number is 0x{found:x8}, not 0x{magic:x8}; give an IDX file of {what} in unsigned bytes");
        var bytes = file.Read(4 * dimensions, "the header");
        return Enumerable.Range(0, dimensions).Select(i => BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(4 * i))).ToArray();
    }

    // One damaged label must not create hundreds of classes: every class up to the largest has to occur (0 may be unused, as in EMNIST).
    private static int CountClasses(int[] labels, string file)
    {
        var classes = labels.Length == 0 ? 2 : labels.Max() + 1;
        var seen = new bool[classes];
        foreach (var label in labels) seen[label] = true;
        var gap = Array.IndexOf(seen, false, 1);
        if (gap > 0 && labels.Length > 0)
            throw new DataException(
                $"{file}: the label {classes - 1} is out of range, for no image has the label {gap}; number the classes from 0 without " +
                $"gaps");
        return classes;
    }

    private static string? Find(string folder, string part, string kind)
    {
        // Some copies of MNIST are named train-images.idx3-ubyte.
        string[] names = [$"{part}-{kind}-ubyte", $"{part}-{kind.Replace("-idx", ".idx", StringComparison.Ordinal)}-ubyte"];
        return names.SelectMany(name => new[] { name, name + ".gz" }).Select(name => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
    }

    private static DataException Missing(string folder, string file) =>
        new($"{folder}: the file {file} (or {file}.gz) is missing; put it there");
}
