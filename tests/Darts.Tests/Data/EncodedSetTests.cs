using System.Formats.Tar;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Data.Archives;
using MIOpenDarts.Darts.Data.Encoded;
using MIOpenDarts.Darts.Data.Folders;
using Parquet;
using static MIOpenDarts.Darts.Tests.Data.Pictures;

namespace MIOpenDarts.Darts.Tests.Data;

/// <summary>Images that lie in folders, tar files and Parquet tables are the same set.</summary>
public sealed class EncodedSetTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("encoded").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("labels.tar")]
    [InlineData("folders.tar")]
    [InlineData("train.parquet")]
    public void A_packed_set_is_the_folder_that_it_was(string file)
    {
        var path = Path.Combine(folder, file);
        _ = file.EndsWith(".tar", StringComparison.Ordinal) ? EncodedSets.Tar(path, file == "labels.tar") : EncodedSets.Parquet(path);
        foreach (var whole in new[] { false, true })
        {
            var plain = DataSource.Open(EncodedSets.Folder(Path.Combine(folder, "plain")), 8, whole);
            var packed = DataSource.Open(path, 8, whole);
            Assert.Equal(plain.Train.Labels, packed.Train.Labels);
            Assert.Equal(plain.Normalization.Mean, packed.Normalization.Mean);
            Assert.Equal(Batches(plain), Batches(packed));
            if (file != "labels.tar") Assert.Equal(["ant", "bee"], packed.Train.ClassNames);
            if (file == "folders.tar") Assert.Null(DataFingerprint.From(plain.Train).Difference(DataFingerprint.From(packed.Train)));
        }

        // Seen from the folder that it lies in, it is the same.
        Directory.Delete(Path.Combine(folder, "plain"), recursive: true);
        Assert.Equal(8, DataSource.Open(folder, 8).Train.Count);

        static float[] Batches(ImageData data)
        {
            var varied = new Augmentation(2, true, 0, Resized: data.Normalization == Normalization.ImageNet);
            var schedule = BatchSchedule.Training([.. Enumerable.Range(0, 8)], 3, varied, seed: 4, epoch: 1, firstStep: 1);
            using var batches = new BatchPipeline(new ImageEncoder(data.Train, data.Normalization), 3, workers: 2);
            batches.Start(schedule);
            var all = new List<float>();
            while (batches.TryRead(out var batch)) all.AddRange(batch.Pixels);
            return [.. all];
        }
    }

    [Fact]
    public void A_tar_file_that_was_indexed_is_recognised_without_its_headers()
    {
        var path = EncodedSets.Tar(Path.Combine(folder, "a.tar"), labels: true);
        var written = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(path, written);
        var first = DataSource.Find(path).Description;
        using (var file = File.OpenWrite(path)) file.Write(new byte[512]);
        File.SetLastWriteTimeUtc(path, written);
        Assert.Equal(first.Train, DataSource.Find(path).Description.Train);
        File.SetLastWriteTimeUtc(path, written.AddSeconds(1));
        Assert.Throws<DataException>(() => DataSource.Find(path));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_tar_file_that_changed_since_it_was_indexed_is_refused(bool opened)
    {
        var path = EncodedSets.Tar(Path.Combine(folder, "a.tar"), labels: true);
        var set = DataSource.Open(path, 8, whole: true).Train;
        if (opened) set.Image(0);
        // Another of the same length, written in its place as programs do that respect no lock.
        var other = File.ReadAllBytes(EncodedSets.Tar(Path.Combine(folder, "other"), labels: true, image => [.. image.Reverse()]));
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) file.Write(other);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddSeconds(7));
        Assert.StartsWith($"{path}: was changed since it was indexed", Assert.Throws<ChangedFileException>(() => { set.Image(1); }).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_to_a_tar_file_is_as_the_file()
    {
        var path = EncodedSets.Tar(Path.Combine(folder, "blob"), labels: true);
        var link = File.CreateSymbolicLink(Path.Combine(folder, "a.tar"), path).FullName;
        Assert.Equal(8, DataSource.Open(link, 8).Train.Count);
    }

    [Theory]
    [InlineData("train.tar")]
    [InlineData("train.parquet")]
    public void A_packed_file_beside_class_folders_does_not_take_their_place(string file)
    {
        EncodedSets.Folder(folder);
        File.WriteAllText(Path.Combine(folder, file), "neither of them");
        Assert.Equal("a folder of images", DataSource.Find(folder).Description.Form);
    }

    [Theory]
    [InlineData("stray.png", "train/")]
    [InlineData("train/stray.png", "train/")]
    [InlineData("./stray.png", "./")]
    public void An_image_outside_the_class_folders_of_an_archive_is_left_out_and_told(string stray, string above)
    {
        var path = Path.Combine(folder, "a.tar");
        using (var file = File.Create(path))
        using (var tar = new TarWriter(file, TarEntryFormat.Pax))
            foreach (var name in EncodedSets.Images.Select(image => $"{above}{image.Class}/{image.Name}").Append(stray))
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Plain(6, 6, 1)) });
        var data = DataSource.Open(path, 8);
        Assert.Equal(["ant", "bee"], data.Train.ClassNames);
        Assert.Equal((8, $"1 images outside the class folders ({stray})"), (data.Train.Count, data.Description.Summary));
    }

    [Fact]
    public void The_index_of_an_archive_is_kept_once_its_time_would_tell_a_change()
    {
        var path = EncodedSets.Tar(Path.Combine(folder, "a.tar"), labels: true);
        var store = new IndexStore(Path.Combine(folder, "cache"));
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(1));
        var images = TarIndex.Of(IndexedFile.From(path), store);
        Assert.Null(store.Open(path));
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(-1));
        TarIndex.Of(IndexedFile.From(path), store);
        using (var kept = store.Open(path)) Assert.NotNull(kept);
        Assert.Equal(images, TarIndex.Of(IndexedFile.From(path), store));
    }

    [Fact]
    public void A_table_that_another_program_wrote_is_the_same_set()
    {
        // By hyparquet-writer 0.17.0, in the layout of Hugging Face.
        var table = DataSource.Open(Path.Combine(AppContext.BaseDirectory, "Data", "Tables", "hyparquet.parquet"), 8);
        var plain = DataSource.Open(EncodedSets.Folder(folder), 8);
        Assert.Equal(plain.Train.ClassNames, table.Train.ClassNames);
        Assert.Equal(plain.Train.Labels, table.Train.Labels);
        for (var i = 0; i < plain.Train.Count; i++) Assert.Equal(plain.Train.Image(i), table.Train.Image(i));
    }

    [Fact]
    public void The_description_tells_the_form_and_why()
    {
        var tar = DataSource.Find(EncodedSets.Tar(Path.Combine(folder, "a.tar"), labels: true)).Description;
        Assert.Equal(("tar files of images", "a.tar (8)", null), (tar.Form, tar.Train, tar.Test));
        Assert.Contains(".cls", tar.Because, StringComparison.Ordinal);
        var table = DataSource.Find(EncodedSets.Parquet(Path.Combine(folder, "b.parquet"))).Description;
        Assert.Equal("Parquet tables of images", table.Form);
        Assert.Contains("image/bytes and label", table.Because, StringComparison.Ordinal);
        var images = DataSource.Open(EncodedSets.Folder(Path.Combine(folder, "c")), 8).Description;
        Assert.Equal("train has folders with JPEG or PNG images, each a class", images.Because);
        Assert.Equal("decoded, in memory", images.Kept);
    }

    [Fact]
    public void Parts_are_told_by_the_names_of_files()
    {
        foreach (var name in new[] { "train-00000-of-00002", "train-00001-of-00002", "validation-00000-of-00001", "test-00000-of-00001" })
            EncodedSets.Parquet(Path.Combine(folder, name + ".parquet"), secret: name[1] == 'e' ? -1 : 0);
        var found = DataSource.Find(folder);
        Assert.Equal("train-00000-of-00002.parquet and 1 more (16)", found.Description.Train);
        Assert.Null(found.Description.Test);
        Assert.Contains("its labels are -1", found.Description.Summary, StringComparison.Ordinal);
        File.Delete(Path.Combine(folder, "test-00000-of-00001.parquet"));
        Assert.Equal((16, 8), (DataSource.Open(folder, 8).Train.Count, DataSource.Open(folder, 8).Test!.Count));
    }

    [Theory]
    [InlineData(CompressionMethod.None)]
    [InlineData(CompressionMethod.Gzip)]
    [InlineData(CompressionMethod.Zstd)]
    public void Tables_may_be_compressed_in_other_ways(CompressionMethod compression) =>
        Assert.Equal(8, DataSource.Open(EncodedSets.Parquet(Path.Combine(folder, "a.parquet"), compression, names: false), 8).Train.Count);

    [Fact]
    public void What_is_too_large_is_decoded_at_each_use_with_the_same_pixels()
    {
        var set = ImageFolder.Find(EncodedSets.Folder(folder))!;
        var (memory, used) = (new EncodedReader(folder, (8, 8), whole: false).Read(set),
            new EncodedReader(folder, (8, 8), whole: false, mostDecoded: 1000).Read(set));
        Assert.Equal((false, true), (memory.Train.DecodesAtUse, used.Train.DecodesAtUse));
        for (var i = 0; i < 8; i++) Assert.Equal(memory.Train.Image(i), used.Train.Image(i));
        Assert.Equal(memory.Normalization.Deviation, used.Normalization.Deviation);
        Assert.StartsWith("as they are, decoded at each use", used.Description.Kept, StringComparison.Ordinal);
        File.WriteAllBytes(Path.Combine(folder, "train", "bee", "5.png"), Plain(11, 7, 100)[..^9]);
        var summary = new DataSummary(new EncodedReader(folder, (8, 8), whole: true).Read(ImageFolder.Find(folder)!));
        Assert.Contains("5.png: the PNG data ends", Assert.Single(summary.Data.Description.Damaged), StringComparison.Ordinal);
        var own = new EncodedReader(folder, size: null, whole: false, mostDecoded: 100);
        Assert.Contains("images of several sizes need an image_size",
            Assert.Throws<DataException>(() => own.Read(set)).Message, StringComparison.Ordinal);
    }
}
