using MIOpenDarts.Darts.Data.Encoded;

namespace MIOpenDarts.Darts.Data.Folders;

/// <summary>
/// A folder of images as its names tell it: a sub-folder of images for each class, in the order of their names, either below a training
/// part or directly, and perhaps a test part. No image is opened.
/// </summary>
internal static class ImageFolder
{
    /// <summary>Whether a folder has the name of a part, in any case.</summary>
    public static bool HasPartName(string path) => Parts.Rank(path, Parts.Train) >= 0 || Parts.Rank(path, Parts.Test) >= 0;

    /// <summary>Looks at a folder; null where there are no classes with images.</summary>
    /// <exception cref="DataException">The test part has a class that the training part has not.</exception>
    /// <exception cref="IOException">A folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder may not be read.</exception>
    public static EncodedSet? Find(string root)
    {
        var index = FolderIndex.Open(root, IndexStore.Default);
        var set = Find(root, index);
        if (set is not null) index.Save();
        return set;
    }

    private static EncodedSet? Find(string root, FolderIndex index)
    {
        var top = index.Of(root);
        // A part holds classes, a class holds images: so a class may be called train, beside bus and car.
        var beside = top.Folders.Any(folder => !HasPartName(folder) && FolderListing.HoldsImages(folder));
        string[] parts = [.. top.Folders.Where(folder =>
            HasPartName(folder) && HoldsClasses(folder) && !(beside && FolderListing.HoldsImages(folder)))];
        var (train, test) = (Preferred(parts, Parts.Train), Preferred(parts, Parts.Test));
        var left = new LeftOutList(root);
        var classes = ClassesOf(train is null ? top with { Folders = [.. top.Folders.Except(parts)] } : index.Of(train), index, left);
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
        var trainFiles = FilesOf(train ?? root, classes, names, index, left);
        var testFiles = test is null ? null : FilesOf(test, ClassesOf(index.Of(test), index, left), names, index, left);
        var description = new DataDescription(
            "a folder of images", Describe(trainFiles, root), testFiles is null ? null : Describe(testFiles, root), left.ToList())
        {
            Because = $"{(train is null ? "it" : Path.GetFileName(train))} has folders with JPEG or PNG images, each a class",
        };
        return new EncodedSet(names.Length, names, trainFiles, testFiles, description);
    }

    private static string Describe(EncodedPart part, string root) =>
        $"{(part.Name == root ? "the class folders" : Path.GetFileName(part.Name))} ({part.Images.Count})";

    private static string? Preferred(string[] parts, string[] names) =>
        parts.Where(part => Parts.Rank(part, names) >= 0).OrderBy(part => Parts.Rank(part, names))
            .ThenBy(part => part, StringComparer.Ordinal).FirstOrDefault();

    /// <summary>Whether a folder has sub-folders with images.</summary>
    public static bool HoldsClasses(string folder) => FolderListing.From(folder).Folders.Any(FolderListing.HoldsImages);

    private static FolderListing[] ClassesOf(FolderListing part, FolderIndex index, LeftOutList left)
    {
        left.AddUnusable(part);
        left.Add(LeftOutReason.NoClass, part.Images);
        var folders = part.Folders.Select(index.Of).ToLookup(folder => folder.Images.Length > 0);
        foreach (var empty in folders[false])
        {
            left.Add(LeftOutReason.EmptyClass, empty.Path);
            left.AddUnusable(empty);
        }

        return [.. folders[true]];
    }

    private static EncodedPart FilesOf(string part, FolderListing[] classes, string[] names, FolderIndex index, LeftOutList left)
    {
        var (files, labels) = (new List<IndexedFile>(), new List<int>());
        foreach (var folder in classes)
        {
            left.AddUnusable(folder);
            left.Add(LeftOutReason.Nested, folder.Folders);
            var label = Array.IndexOf(names, folder.Name);
            if (label < 0)
                throw new DataException(
                    $"{part}: the class '{folder.Name}' is not among the training classes, {string.Join(", ", names)}; give both parts " +
                        $"the same sub-folders");
            files.AddRange(index.Files(folder));
            labels.AddRange(Enumerable.Repeat(label, folder.Images.Length));
        }

        return new EncodedPart(part, new FileImages([.. files], index), [.. labels]);
    }
}
