using System.Formats.Tar;
using System.IO.Compression;
using MIOpenDarts.Darts.Data;

namespace MIOpenDarts.Darts.Tests.Data;

/// <summary>Files that Python left behind; those under Python/ were written by NumPy 1.24.</summary>
public sealed class PythonFilesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("python").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("cifar-python2.pickle")]
    [InlineData("cifar-python3.pickle")]
    public void Cifar_for_python_is_read_as_its_binary_form_is(string batch)
    {
        Put("data_batch_1", batch);
        Put("data_batch_3", batch);
        Put("test_batch", batch);
        Put("batches.meta", "names-python2.pickle");
        var data = DataSource.Open(folder);
        Assert.Equal([6, 9, 6, 9], data.Train.Labels.ToArray());
        Assert.Equal((3, 32, 32, 10), (data.Train.Channels, data.Train.Height, data.Train.Width, data.Train.Classes));
        Assert.Equal(Enumerable.Range(0, 3072).Select(i => (byte)((i / 16 + 7) % 251)), data.Train.Image(3).ToArray());
        Assert.Equal([6, 9], data.Test!.Labels.ToArray());
        Assert.Equal("frog", data.Train.ClassNames![6]);
        Assert.Same(Normalization.Cifar10, data.Normalization);
        Assert.Equal(("CIFAR-10 in files for Python", "data_batch_1, data_batch_3", "test_batch"),
            (data.Description.Form, data.Description.Train, data.Description.Test));
    }

    [Fact]
    public void Cifar_100_has_its_fine_labels_and_needs_no_test_images()
    {
        Put("train", "cifar100-python2.pickle");
        Put("meta", "names-python2.pickle");
        var data = DataSource.Open(folder);
        Assert.Equal([77, 3], data.Train.Labels.ToArray());
        Assert.Equal((100, null, null), (data.Train.Classes, data.Train.ClassNames, data.Test));
    }

    [Theory]
    [InlineData("cifar-10-python.tar.gz")]
    [InlineData("cifar-10-python.tar")]
    public void An_archive_need_not_be_unpacked(string name)
    {
        var inside = Directory.CreateDirectory(Path.Combine(folder, "cifar-10-batches-py")).FullName;
        foreach (var file in new[] { "data_batch_1", "test_batch" }) File.Copy(Sample("cifar-python2.pickle"), Path.Combine(inside, file));
        var path = Path.Combine(folder, name);
        using (var file = File.Create(path))
        {
            using Stream packed = name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionLevel.Fastest) : file;
            TarFile.CreateFromDirectory(inside, packed, includeBaseDirectory: true);
        }

        var data = DataSource.Open(path);
        Assert.Equal([6, 9], data.Train.Labels.ToArray());
        Assert.Equal("CIFAR-10 in files for Python, packed", data.Description.Form);
        // A shared copy under the name that it was fetched by.
        var own = Directory.CreateDirectory(Path.Combine(folder, "own")).FullName;
        Assert.Equal([6, 9], DataSource.Open(File.CreateSymbolicLink(Path.Combine(own, name), path).FullName).Train.Labels.ToArray());
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^700]);
        Assert.StartsWith($"{path}: the archive cannot be read", Refused(path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hostile.pickle", "posix.system")]
    [InlineData("foreign.pickle", "collections.OrderedDict")]
    public void Nothing_in_a_pickle_is_evaluated_and_its_classes_are_named(string pickle, string type)
    {
        Put("data_batch_1", pickle);
        Assert.StartsWith($"{Path.Combine(folder, "data_batch_1")}: has an object of the class {type}, which", Refused(folder),
            StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Path.GetTempPath(), "unsafe")));
    }

    [Theory]
    [InlineData("cdatetime\ndate\n(I1\nI2\nI3\ntR.", "datetime.date")]
    [InlineData("cdecimal\nDecimal\n(V1\ntR.", "decimal.Decimal")]
    [InlineData("cbuiltins\ncomplex\n(I1\nI2\ntR.", "builtins.complex")]
    [InlineData("(dV1\ncposix\nsystem\ns.", "posix.system")]
    [InlineData("(dV1\ncbuiltins\nValueError\n(V2\ntRs.", "builtins.ValueError")]
    public void Classes_that_the_library_knows_by_itself_are_refused_by_name_too(string pickle, string type)
    {
        File.WriteAllText(Path.Combine(folder, "data_batch_1"), pickle);
        Assert.StartsWith($"{Path.Combine(folder, "data_batch_1")}: has an object of the class {type}, which", Refused(folder),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_pickles_are_told_in_one_line()
    {
        var whole = File.ReadAllBytes(Sample("cifar-python3.pickle"));
        for (var length = 1; length < whole.Length; length += length < 200 ? 1 : 397)
        {
            File.WriteAllBytes(Path.Combine(folder, "data_batch_1"), whole[..length]);
            Assert.StartsWith($"{Path.Combine(folder, "data_batch_1")}: ", Refused(folder), StringComparison.Ordinal);
        }

        // A length of 2^40 bytes, and of -1.
        foreach (var huge in new byte[][]
            { [0x80, 4, 0x8e, 0, 0, 0, 0, 0, 1, 0, 0, (byte)'.'], [0x80, 3, (byte)'B', 255, 255, 255, 255, (byte)'.'] })
        {
            File.WriteAllBytes(Path.Combine(folder, "data_batch_1"), huge);
            Assert.Contains("the pickle cannot be read", Refused(folder), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Arrays_in_the_layout_of_medmnist_are_read()
    {
        var data = DataSource.Open(Npz(("train_images", "u1"), ("train_labels", "i8"), ("test_images", "u1"), ("test_labels", "i8"),
            ("val_images", "u1")));
        Assert.Equal((1, 3, 4, 2), (data.Train.Channels, data.Train.Height, data.Train.Width, data.Train.Classes));
        Assert.Equal([1, 0], data.Train.Labels.ToArray());
        Assert.Equal(Enumerable.Range(12, 12).Select(i => (byte)i), data.Test!.Image(1).ToArray());
        Assert.Contains("val_images", data.Description.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Colours_that_alternate_become_planes()
    {
        var data = DataSource.Open(Npz(("train_images", "rgb"), ("train_labels", "i8")));
        Assert.Equal((3, 2, 3), (data.Train.Channels, data.Train.Height, data.Train.Width));
        Assert.Equal([18, 21, 24, 27, 30, 33, 19, 22, 25, 28, 31, 34, 20, 23, 26, 29, 32, 35], data.Train.Image(1).ToArray());
        Assert.Null(data.Test);
    }

    [Theory]
    [InlineData("train_images=f8 train_labels=i8", "train_images: has elements of type <f8; images are unsigned bytes")]
    [InlineData("train_images=fortran train_labels=i8", "train_images: is in Fortran's order")]
    [InlineData("train_images=u1 train_labels=f8", "train_labels has the shape [2, 3, 4]; 2 images have labels [2] or [2, 1]")]
    [InlineData("train_images=i8 train_labels=i8", "train_images has the shape [2, 1]; images are [N, H, W] or [N, H, W, 3]")]
    [InlineData("images=u1 labels=i8", "has no array train_images; it has images, labels. Save train_images")]
    public void Other_arrays_are_refused_by_what_they_are(string arrays, string words)
    {
        var path = Npz([.. arrays.Split(' ').Select(pair => (pair.Split('=')[0], pair.Split('=')[1]))]);
        var message = Refused(path);
        Assert.StartsWith(path, message, StringComparison.Ordinal);
        Assert.Contains(words, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_arrays_are_told_in_one_line()
    {
        var whole = File.ReadAllBytes(Sample("u1.npy"));
        for (var length = 0; length < whole.Length; length++) Damaged(whole[..length]);
        var text = System.Text.Encoding.Latin1.GetString(whole);
        foreach (var shape in new[]
            { "(9999999999, 9999999999, 1), }", "(1099511627776, 3, 4), }", "(-2, 3, 4), }", "(__import__('os'), 3), }",
                $"({new string('7', 4000)}x), }}" })
            Damaged(System.Text.Encoding.Latin1.GetBytes(text.Replace("(2, 3, 4), }", shape, StringComparison.Ordinal)));

        void Damaged(byte[] array)
        {
            var path = Path.Combine(folder, "damaged.npz");
            File.Delete(path);
            using (var zip = ZipFile.Open(path, ZipArchiveMode.Create))
            {
                foreach (var name in new[] { "train_images.npy", "train_labels.npy" })
                {
                    using var entry = zip.CreateEntry(name).Open();
                    entry.Write(array);
                }
            }

            Assert.StartsWith($"{path}: train_images: ", Refused(path), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Lengths_that_headers_claim_take_no_memory()
    {
        const int claimed = 512 << 20;
        var tar = Path.Combine(folder, "cifar-10-python.tar.gz");
        using (var packed = new GZipStream(File.Create(tar), CompressionLevel.Fastest))
        {
            // An entry of 512 bytes whose header says 512 MiB.
            packed.Write(TarBlocks.Header("data_batch_1", '0', claimed));
            packed.Write(new byte[512]);
        }

        var shaped = Path.Combine(folder, "shaped.npz");
        var array = System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(Sample("u1.npy")))
            .Replace("(2, 3, 4), }          ", "(511, 1024, 1024), }  ", StringComparison.Ordinal);
        using (var zip = ZipFile.Open(shaped, ZipArchiveMode.Create))
        {
            foreach (var name in new[] { "train_images.npy", "train_labels.npy" })
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(System.Text.Encoding.Latin1.GetBytes(array));
            }
        }

        // In the directory of a zip archive the plain length stands 24 bytes after the mark.
        var bytes = File.ReadAllBytes(shaped);
        for (var at = 0; at < bytes.Length - 28; at++)
            if (bytes.AsSpan(at, 4).SequenceEqual("PK\u0001\u0002"u8)) BitConverter.TryWriteBytes(bytes.AsSpan(at + 24), claimed);
        File.WriteAllBytes(shaped, bytes);
        foreach (var path in new[] { tar, shaped })
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.StartsWith(path, Refused(path), StringComparison.Ordinal);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 20);
        }
    }

    [Fact]
    public void A_file_is_named_in_a_folder_of_the_same_name()
    {
        var inside = Directory.CreateDirectory(Path.Combine(folder, "train")).FullName;
        File.Copy(Sample("names-python2.pickle"), Path.Combine(inside, "train"));
        File.Copy(Sample("names-python2.pickle"), Path.Combine(inside, "meta"));
        Assert.StartsWith($"{Path.Combine(inside, "train")}: has no array of images", Refused(inside), StringComparison.Ordinal);
    }

    private static string Sample(string name) => Path.Combine(AppContext.BaseDirectory, "Data", "Python", name);

    private static string Refused(string data)
    {
        var message = Assert.Throws<DataException>(() => DataSource.Open(data)).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }

    private void Put(string name, string sample) => File.Copy(Sample(sample), Path.Combine(folder, name));

    private string Npz(params (string Array, string Sample)[] arrays)
    {
        var path = Path.Combine(folder, "images.npz");
        using var zip = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach (var (array, sample) in arrays) zip.CreateEntryFromFile(Sample(sample + ".npy"), array + ".npy");
        return path;
    }
}
