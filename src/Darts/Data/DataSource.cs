namespace MIOpenDarts.Darts.Data;

/// <summary>A data set as it was found: training images, test images if there are any, and how to normalise both.</summary>
/// <param name="Name">Name or folder it was opened by.</param>
/// <param name="Train">Images to search or train on.</param>
/// <param name="Test">Images to test on, or null.</param>
/// <param name="Normalization">Per-channel normalisation.</param>
public sealed record ImageData(string Name, ImageSet Train, ImageSet? Test, Normalization Normalization);

/// <summary>Opens data by name or folder.</summary>
public static class DataSource
{
    /// <summary>Name of the embedded set: 4,000 training and 1,000 test images of Fashion-MNIST.</summary>
    public const string FashionMnistSlice = "fashion-mnist-slice";

    private static readonly string[] FashionClasses = ["t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle-boot"];

    /// <summary>
    /// Opens the embedded slice, or a folder: CIFAR-10 or CIFAR-100 binary files, or a pair of IDX files or a sub-folder of JPEG or PNG
    /// images for each class (normalised by their own measured mean and deviation).
    /// </summary>
    /// <param name="nameOrFolder">Name or folder.</param>
    /// <param name="imageSize">Rows and columns that a folder's JPEG and PNG images are brought to; 0 to keep the size that all have.</param>
    /// <param name="whole">
    /// Leave a folder's JPEG and PNG images in their files, for random resized crops in training and a crop of the middle in tests;
    /// they are normalised as the official code normalises ImageNet.
    /// </param>
    /// <exception cref="DataException">There is no such data, or a file is damaged.</exception>
    public static ImageData Open(string nameOrFolder, int imageSize = 0, bool whole = false)
    {
        if (string.Equals(nameOrFolder, FashionMnistSlice, StringComparison.OrdinalIgnoreCase))
        {
            var slice = EmbeddedPart("train");
            return new ImageData(FashionMnistSlice, slice, EmbeddedPart("t10k"), Normalization.FashionMnist);
        }

        if (!Directory.Exists(nameOrFolder))
            throw new DataException($"{nameOrFolder}: there is no such folder; give one with CIFAR-10 binary or IDX files, or the name {FashionMnistSlice}");
        try
        {
            foreach (var (reader, normalization) in new[] { (CifarReader.Cifar10, Normalization.Cifar10), (CifarReader.Cifar100, Normalization.Cifar100) })
            {
                if (!reader.Recognises(nameOrFolder)) continue;
                var (cifarTrain, cifarTest) = reader.ReadFolder(nameOrFolder);
                return new ImageData(nameOrFolder, cifarTrain, cifarTest, normalization);
            }

            if (!IdxReader.Recognises(nameOrFolder) && ImageFolderReader.Recognises(nameOrFolder))
            {
                var (folderTrain, folderTest) = ImageFolderReader.ReadFolder(nameOrFolder, imageSize, whole);
                return new ImageData(nameOrFolder, folderTrain, folderTest, whole ? Normalization.ImageNet : Normalization.Measure(folderTrain));
            }

            if (!IdxReader.Recognises(nameOrFolder))
                throw new DataException($"{nameOrFolder}: there are neither data_batch_*.bin (CIFAR-10) nor train.bin (CIFAR-100) nor train-images-idx3-ubyte[.gz] (IDX) nor sub-folders of images in it; give the folder that has them");
            var (train, test) = IdxReader.ReadFolder(nameOrFolder);
            return new ImageData(nameOrFolder, train, Agreeing(train, test), Normalization.Measure(train));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{nameOrFolder}: the folder cannot be read: {e.Message}", e);
        }
    }

    private static ImageSet EmbeddedPart(string part)
    {
        using var images = DataFile.OpenEmbedded($"data/{part}-images-idx3-ubyte.gz");
        using var labels = DataFile.OpenEmbedded($"data/{part}-labels-idx1-ubyte.gz");
        return IdxReader.Read(images, labels, FashionClasses.Length, FashionClasses);
    }

    private static ImageSet? Agreeing(ImageSet train, ImageSet? test) =>
        test is null || (test.Height == train.Height && test.Width == train.Width)
            ? test
            : throw new DataException($"{test.Name}: test images of {test.Height}x{test.Width} do not match training images of {train.Height}x{train.Width}; give files that belong together");
}
