using MIOpenDarts.Darts.Data.Encoded;

namespace MIOpenDarts.Darts.Data.Tables;

/// <summary>
/// A set of Parquet files as Hugging Face has them (<c>train-00000-of-00002.parquet</c>, <c>test-…</c>), or one such file. Images are found
/// by row group and row; labels are read at once.
/// </summary>
internal static class TableFolder
{
    private const string Ending = ".parquet";

    /// <summary>Looks at one file; null where its name has another ending.</summary>
    /// <exception cref="DataException">It is damaged, or has no images and labels.</exception>
    public static FoundData? OfFile(string path) =>
        path.EndsWith(Ending, StringComparison.OrdinalIgnoreCase) ? Found(path, [path], [], []) : null;

    /// <summary>Looks at a folder; null where it has no such files.</summary>
    /// <exception cref="DataException">One is damaged, or has no images and labels.</exception>
    public static FoundData? Find(string folder)
    {
        string[] files = [.. Directory.EnumerateFiles(folder, "*" + Ending).Where(file => !Path.GetFileName(file).StartsWith('.'))];
        if (files.Length == 0) return null;
        var (train, test, others) = Parts.Split(files);
        return train.Length > 0
            ? Found(folder, train, test, others)
            : throw new DataException(
                $"{folder}: has {Path.GetFileName(test[0])} to test on but nothing to train on; put the training files beside it");
    }

    private static FoundData Found(string name, string[] train, string[] test, string[] others)
    {
        var (trainFiles, testFiles) = (Array.ConvertAll(train, ParquetFile.Open), Array.ConvertAll(test, ParquetFile.Open));
        var trained = Part(name, trainFiles);
        var tested = testFiles.Length == 0 ? null : Part(name, testFiles);
        List<LeftOut> left = others.Length == 0 ? []
            : [new LeftOut("files beside the parts", others.Length, string.Join(", ", others.Select(Path.GetFileName).Take(3)))];
        // Sets whose test labels are secret have -1 in their place.
        if (tested is { } secret && Array.TrueForAll(secret.Labels, label => label < 0))
        {
            left.Add(new LeftOut("test part without labels", 1, $"{Path.GetFileName(test[0])}; its labels are -1"));
            tested = null;
        }

        if (Array.FindIndex(trained.Labels, label => label < 0) is >= 0 and var without)
            throw new DataException($"{trained.Images.Name(without)}: has the label -1; labels are whole numbers from 0");
        var (image, label) = trainFiles[0].Columns;
        var (names, count) = (trainFiles[0].ClassNames(), LabelCount.Of(name, trained.Labels));
        if (names is not null && names.Length < count) names = null;
        var description = new DataDescription("Parquet tables of images", Describe(train, trained), tested is null ? null
            : Describe(test, tested), left)
        {
            Because = $"the columns {image} and {label} hold encoded images and whole numbers"
                + (names is null ? "" : ", and the metadata names the classes"),
        };
        return FoundData.OfEncoded(name, new EncodedSet(names?.Length ?? count, names, trained, tested, description));
    }

    private static EncodedPart Part(string name, ParquetFile[] files)
    {
        var (rows, labels) = (new List<(int, int, int)>(), new List<int>());
        for (var file = 0; file < files.Length; file++)
        {
            var groups = files[file].Groups;
            for (var group = 0; group < groups.Length; group++)
                for (var row = 0; row < groups[group]; row++) rows.Add((file, group, row));
            labels.AddRange(files[file].Labels());
        }

        return rows.Count > 0
            ? new EncodedPart(name, new ParquetImages(files, [.. rows]), [.. labels])
            : throw new DataException($"{name}: the tables have no rows; give some that have");
    }

    private static string Describe(string[] files, EncodedPart part) =>
        $"{Path.GetFileName(files[0])}{(files.Length > 1 ? $" and {files.Length - 1} more" : "")} ({part.Images.Count})";
}
