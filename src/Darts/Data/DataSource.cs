using MIOpenDarts.Darts.Data.Archives;
using MIOpenDarts.Darts.Data.Folders;
using MIOpenDarts.Darts.Data.Python;
using MIOpenDarts.Darts.Data.Tables;

namespace MIOpenDarts.Darts.Data;

/// <summary>A data set as it was found: training images, test images if there are any, and how to normalise both.</summary>
/// <param name="Name">Name or folder it was opened by.</param>
/// <param name="Train">Images to search or train on.</param>
/// <param name="Test">Images to test on, or null.</param>
/// <param name="Normalization">Per-channel normalisation.</param>
public sealed record ImageData(string Name, ImageSet Train, ImageSet? Test, Normalization Normalization)
{
    /// <summary>What was recognised and left out.</summary>
    internal DataDescription Description { get; init; } = DataDescription.Unknown;
}

/// <summary>Opens data by name or folder.</summary>
public static class DataSource
{
    /// <summary>Name of the embedded set: 4,000 training and 1,000 test images of Fashion-MNIST.</summary>
    public const string FashionMnistSlice = "fashion-mnist-slice";

    private static readonly string[] FashionClasses =
        ["t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle-boot"];

    /// <summary>
    /// Opens the embedded slice, a folder or a file: CIFAR-10 or CIFAR-100 in binary files or in those for Python, which may still be
    /// packed; a pair of IDX files, NumPy arrays in the layout of MedMNIST (<c>.npz</c>), a sub-folder of JPEG or PNG images for each
    /// class, Parquet tables of such images as Hugging Face has them, or tar files of them as WebDataset has them; all but CIFAR are
    /// normalised by their own measured mean and deviation.
    /// </summary>
    /// <param name="nameOrFolder">Name or folder.</param>
    /// <param name="imageSize">Rows and columns that images are brought to; 0 to keep theirs, which all images of a folder must
    /// share.</param>
    /// <param name="whole">
    /// Leave a folder's JPEG and PNG images in their files, for random resized crops in training and a crop of the middle in tests;
    /// they are normalised as the official code normalises ImageNet.
    /// </param>
    /// <exception cref="DataException">There is no such data, or a file is damaged.</exception>
    public static ImageData Open(string nameOrFolder, int imageSize = 0, bool whole = false) =>
        Open(nameOrFolder, imageSize == 0 ? null : (imageSize, imageSize), whole);

    /// <summary>The same with images that need not be square.</summary>
    /// <param name="nameOrFolder">Name or folder.</param>
    /// <param name="size">Rows and columns that images are brought to; null to keep theirs.</param>
    /// <param name="whole">See there.</param>
    /// <exception cref="DataException">There is no such data, or a file is damaged.</exception>
    internal static ImageData Open(string nameOrFolder, (int Height, int Width)? size, bool whole)
    {
        var data = Find(nameOrFolder).Read(size, whole);
        data.Description.RequireSound(nameOrFolder);
        return data;
    }

    /// <summary>Looks what data there is, without reading the images.</summary>
    /// <exception cref="DataException">There is no such data.</exception>
    internal static FoundData Find(string nameOrFolder)
    {
        if (string.Equals(nameOrFolder, FashionMnistSlice, StringComparison.OrdinalIgnoreCase)) return Slice();
        try
        {
            if (File.Exists(nameOrFolder) && RecogniseFile(nameOrFolder) is { } packed) return packed;
            if (!Directory.Exists(nameOrFolder)) throw new DataException($"{nameOrFolder}: {ForeignData.WhyNoFolder(nameOrFolder)}");
            return Recognise(nameOrFolder) ?? throw new DataException($"{nameOrFolder}: {ForeignData.WhyNoData(nameOrFolder)}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{nameOrFolder}: the folder cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The data in a folder; null for none.</summary>
    internal static FoundData? Recognise(string folder) =>
        CifarReader.Cifar10.Find(folder) ?? CifarReader.Cifar100.Find(folder) ?? IdxReader.Find(folder)
        ?? InPython(folder, FileSource.Folder(folder))
        ?? Images(folder);

    // A packed file beside class folders is not what the folder is for; one folder beside packed files is hardly a set.
    private static FoundData? Images(string folder)
    {
        var images = ImageFolder.Find(folder);
        var packed = images is { Classes: > 1 } ? null : TableFolder.Find(folder) ?? ImageArchives.InFolder(folder);
        return packed ?? (images is null ? null : FoundData.OfEncoded(folder, images));
    }

    private static FoundData? RecogniseFile(string file) =>
        NpzReader.Find(file) ?? TableFolder.OfFile(file)
        // Before other archives, which are read to their end: an index is at hand after the first time.
        ?? ImageArchives.OfFile(file) ?? (FileSource.Archive(file) is { } files ? InPython(file, files) : null);

    private static FoundData? InPython(string from, FileSource files) =>
        CifarPythonReader.Cifar10.Find(from, files) ?? CifarPythonReader.Cifar100.Find(from, files);

    private static FoundData Slice() => FoundData.InMemory(
        FashionMnistSlice,
        new DataDescription("the embedded slice of Fashion-MNIST", "the embedded files", "the embedded files", [])
        {
            Because = "that is its name",
        },
        () => new ImageData(FashionMnistSlice, EmbeddedPart("train"), EmbeddedPart("t10k"), Normalization.FashionMnist));

    private static ImageSet EmbeddedPart(string part)
    {
        using var images = DataFile.OpenEmbedded($"data/{part}-images-idx3-ubyte.gz");
        using var labels = DataFile.OpenEmbedded($"data/{part}-labels-idx1-ubyte.gz");
        return IdxReader.Read(images, labels, FashionClasses.Length, FashionClasses);
    }
}
