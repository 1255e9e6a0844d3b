namespace MIOpenDarts.Darts.Data.Folders;

/// <summary>
/// A folder of images as its names tell it: a sub-folder of images for each class, in the order of their names, either below a training
/// part or directly, and perhaps a test part. No image is opened.
/// </summary>
/// <param name="Classes">Names of the classes.</param>
/// <param name="Train">Training images.</param>
/// <param name="Test">Test images; null without a test part.</param>
/// <param name="Description">What was recognised and left out.</param>
internal sealed record ImageFolder(string[] Classes, LabelledFiles Train, LabelledFiles? Test, DataDescription Description)
{
    private static readonly string[] TrainNames = ["train", "training"];
    private static readonly string[] TestNames = ["test", "testing", "val", "valid", "validation"];

    /// <summary>Whether a folder has the name of a part, in any case.</summary>
    public static bool HasPartName(string path) => Rank(path, TrainNames) >= 0 || Rank(path, TestNames) >= 0;

    /// <summary>Looks at a folder; null where there are no classes with images.</summary>
    /// <exception cref="DataException">The test part has a class that the training part has not.</exception>
    /// <exception cref="IOException">A folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder may not be read.</exception>
    public static ImageFolder? Find(string root)
    {
        var top = FolderListing.Of(root);
        // A part holds classes, a class holds images: so a class may be called train, beside bus and car.
        var beside = top.Folders.Any(folder => !HasPartName(folder) && FolderListing.HoldsImages(folder));
        string[] parts = [.. top.Folders.Where(folder =>
            HasPartName(folder) && HoldsClasses(folder) && !(beside && FolderListing.HoldsImages(folder)))];
        var (train, test) = (Preferred(parts, TrainNames), Preferred(parts, TestNames));
        var left = new LeftOutList(root);
        var classes = ClassesOf(train is null ? top with { Folders = [.. top.Folders.Except(parts)] } : FolderListing.Of(train), left);
        // Images that lie in train and test themselves have no labels.
        if (train is null && Array.TrueForAll(classes, folder => HasPartName(folder.Path))) return null;

        left.Add(LeftOutReason.SecondPart, parts.Where(part => part != train && part != test));
        if (train is not null)
        {
            left.AddUnusable(top);
            left.Add(LeftOutReason.NoClass, top.Images);
            foreach (var folder in top.Folders.Except(parts))
                left.Add(HasPartName(folder) ? LeftOutReason.PartWithoutClasses : LeftOutReason.BesideParts, folder);
        }

        string[] names = [.. classes.Select(folder => folder.Name)];
        var trainFiles = FilesOf(train ?? root, classes, names, left);
        var testFiles = test is null ? null : FilesOf(test, ClassesOf(FolderListing.Of(test), left), names, left);
        var description = new DataDescription("a folder of images", trainFiles.Describe(root), testFiles?.Describe(root), left.ToList());
        return new ImageFolder(names, trainFiles, testFiles, description);
    }

    private static string? Preferred(string[] parts, string[] names) =>
        parts.Where(part => Rank(part, names) >= 0).OrderBy(part => Rank(part, names)).ThenBy(part => part, StringComparer.Ordinal)
            .FirstOrDefault();

    private static int Rank(string path, string[] names) =>
        Array.FindIndex(names, name => string.Equals(name, Path.GetFileName(path), StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a folder has sub-folders with images.</summary>
    public static bool HoldsClasses(string folder) => FolderListing.Of(folder).Folders.Any(FolderListing.HoldsImages);

    private static FolderListing[] ClassesOf(FolderListing part, LeftOutList left)
    {
        left.AddUnusable(part);
        left.Add(LeftOutReason.NoClass, part.Images);
        var folders = part.Folders.Select(FolderListing.Of).ToLookup(folder => folder.Images.Length > 0);
        foreach (var empty in folders[false])
        {
            left.Add(LeftOutReason.EmptyClass, empty.Path);
            left.AddUnusable(empty);
        }

        return [.. folders[true]];
    }

    private static LabelledFiles FilesOf(string part, FolderListing[] classes, string[] names, LeftOutList left)
    {
        var (paths, labels) = (new List<string>(), new List<int>());
        foreach (var folder in classes)
        {
            left.AddUnusable(folder);
            left.Add(LeftOutReason.Nested, folder.Folders);
            var label = Array.IndexOf(names, folder.Name);
            if (label < 0)
                throw new DataException(
                    $"{part}: the class '{folder.Name}' is not among the training classes, {string.Join(", ", names)}; give both parts " +
                        $"the same sub-folders");
            paths.AddRange(folder.Images);
            labels.AddRange(Enumerable.Repeat(label, folder.Images.Length));
        }

        return new LabelledFiles(part, [.. paths], [.. labels]);
    }
}
