namespace MIOpenDarts.Darts.Data.Folders;

/// <summary>What lies in one folder, each kind in the order of names.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Folders">Folders in it that are not hidden.</param>
/// <param name="Images">Files with the name of an image.</param>
/// <param name="Others">Other files.</param>
/// <param name="HiddenFolders">Folders whose names begin with a dot, as notebooks and versioning leave them.</param>
/// <param name="HiddenFiles">Files whose names begin with a dot, among them the <c>._1.jpg</c> that archives of another system
/// have.</param>
internal sealed record FolderListing(string Path, string[] Folders, string[] Images, string[] Others, string[] HiddenFolders,
    string[] HiddenFiles)
{
    /// <summary>Name of the folder.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>Reads a folder.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FolderListing From(string path)
    {
        var folders = Directory.EnumerateDirectories(path).Order(StringComparer.Ordinal).ToLookup(IsHidden);
        var files = Directory.EnumerateFiles(path).Order(StringComparer.Ordinal).ToLookup(IsHidden);
        var images = files[false].ToLookup(ImageFile.HasName);
        return new FolderListing(path, [.. folders[false]], [.. images[true]], [.. images[false]], [.. folders[true]], [.. files[true]]);
    }

    /// <summary>Whether a folder has images itself.</summary>
    public static bool HoldsImages(string path) => Directory.EnumerateFiles(path).Any(file => ImageFile.HasName(file) && !IsHidden(file));

    private static bool IsHidden(string path) => System.IO.Path.GetFileName(path).StartsWith('.');
}
