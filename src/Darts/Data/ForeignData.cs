using MIOpenDarts.Darts.Data.Folders;

namespace MIOpenDarts.Darts.Data;

/// <summary>Says why there is no data that can be read where a user said that there is, and what to do.</summary>
internal static class ForeignData
{
    private const string Readable =
        "CIFAR-10 or CIFAR-100 files, IDX files, Parquet or tar files of images, or a sub-folder of JPEG or PNG images for each class";

    // Forms that data of this field comes in, by the ends of file names.
    private static readonly (string Ending, string Form, string Cure)[] Forms =
    [
        (".tar.gz", "an archive", "unpack it"), (".tgz", "an archive", "unpack it"), (".tar", "an archive", "unpack it"),
        (".tar.xz", "an archive", "unpack it"),
        (".zip", "an archive", "unpack it"), (".7z", "an archive", "unpack it"), (".rar", "an archive", "unpack it"),
        (".npy", "NumPy arrays", "save train_images and train_labels in one .npz file by numpy.savez"),
        (".arrow", "Arrow tables", Convert),
        (".pt", "PyTorch tensors", Convert), (".pth", "PyTorch tensors", Convert), (".pkl", "Python pickles", Convert),
        (".pickle", "Python pickles", Convert),
        (".mat", "MATLAB arrays", Convert), (".h5", "HDF5 arrays", Convert), (".hdf5", "HDF5 arrays", Convert),
        (".tfrecord", "TensorFlow records", Convert),
        (".mdb", "an LMDB database", Convert), (".rec", "MXNet records", Convert), (".csv", "a table of text", Convert),
    ];

    private const string Convert = "write its images as PNG files, a sub-folder for each class";

    /// <summary>Why something that is no folder cannot be read.</summary>
    public static string WhyNoFolder(string path)
    {
        if (!File.Exists(path)) return $"there is no such folder; give one with {Readable}, or the name {DataSource.FashionMnistSlice}";
        if (FormOf(path) is { } form) return $"is {form.Form}, which cannot be read; {CureOf(path, form.Cure)}, and give the folder";
        return ImageFile.HasName(path)
            ? "is one image; give a folder with a sub-folder of images for each class"
            : $"is a file; give a folder with {Readable}";
    }

    /// <summary>Why a folder has no data that can be read.</summary>
    public static string WhyNoData(string folder)
    {
        var top = FolderListing.From(folder);
        var holding = top.Folders.Where(FolderListing.HoldsImages).Select(Path.GetFileName).ToList();
        // Folders of classes would have been taken, so these are called as parts are.
        if (holding.Count > 0)
            return $"{string.Join(" and ", holding)} hold images but no class folders; sort them into a sub-folder for each class";
        if (top.Folders.FirstOrDefault(inside => ImageFolder.HasPartName(inside) && ImageFolder.HoldsClasses(inside)) is { } part)
            return $"has {Path.GetFileName(part)} to test on but nothing to train on; put a folder train with the same sub-folders " +
                $"beside it";
        if (top.Images.Length > 0)
            return $"has {top.Images.Length} images but no class folders; sort them into a sub-folder for each class";
        if (top.Folders.FirstOrDefault(IsReadable) is { } deeper) return $"the data is in a folder of it; give {deeper}";
        string[] files = [.. top.Others, .. top.Folders.SelectMany(inside => FolderListing.From(inside).Others)];
        if (files.FirstOrDefault(IsReadableFile) is { } packed) return $"the data is in a file of it; give {packed}";
        if (files.FirstOrDefault(file => FormOf(file) is not null) is { } foreign && FormOf(foreign) is { } form)
            return $"{Path.GetRelativePath(folder, foreign)} is {form.Form}, which cannot be read; {CureOf(foreign, form.Cure)}";
        var nothing =
            "there are neither data_batch_*.bin (CIFAR-10) nor train.bin (CIFAR-100) nor train-images-idx3-ubyte[.gz] (IDX) nor " +
            "sub-folders of JPEG or PNG images in it";
        return nothing + (files.Length == 0 ? "; give the folder that has them"
            : $", but {files.Length} other files; convert what are images to JPEG or PNG, or give the folder that has them");
    }

    private static (string Form, string Cure)? FormOf(string path)
    {
        foreach (var (ending, form, cure) in Forms)
            if (path.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) return (form, cure);
        return null;
    }

    // The form for MATLAB cannot be read, so its archive is of no use.
    private static string CureOf(string path, string cure) => Path.GetFileName(path) switch
    {
        "cifar-10-matlab.tar.gz" => "fetch cifar-10-binary.tar.gz instead, unpack it",
        "cifar-100-matlab.tar.gz" => "fetch cifar-100-binary.tar.gz instead, unpack it",
        _ => cure,
    };

    private static bool IsReadableFile(string path) =>
        Path.GetExtension(path).ToLowerInvariant() is ".npz" or ".parquet"
            || Path.GetFileName(path) is "cifar-10-python.tar.gz" or "cifar-100-python.tar.gz";

    private static bool IsReadable(string folder)
    {
        try
        {
            return DataSource.Recognise(folder) is not null;
        }
        catch (Exception e) when (e is DataException or IOException or UnauthorizedAccessException)
        {
            // It is data, though not sound: giving it tells what is wrong with it.
            return e is DataException;
        }
    }
}
