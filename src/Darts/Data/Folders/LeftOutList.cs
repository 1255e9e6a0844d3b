namespace MIOpenDarts.Darts.Data.Folders;

/// <summary>Why something in a folder of images is not taken.</summary>
internal enum LeftOutReason
{
    /// <summary>A folder whose name begins with a dot.</summary>
    HiddenFolder,
    /// <summary>A file whose name begins with a dot.</summary>
    HiddenFile,
    /// <summary>A file without the name of a JPEG or PNG image.</summary>
    NoImage,
    /// <summary>A folder where a class was looked for, without images.</summary>
    EmptyClass,
    /// <summary>A folder inside a class.</summary>
    Nested,
    /// <summary>An image that lies in no class.</summary>
    NoClass,
    /// <summary>A folder with the name of a part but no class folders in it.</summary>
    PartWithoutClasses,
    /// <summary>A part beside the one of its kind that is used.</summary>
    SecondPart,
    /// <summary>A folder beside the parts.</summary>
    BesideParts,
}

/// <summary>Gathers what is left out of a folder, by reason.</summary>
/// <param name="root">The folder, which names are told from.</param>
internal sealed class LeftOutList(string root)
{
    private const int Examples = 3;
    private readonly SortedDictionary<LeftOutReason, List<string>> paths = [];

    /// <summary>Adds files or folders.</summary>
    public void Add(LeftOutReason reason, params IEnumerable<string> found)
    {
        foreach (var path in found)
        {
            if (!paths.TryGetValue(reason, out var list)) paths[reason] = list = [];
            list.Add(Path.GetRelativePath(root, path));
        }
    }

    /// <summary>Adds what is never taken of a folder: what is hidden, and files that are no images.</summary>
    public void AddUnusable(FolderListing listing)
    {
        Add(LeftOutReason.HiddenFolder, listing.HiddenFolders);
        Add(LeftOutReason.HiddenFile, listing.HiddenFiles);
        Add(LeftOutReason.NoImage, listing.Others);
    }

    /// <summary>One entry a reason.</summary>
    public IReadOnlyList<LeftOut> ToList() => [.. paths.Select(pair => new LeftOut(
        Words(pair.Key, pair.Value.Count == 1), pair.Value.Count, pair.Key == LeftOutReason.NoImage
            ? Kinds(pair.Value)
            : First(pair.Value)))];

    private static string First(List<string> names) => string.Join(", ", names.Take(Examples)) + (names.Count > Examples ? ", ..." : "");

    private static string Kinds(List<string> names) => string.Join(", ", names
        .CountBy(name => Path.GetExtension(name).ToLowerInvariant() is { Length: > 0 } extension ? extension : "no extension")
        .OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Value} {pair.Key}"));

    private static string Words(LeftOutReason reason, bool one) => reason switch
    {
        LeftOutReason.HiddenFolder => one ? "hidden folder" : "hidden folders",
        LeftOutReason.HiddenFile => one ? "hidden file" : "hidden files",
        LeftOutReason.NoImage => one ? "file that is neither JPEG nor PNG" : "files that are neither JPEG nor PNG",
        LeftOutReason.EmptyClass => one ? "class folder without JPEG or PNG images" : "class folders without JPEG or PNG images",
        LeftOutReason.Nested => one ? "folder inside a class folder" : "folders inside class folders",
        LeftOutReason.NoClass => one ? "image outside the class folders" : "images outside the class folders",
        LeftOutReason.PartWithoutClasses => one ? "part without class folders" : "parts without class folders",
        LeftOutReason.SecondPart => one ? "part beside the one that is used" : "parts beside the ones that are used",
        _ => one ? "folder beside the parts" : "folders beside the parts",
    };
}
