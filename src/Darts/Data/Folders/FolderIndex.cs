namespace MIOpenDarts.Darts.Data.Folders;

/// <summary>
/// Listings of the folders below a root. Those of a large set are kept on disk: a folder is listed again when its time says that something
/// came or went, a file is compared with its length and time when it is read.
/// </summary>
internal sealed class FolderIndex
{
    /// <summary>Images from which on an index is kept.</summary>
    public const int FewestKept = 1000;

    private readonly Dictionary<string, Entry> entries = [];
    private readonly string root;
    private readonly IndexStore store;
    private bool changed;

    private FolderIndex(string root, IndexStore store) => (this.root, this.store) = (root, store);

    /// <summary>Opens what was kept of a root.</summary>
    public static FolderIndex Open(string root, IndexStore store)
    {
        var index = new FolderIndex(root, store);
        using var reader = store.Open(root);
        if (reader is null) return index;
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            var relative = reader.ReadString();
            var (path, written) = (relative == "." ? root : Path.Combine(root, relative), reader.ReadInt64());
            var (folders, others, hiddenFolders, hiddenFiles) = (Names(), Names(), Names(), Names());
            var files = new IndexedFile[reader.ReadInt32()];
            for (var k = 0; k < files.Length; k++)
                files[k] = new IndexedFile(Path.Combine(path, reader.ReadString()), reader.ReadInt64(), reader.ReadInt64());
            var images = Array.ConvertAll(files, file => file.Path);
            index.entries[path] = new Entry(
                written, new FolderListing(path, folders, images, others, hiddenFolders, hiddenFiles))
            { Files = files };

            string[] Names()
            {
                var names = new string[reader.ReadInt32()];
                for (var k = 0; k < names.Length; k++) names[k] = Path.Combine(path, reader.ReadString());
                return names;
            }
        }

        return index;
    }

    /// <summary>What lies in a folder.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public FolderListing Of(string path)
    {
        var written = IndexedTime(path);
        if (entries.TryGetValue(path, out var entry) && entry.Written == written) return entry.Listing;
        changed = true;
        var listing = FolderListing.From(path);
        entries[path] = new Entry(written, listing);
        return listing;
    }

    /// <summary>The images of a folder with their lengths and times.</summary>
    /// <exception cref="IOException">A link leads round in a circle.</exception>
    public IndexedFile[] Files(FolderListing folder)
    {
        var entry = entries[folder.Path];
        return entry.Files ??= [.. folder.Images.AsParallel().AsOrdered().Select(IndexedFile.From)];
    }

    /// <summary>Keeps the listings of a large set that changed.</summary>
    public void Save()
    {
        Entry[] kept = [.. entries.Values.Where(entry => IndexStore.IsSettled(entry.Written))];
        if (!changed || kept.Sum(entry => entry.Listing.Images.Length) < FewestKept) return;
        store.Save(root, writer =>
        {
            writer.Write(kept.Length);
            foreach (var entry in kept) Write(writer, entry);
        });
    }

    /// <summary>Has the next start list everything again.</summary>
    public void Forget() => store.Forget(root);

    private void Write(BinaryWriter writer, Entry entry)
    {
        var listing = entry.Listing;
        writer.Write(Path.GetRelativePath(root, listing.Path));
        writer.Write(entry.Written);
        foreach (var names in new[] { listing.Folders, listing.Others, listing.HiddenFolders, listing.HiddenFiles })
        {
            writer.Write(names.Length);
            foreach (var name in names) writer.Write(Path.GetFileName(name));
        }

        var files = Files(listing);
        writer.Write(files.Length);
        foreach (var file in files)
        {
            writer.Write(Path.GetFileName(file.Path));
            writer.Write(file.Length);
            writer.Write(file.Written);
        }
    }

    // Of the folder itself where the path is a link to it.
    private static long IndexedTime(string path) =>
        (Directory.ResolveLinkTarget(path, returnFinalTarget: true) ?? new DirectoryInfo(path)).LastWriteTimeUtc.Ticks;

    private sealed class Entry(long written, FolderListing listing)
    {
        public long Written => written;

        public FolderListing Listing => listing;

        public IndexedFile[]? Files { get; set; }
    }
}
