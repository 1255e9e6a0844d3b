using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Data.Folders;
using static MIOpenDarts.Darts.Tests.Data.Pictures;

namespace MIOpenDarts.Darts.Tests.Data;

/// <summary>What of a folder of images is taken for a part, for a class, or left out, and that all of it is told.</summary>
public sealed class FolderPartsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("miopendarts-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("bus/1 car/1 train/1", "bus car train", 3, 0, "")]
    [InlineData("bus/1 car/1 train/1 train/old/1", "bus car train", 3, 0, "1 folder inside a class folder (train/old)")]
    [InlineData("bus/1 test/1 train/1", "bus test train", 3, 0, "")]
    [InlineData("train/a/1 train/b/1 valid/a/1 valid/b/1", "a b", 2, 2, "")]
    [InlineData("Training/a/1 Training/b/1 Validation/b/1", "a b", 2, 1, "")]
    [InlineData("TRAIN/a/1 TRAIN/b/1 Testing/a/1", "a b", 2, 1, "")]
    [InlineData("train/a/1 train/b/1 test/a/1 val/a/1 val/b/1", "a b", 2, 1, "1 part beside the one that is used (val)")]
    [InlineData("train/a/1 train/b/1 test/1 test/2 val/a/1", "a b", 2, 1, "1 part without class folders (test)")]
    [InlineData("train/a/1 train/b/1 extra/1 more/a/1", "a b", 2, 0, "2 folders beside the parts (extra, more)")]
    [InlineData("a/1 b/1 test/a/1 test/b/1", "a b", 2, 2, "")]
    [InlineData("train/a/1 train/train/1 train/val/1", "a train val", 3, 0, "")]
    [InlineData("a/1 b/1 c/x.txt", "a b", 2, 0,
        "1 file that is neither JPEG nor PNG (1 .txt); 1 class folder without JPEG or PNG images (c)")]
    [InlineData("a/1 b/1 .ipynb_checkpoints/1 a/.ipynb_checkpoints/1", "a b", 2, 0,
        "2 hidden folders (.ipynb_checkpoints, a/.ipynb_checkpoints)")]
    [InlineData("train/a/1 train/b/1 train/.git/1 val/a/1 val/.cache/1", "a b", 2, 1, "2 hidden folders (train/.git, val/.cache)")]
    [InlineData("a/1 b/1 a/._1 b/.DS_Store b/._1", "a b", 2, 0, "3 hidden files (a/._1.png, b/.DS_Store, b/._1.png)")]
    [InlineData("a/1 b/1 1 2 3 4", "a b", 2, 0, "4 images outside the class folders (1.png, 2.png, 3.png, ...)")]
    [InlineData("a/1 b/1 a/x.bmp a/y.BMP b/z.webp b/README", "a b", 2, 0,
        "4 files that are neither JPEG nor PNG (2 .bmp, 1 .webp, 1 no extension)")]
    public void What_was_recognised_and_left_out_is_told(string files, string classes, int train, int test, string leftOut)
    {
        Make(files);
        var data = DataSource.Open(folder);
        Assert.Equal(classes.Split(' '), data.Train.ClassNames);
        Assert.Equal((train, test), (data.Train.Count, data.Test?.Count ?? 0));
        Assert.Equal(leftOut, data.Description.Summary ?? "");
        Assert.Empty(data.Description.Damaged);
    }

    [Theory]
    [InlineData("train/1 train/2 test/1", "test and train hold images but no class folders; sort them into a sub-folder for each class")]
    [InlineData("test/a/1 test/b/1", "has test to test on but nothing to train on; put a folder train")]
    [InlineData("1 2", "has 2 images but no class folders")]
    [InlineData("a/1 b/1.bmp",
        "there is only 1 class, a (left out: 1 file that is neither JPEG nor PNG (1 .bmp); 1 class folder without JPEG or PNG images (b))")]
    [InlineData("pets/train/a/1 pets/train/b/1", "the data is in a folder of it; give ")]
    [InlineData("a/1.bmp b/2.bmp", "sub-folders of JPEG or PNG images in it, but 2 other files; convert what are images to JPEG or PNG")]
    [InlineData("data_batch_1", "data_batch_1: the pickle cannot be read")]
    [InlineData("train meta test", "meta: the pickle cannot be read")]
    [InlineData("mnist.npz", "the data is in a file of it; give ")]
    [InlineData("images.npy", "images.npy is NumPy arrays, which cannot be read; save train_images and train_labels in one .npz file")]
    [InlineData("data/train-00000-of-00001.parquet", "the data is in a folder of it; give ")]
    [InlineData("images.tar.gz", "images.tar.gz is an archive, which cannot be read; unpack it")]
    [InlineData("cifar-10-python.tar.gz", "the data is in a file of it; give ")]
    [InlineData("cifar-10-matlab.tar.gz",
        "cifar-10-matlab.tar.gz is an archive, which cannot be read; fetch cifar-10-binary.tar.gz instead, unpack it")]
    public void A_folder_that_cannot_be_read_is_told_for_what_it_is(string files, string words)
    {
        Make(files, named: files.Contains("data_batch", StringComparison.Ordinal) || files.Contains("meta", StringComparison.Ordinal));
        var message = Assert.Throws<DataException>(() => DataSource.Open(folder)).Message;
        Assert.StartsWith(folder, message);
        Assert.Contains(words, message);
    }

    [Theory]
    [InlineData("cifar-10-python.tar.gz", "the archive cannot be read")]
    [InlineData("mnist.npz", "the archive cannot be read")]
    [InlineData("images.npy", "is NumPy arrays")]
    [InlineData("cat.jpg", "is one image; give a folder")]
    [InlineData("notes", "is a file; give a folder with CIFAR-10")]
    public void A_file_in_place_of_a_folder_is_told_for_what_it_is(string name, string words) =>
        Assert.Contains(words, Assert.Throws<DataException>(() => DataSource.Open(folder.Put(name, [1]))).Message);

    [Fact]
    public void Damaged_images_are_left_out_and_named_and_refused_by_what_computes()
    {
        Make("a/1 a/2 b/1 b/2");
        folder.Put("a/1.png", Plain(4, 4, 1)[..^30]);
        folder.Put("b/3.jpg", Jpeg[..^9]);
        var data = DataSource.Find(folder).Read((4, 4));
        Assert.Equal([0, 1, 1], data.Train.Labels.ToArray());
        Assert.Equal(2, data.Train.Image(0)[0]);
        Assert.Equal(["a/1.png", "b/3.jpg"], data.Description.Damaged.Select(message =>
            Path.GetRelativePath(folder, message[..message.IndexOf(':')])));
        var error = Assert.Throws<DataException>(() => DataSource.Open(folder, 4)).Message;
        Assert.StartsWith(Path.Combine(folder, "a/1.png"), error);
        Assert.Contains($"so are 1 more, which this lists: miopendarts data {folder}", error);
        foreach (var name in new[] { "a/2.png", "b/1.png", "b/2.png" }) folder.Put(name, []);
        Assert.Contains("none of the 5 images", Assert.Throws<DataException>(() => DataSource.Find(folder).Read((4, 4))).Message);
    }

    [Fact]
    public void All_images_below_a_folder_are_found_once()
    {
        Make("b/2 a/1 a/x/3 .hidden/4 notes.txt");
        Directory.CreateSymbolicLink(Path.Combine(folder, "a", "up"), folder);
        var (images, left) = FolderImages.Below(folder);
        Assert.Equal(["a/1.png", "a/x/3.png", "b/2.png"], images.Select(path => Path.GetRelativePath(folder, path)));
        Assert.Equal("1 hidden folder (.hidden); 1 file that is neither JPEG nor PNG (1 .txt)", left);
        Assert.Contains("there are no JPEG or PNG images",
            Assert.Throws<DataException>(() => FolderImages.Below(Directory.CreateDirectory(Path.Combine(folder, "c")).FullName)).Message);
    }

    [Fact]
    public void Links_do_not_repeat_images_or_rename_them()
    {
        Make("in/b/2 in/b/x/3 in/a/1");
        Directory.CreateSymbolicLink(Path.Combine(folder, "in", "a", "up"), Path.Combine("..", ".."));
        Directory.CreateSymbolicLink(Path.Combine(folder, "in", "a", "side"), Path.Combine(folder, "in", "b"));
        var images = FolderImages.Below(Path.Combine(folder, "in")).Images;
        Assert.Equal(["in/a/1.png", "in/b/2.png", "in/b/x/3.png"], images.Select(path => Path.GetRelativePath(folder, path)));
    }

    // A number is an image whose pixels have its value.
    private void Make(string files, bool named = false)
    {
        foreach (var name in files.Split(' '))
        {
            var number = name[(name.LastIndexOf('/') + 1)..].TrimStart('.', '_');
            if (!named && byte.TryParse(number, out var value)) folder.Put(name + ".png", Plain(4, 4, value));
            else folder.Put(name, [1]);
        }
    }
}
