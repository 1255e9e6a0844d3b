using MIOpenDarts.Darts.Data.Encoded;

namespace MIOpenDarts.Darts.Data.Archives;

/// <summary>
/// Tar files of JPEG or PNG images: with a label beside each (<c>0001.jpg</c>, <c>0001.cls</c>, the layout of WebDataset), or each in the
/// folder of its class. A set is one file, or a folder of them whose names begin with those of parts.
/// </summary>
internal static class ImageArchives
{
    private const string Ending = ".tar";

    /// <summary>Looks at one file; null where it has no images.</summary>
    /// <exception cref="DataException">It is damaged, or packed so that images cannot be reached.</exception>
    public static FoundData? OfFile(string path) =>
        path.EndsWith(Ending, StringComparison.OrdinalIgnoreCase) ? Found(path, [path], [], []) : null;

    /// <summary>Looks at a folder; null where it has no tar files of images.</summary>
    /// <exception cref="DataException">One is damaged.</exception>
    public static FoundData? InFolder(string folder)
    {
        string[] files = [.. Directory.EnumerateFiles(folder, "*" + Ending).Where(file => !Path.GetFileName(file).StartsWith('.'))];
        if (files.Length == 0) return null;
        var (train, test, others) = Parts.Split(files);
        return train.Length == 0 ? null : Found(folder, train, test, others);
    }

    private static FoundData? Found(string name, string[] trainNames, string[] testNames, string[] others)
    {
        var (train, test) = (Array.ConvertAll(trainNames, IndexedFile.From), Array.ConvertAll(testNames, IndexedFile.From));
        var (trained, tested) = (Index(train), Index(test));
        if (trained.Length == 0) return null;
        LeftOut[] left = others.Length == 0 ? [] : [new LeftOut("files beside the parts", others.Length, Path.GetFileName(others[0]))];
        var byNumber = Array.Exists(trained, entry => entry.Image.Label >= 0);
        var byFolder = !byNumber && test.Length == 0;
        var parts = byFolder ? trained.ToLookup(entry => PartOf(entry.Image.Name)) : null;
        var stray = new List<string>();
        if (parts is not null && parts[Parts.Train[0]].Any())
        {
            (trained, tested) = ([.. parts[Parts.Train[0]]], [.. parts[Parts.Test[0]]]);
            stray.AddRange(parts[""].Select(entry => entry.Image.Name));
        }
        else if (!byNumber && Array.Exists(trained, HasClass))
        {
            stray.AddRange(trained.Concat(tested).Where(entry => !HasClass(entry)).Select(entry => entry.Image.Name));
            (trained, tested) = (Array.FindAll(trained, HasClass), Array.FindAll(tested, HasClass));
        }

        var sorted = byNumber ? [] : trained.Select(entry => ClassOf(entry.Image.Name)).Distinct().Order(StringComparer.Ordinal).ToArray();
        if (sorted is [""])
            throw new DataException(
                $"{name}: its images have neither labels beside them, such as 0001.cls for 0001.jpg, nor folders of classes; pack it with "
                + "them");
        var trainPart = Part(name, train, trained, sorted, out var without);
        var testPart = tested.Length == 0 ? null : Part(name, test.Length == 0 ? train : test, tested, sorted, out _);
        if (without > 0) left = [.. left, new LeftOut("images without a label", without, "they have no file .cls beside them")];
        if (stray.Count > 0) left = [.. left, new LeftOut("images outside the class folders", stray.Count, OneLine.Of(stray[0]))];
        var count = byNumber ? LabelCount.Of(name, trainPart.Labels) : sorted.Length;
        var description = new DataDescription(
            "tar files of images", Describe(train, trainPart),
            testPart is null ? null : Describe(test.Length == 0 ? train : test, testPart), left)
        {
            Because = byNumber
                ? "the files have JPEG or PNG images with labels beside them (.cls), as WebDataset lays them out"
                : "the files have JPEG or PNG images in folders, each a class",
        };
        return FoundData.OfEncoded(name, new EncodedSet(count, byNumber ? null : sorted, trainPart, testPart, description));
    }

    private static (int File, TarImage Image)[] Index(IndexedFile[] files) =>
        [.. files.SelectMany((file, number) => TarIndex.Of(file, IndexStore.Default).Select(image => (number, image)))];

    private static EncodedPart Part(
        string name, IndexedFile[] files, (int File, TarImage Image)[] images, string[] classes, out int without)
    {
        var numbers = classes.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        int[] labels = Array.ConvertAll(images, entry => classes.Length == 0
            ? entry.Image.Label
            : numbers.TryGetValue(ClassOf(entry.Image.Name), out var label) ? label
            : throw new DataException(
                $"{files[entry.File].Path}: the class '{ClassOf(entry.Image.Name)}' is not among the training classes, "
                + $"{string.Join(", ", classes)}; give both parts the same folders"));
        int[] labelled = [.. Enumerable.Range(0, images.Length).Where(i => labels[i] >= 0)];
        without = images.Length - labelled.Length;
        // As a folder lists them, so that a set may be packed between a stop and a resume.
        if (classes.Length > 0)
            labelled = [.. labelled.OrderBy(i => labels[i]).ThenBy(i => Path.GetFileName(images[i].Image.Name), StringComparer.Ordinal)];
        return new EncodedPart(name, new TarImages(files, [.. labelled.Select(i => images[i])]), [.. labelled.Select(i => labels[i])]);
    }

    private static string Describe(IndexedFile[] files, EncodedPart part) =>
        $"{Path.GetFileName(files[0].Path)}{(files.Length > 1 ? $" and {files.Length - 1} more" : "")} ({part.Images.Count})";

    private static bool HasClass((int File, TarImage Image) entry) => ClassOf(entry.Image.Name).Length > 0;

    // The folder that an image lies in; empty at the top, which many archives call a dot.
    private static string ClassOf(string name) =>
        Path.GetFileName(Path.GetDirectoryName(name)) is { } folder and not "." ? OneLine.Of(folder) : "";

    // The part that a folder above the class is called by, under its preferred name; empty for none.
    private static string PartOf(string name)
    {
        for (var folder = Path.GetDirectoryName(Path.GetDirectoryName(name)); !string.IsNullOrEmpty(folder);
            folder = Path.GetDirectoryName(folder))
        {
            if (Parts.Rank(folder, Parts.Train) >= 0) return Parts.Train[0];
            if (Parts.Rank(folder, Parts.Test) >= 0) return Parts.Test[0];
        }

        return "";
    }
}
