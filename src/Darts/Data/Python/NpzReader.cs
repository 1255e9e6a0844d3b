using System.IO.Compression;
using MIOpenDarts.Darts.Files;

namespace MIOpenDarts.Darts.Data.Python;

/// <summary>
/// Reads archives of arrays (<c>.npz</c>) in the layout of MedMNIST: <c>train_images</c> uint8 [N, H, W] or [N, H, W, 3] and
/// <c>train_labels</c> [N] or [N, 1], and the same with <c>test</c>.
/// </summary>
internal static class NpzReader
{
    /// <summary>Looks at a file; null where its name has another ending.</summary>
    /// <exception cref="DataException">It is no such archive.</exception>
    public static FoundData? Find(string path)
    {
        if (!path.EndsWith(".npz", StringComparison.OrdinalIgnoreCase)) return null;
        var names = Open(path, zip => zip.Entries.Select(entry => entry.FullName).ToHashSet());
        foreach (var needed in new[] { "train_images", "train_labels" })
        {
            if (!names.Contains(needed + ".npy"))
                throw new DataException(
                    $"{path}: has no array {needed}; it has {string.Join(", ", names.Select(Path.GetFileNameWithoutExtension))}. Save " +
                    $"train_images, train_labels and, if there are any, test_images and test_labels");
        }

        var tests = names.Contains("test_images.npy") && names.Contains("test_labels.npy");
        LeftOut[] left = names.Contains("val_images.npy")
            ? [new LeftOut("array of images to validate on", 1, "val_images; a search takes them from train_images")]
            : [];
        var description = new DataDescription("NumPy arrays", "train_images", tests ? "test_images" : null, left)
        { Because = "it has arrays train_images and train_labels, as MedMNIST has them" };
        return FoundData.InMemory(path, description, () => Open(path, zip =>
        {
            var train = Read(path, zip, "train", classes: null);
            var test = tests ? Read(path, zip, "test", train.Classes) : null;
            if (test is not null && (test.Channels, test.Height, test.Width) != (train.Channels, train.Height, train.Width))
                throw new DataException(
                    $"{path}: test images of {test.Channels}x{test.Height}x{test.Width} do not match training images of " +
                    $"{train.Channels}x{train.Height}x{train.Width}");
            return new ImageData(path, train, test, Normalization.Measure(train));
        }));
    }

    private static ImageSet Read(string path, ZipArchive zip, string part, int? classes)
    {
        var (imagesName, labelsName) = ($"{path}: {part}_images", $"{path}: {part}_labels");
        var (images, labels) = (Array(zip, $"{part}_images", imagesName), Array(zip, $"{part}_labels", labelsName));
        var (count, height, width, channels) = images.Shape switch
        {
            [var n, var h, var w] => (n, h, w, 1),
            [var n, var h, var w, 1 or 3] => (n, h, w, images.Shape[3]),
            _ => throw new DataException(
                $"{imagesName} has the shape [{string.Join(", ", images.Shape)}]; images are [N, H, W] or [N, H, W, 3]"),
        };
        if (labels.Shape is not ([_] or [_, 1]) || labels.Shape[0] != count)
            throw new DataException(
                $"{labelsName} has the shape [{string.Join(", ", labels.Shape)}]; {count} images have labels [{count}] or [{count}, 1], " +
                $"one class each");
        var numbers = labels.Labels(labelsName);
        return new ImageSet(path, channels, height, width, classes
            ?? Classes(numbers), Planes(images.Pixels(imagesName).Span, channels, height * width), numbers);

        int Classes(int[] all)
        {
            var most = all.Length == 0 ? 0 : all.Max() + 1;
            var seen = all.ToHashSet();
            return Enumerable.Range(0, Math.Min(most, all.Length + 1)).FirstOrDefault(label => !seen.Contains(label), -1) is > 0 and var gap
                ? throw new DataException(
                    $"{labelsName}: no image has the label {gap} though one has {most - 1}; number the classes from 0 without gaps")
                : most;
        }
    }

    // [N, H, W, C] to [N, C, H, W].
    private static byte[] Planes(ReadOnlySpan<byte> pixels, int channels, int size)
    {
        var planes = new byte[pixels.Length];
        for (var image = 0; image < pixels.Length; image += channels * size)
            for (var c = 0; c < channels; c++)
                for (var i = 0; i < size; i++) planes[image + c * size + i] = pixels[image + i * channels + c];
        return planes;
    }

    private static NumpyArray Array(ZipArchive zip, string name, string told)
    {
        var entry = zip.GetEntry(name + ".npy")!;
        using var stream = entry.Open();
        return NpyFile.Read(told, stream, Math.Min(entry.Length, entry.CompressedLength * DataFile.MaxExpansion));
    }

    private static T Open<T>(string path, Func<ZipArchive, T> use)
    {
        try
        {
            if (!RegularFile.HasContents(path)) throw new EndOfStreamException("it is empty, or a pipe or a device");
            using var zip = ZipFile.OpenRead(path);
            return use(zip);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new DataException(
                $"{path}: the archive cannot be read ({UnreadableFile.Why(path, e)}); it is cut off or damaged, fetch it again", e);
        }
    }
}
