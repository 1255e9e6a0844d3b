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
        var ants = Links("ants", FolderIndex.FewestKept);
        Age(ants);
        var store = new IndexStore(Path.Combine(folder, "cache"));
        var (images, index) = Open();
        index.Save();
        Assert.Equal(Plain(4, 4, 7), images.Read(0));
        // In its place: the folder's time does not tell it.
        folder.Put("target.png", Plain(4, 5, 7));
        Assert.Contains("was changed since its folder was indexed",
            Assert.Throws<ChangedFileException>(() => Open().Images.Read(0)).Message, StringComparison.Ordinal);
        Assert.Equal(Plain(4, 5, 7), Open().Images.Read(0));

        (FileImages Images, FolderIndex Index) Open()
        {
            var opened = FolderIndex.Open(folder, store);
            return (new FileImages(opened.Files(opened.Of(ants)), opened), opened);
        }
    }

    [Fact]
    public void A_file_that_changed_since_is_not_told_as_damaged()
    {
        EncodedSets.Folder(folder);
        foreach (var whole in new[] { false, true })
        {
            var found = DataSource.Find(folder);
            File.AppendAllText(Path.Combine(folder, "train", "bee", "5.png"), "more");
            // Where crops are wanted, images are decoded when the set is gone through.
            Assert.Contains("5.png: was changed since its folder was indexed",
                Assert.Throws<ChangedFileException>(() => new DataSummary(found.Read((8, 8), whole))).Message, StringComparison.Ordinal);
        }
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
