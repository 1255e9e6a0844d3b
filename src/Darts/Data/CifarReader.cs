namespace MIOpenDarts.Darts.Data;

/// <summary>
/// Reads CIFAR-10 and CIFAR-100 in their binary form (Krizhevsky 2009): records of one label byte (CIFAR-100: a coarse and a fine one, of
/// which the fine counts) and 3x32x32 pixels.
/// </summary>
/// <param name="name">Name of the set in messages.</param>
/// <param name="trainPattern">Names of the training files.</param>
/// <param name="testName">Name of the test file.</param>
/// <param name="labelBytes">Label bytes before the pixels; the last one counts.</param>
/// <param name="classes">Number of classes.</param>
/// <param name="namesFile">Name of the file that has a class's name in each line.</param>
/// <param name="normalization">Normalisation of the set.</param>
internal sealed class CifarReader(string name, string trainPattern, string testName, int labelBytes, int classes, string namesFile,
    Normalization normalization)
{
    private const int Side = 32;
    private const int Channels = 3;
    private const int ImageBytes = Channels * Side * Side;
    // Characters of all names of classes; CIFAR-100 has about a thousand.
    private const int MostNames = 1 << 16;
    private readonly int recordBytes = labelBytes + ImageBytes;

    /// <summary><c>data_batch_*.bin</c> and <c>test_batch.bin</c>.</summary>
    public static CifarReader Cifar10 { get; } = new("CIFAR-10", "data_batch_*.bin", "test_batch.bin", 1, 10, "batches.meta.txt",
        Normalization.Cifar10);

    /// <summary><c>train.bin</c> and <c>test.bin</c>.</summary>
    public static CifarReader Cifar100 { get; } = new("CIFAR-100", "train.bin", "test.bin", 2, 100, "fine_label_names.txt",
        Normalization.Cifar100);

    /// <summary>Looks at a folder; null where there are no training batches.</summary>
    public FoundData? Find(string folder)
    {
        var train = TrainFiles(folder);
        if (train.Length == 0) return null;
        var test = Path.Combine(folder, testName);
        string[] tests = File.Exists(test) ? [test] : [];
        var (classNames, unfit) = ReadNames(Path.Combine(folder, namesFile));
        var description = new DataDescription($"{name} in binary files", string.Join(", ", train.Select(Path.GetFileName)),
            tests.Length == 0 ? null : testName, unfit)
        { Because = $"it has {trainPattern}" };
        return FoundData.InMemory(folder, description, () =>
            new ImageData(folder, Read(folder, train, classNames), tests.Length == 0 ? null : Read(test, tests, classNames),
                normalization));
    }

    // Names are a courtesy of the set: without them, or with others than its classes have, it is as good.
    private (string[]? Names, LeftOut[] Unfit) ReadNames(string path)
    {
        if (!File.Exists(path) || !RegularFile.HasContents(path)) return (null, []);
        using var reader = File.OpenText(path);
        var text = new char[MostNames];
        string[] names = new string(text, 0, reader.ReadBlock(text))
            .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return names.Length == classes ? (names, [])
            : (null, [new LeftOut("file of class names that does not fit", 1, $"{namesFile} has {names.Length} for {classes} classes")]);
    }

    private string[] TrainFiles(string folder) =>
        Directory.EnumerateFiles(folder, trainPattern).OrderBy(file => file.Length).ThenBy(file => file, StringComparer.Ordinal).ToArray();

    private ImageSet Read(string from, string[] files, string[]? classNames)
    {
        var records = files.Sum(CountRecords);
        if (records * ImageBytes > Array.MaxLength)
            throw new DataException($"{from}: {records} images are too many for memory; at most {Array.MaxLength / ImageBytes} fit");
        var pixels = new byte[records * ImageBytes];
        var labels = new int[records];
        var bytes = new byte[recordBytes];
        var next = 0;
        foreach (var path in files)
        {
            using var file = DataFile.Open(path);
            for (long record = 0, count = CountRecords(path); record < count; record++, next++)
            {
                file.Read(bytes, "a record");
                var label = bytes[labelBytes - 1];
                if (label >= classes)
                    throw new DataException(
                        $"{path}: record {record} has the label {label}; labels go from 0 to {classes - 1}, so this is not a {name} file " +
                        $"or it is damaged");
                labels[next] = label;
                bytes.AsSpan(labelBytes).CopyTo(pixels.AsSpan(next * ImageBytes));
            }
        }

        return new ImageSet(from, Channels, Side, Side, classes, pixels, labels) { ClassNames = classNames };
    }

    private long CountRecords(string path)
    {
        var length = RegularFile.Length(path) ?? 0;
        return length > 0 && length % recordBytes == 0
            ? length / recordBytes
            : throw new DataException(
                $"{path}: {length} bytes are not whole records of {recordBytes}; the file is truncated or oversized, fetch it again");
    }
}
