using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Data.Folders;
using static MIOpenDarts.Darts.Tests.Data.Pictures;

namespace MIOpenDarts.Darts.Tests.Data;

/// <summary>The index of a large folder is kept, and is never older than the folder.</summary>
public sealed class FolderIndexTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("index").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Listings_are_kept_until_the_folder_changes()
    {
        var ants = Links("ants", FolderIndex.FewestKept);
        Age(ants);
        var store = new IndexStore(Path.Combine(folder, "cache"));
        var first = FolderIndex.Open(folder, store);
        var listed = first.Files(first.Of(ants));
        first.Save();
        var kept = FolderIndex.Open(folder, store);
        var listing = kept.Of(ants);
        Assert.Equal(listed, kept.Files(listing));
        Assert.All(listed, file => Assert.True(file.Length > 50));
        // It was read, not listed: what changes without the folder's time is not seen.
        File.Delete(listed[3].Path);
        Age(ants);
        Assert.Equal(listed.Length, FolderIndex.Open(folder, store).Of(ants).Images.Length);
        // The folder's time tells that something came or went.
        File.Delete(listed[4].Path);
        Assert.Equal(listed.Length - 2, FolderIndex.Open(folder, store).Of(ants).Images.Length);
    }

    [Fact]
    public void A_damaged_index_and_a_store_that_cannot_be_written_are_as_none()
    {
        var ants = Links("ants", FolderIndex.FewestKept);
        Age(ants);
        var cache = Path.Combine(folder, "cache");
        var store = new IndexStore(cache);
        var index = FolderIndex.Open(folder, store);
        index.Of(ants);
        index.Save();
        var path = Assert.Single(Directory.GetFiles(cache));
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Null(store.Open(folder));
        File.WriteAllBytes(Path.Combine(folder, "file"), []);
        new IndexStore(Path.Combine(folder, "file")).Save(folder, writer => writer.Write(1));
    }

    [Fact]
    public void A_file_that_changed_since_is_refused_and_its_folder_indexed_anew()
    {
        folder.Put("a/0.png", Plain(4, 4, 7));
        var index = FolderIndex.Open(folder, new IndexStore(Path.Combine(folder, "cache")));
        var images = new FileImages(index.Files(index.Of(Path.Combine(folder, "a"))), index);
        Assert.Equal(Plain(4, 4, 7), images.Read(0));
        folder.Put("a/0.png", Plain(4, 5, 7));
        Assert.Contains("was changed since its folder was indexed", Assert.Throws<DataException>(() => images.Read(0)).Message,
            StringComparison.Ordinal);
    }

    private string Links(string name, int count)
    {
        var target = folder.Put("target.png", Plain(4, 4, 7));
        var path = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
        for (var i = 0; i < count; i++) File.CreateSymbolicLink(Path.Combine(path, $"{i:0000}.png"), target);
        return path;
    }

    // Older than the resolution of a clock, and always the same.
    private static void Age(string path) => Directory.SetLastWriteTimeUtc(path, new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc));
}
