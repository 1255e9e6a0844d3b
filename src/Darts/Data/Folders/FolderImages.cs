namespace MIOpenDarts.Darts.Data.Folders;

/// <summary>All images below a folder, whatever their sub-folders mean.</summary>
internal static class FolderImages
{
    /// <summary>
    /// The images of a folder and of the folders in it, in the order of names, and what was left out in words; null for nothing.
    /// </summary>
    /// <exception cref="DataException">There are no images, or a folder cannot be read.</exception>
    public static (IReadOnlyList<string> Images, string? LeftOut) Below(string folder)
    {
        var (images, left, seen) = (new List<string>(), new LeftOutList(folder), new HashSet<string>());
        try
        {
            Walk(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{folder}: the folder cannot be read: {e.Message}", e);
        }

        var words = left.ToList() is { Count: > 0 } list ? string.Join("; ", list) : null;
        return images.Count > 0
            ? (images, words)
            : throw new DataException($"{folder}: there are no JPEG or PNG images in this folder"
                + (words is null ? "" : $", but {words}"));

        void Walk(string path)
        {
            // A link may lead back to a folder above it. What lies beyond one is named from its target on, where it has one name only.
            var target = Directory.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName;
            if (!seen.Add(target ?? Path.GetFullPath(path))) return;
            var listing = FolderListing.From(target ?? path);
            images.AddRange(listing.Images);
            left.AddUnusable(listing);
            foreach (var inside in listing.Folders) Walk(inside);
        }
    }
}
