namespace MIOpenDarts.Darts.Data;

/// <summary>
/// Reads folders of JPEG and PNG images, one sub-folder for each class, in the order of their names: either below <c>train</c> and
/// <c>test</c> (or <c>val</c>), or directly.
/// </summary>
internal static class ImageFolderReader
{
    private const int Channels = 3;
    private static readonly string[] TestNames = ["test", "val"];

    /// <summary>Whether a folder has classes with images.</summary>
    public static bool Recognises(string folder) => ClassFolders(TrainFolder(folder)).Length > 0;

    /// <summary>Reads both parts.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="imageSize">Rows and columns of the result; 0 to keep the size that all images have.</param>
    /// <param name="whole">Leave the images in their files, for crops.</param>
    /// <exception cref="DataException">Sizes differ, classes differ, or an image is damaged.</exception>
    public static (ImageSet Train, ImageSet? Test) ReadFolder(string folder, int imageSize, bool whole)
    {
        if (whole && imageSize == 0) throw new DataException($"{folder}: resized crops of images need an image_size to be brought to, such as 224");
        var root = TrainFolder(folder);
        string[] names = [.. ClassFolders(root).Select(f => Path.GetFileName(f)!)];
        var size = imageSize > 0 ? (imageSize, imageSize) : CommonSize(Files(root, names));
        var train = Read(root, names, size, whole);
        var testRoot = TestNames.Select(name => Path.Combine(folder, name)).FirstOrDefault(Directory.Exists);
        if (testRoot is null || root == folder) return (train, null);
        if (ClassFolders(testRoot).Select(f => Path.GetFileName(f)).FirstOrDefault(name => !names.Contains(name)) is { } unknown)
            throw new DataException($"{testRoot}: the class '{unknown}' is not among those of {root}; give both the same sub-folders");
        return (train, Read(testRoot, names, size, whole));
    }

    private static string TrainFolder(string folder) => Path.Combine(folder, "train") is var train && Directory.Exists(train) ? train : folder;

    private static string[] ClassFolders(string folder) =>
    [
        .. Directory.EnumerateDirectories(folder).Where(f => Directory.EnumerateFiles(f).Any(ImageFile.HasName)).Order(StringComparer.Ordinal),
    ];

    private static (string Path, int Label)[] Files(string root, string[] names) =>
    [
        .. names.SelectMany((name, label) => Directory.Exists(Path.Combine(root, name))
            ? Directory.EnumerateFiles(Path.Combine(root, name)).Where(ImageFile.HasName).Order(StringComparer.Ordinal).Select(file => (file, label))
            : []),
    ];

    private static (int Height, int Width) CommonSize((string Path, int Label)[] files)
    {
        var size = ImageFile.Size(files[0].Path);
        foreach (var (path, _) in files)
        {
            if (ImageFile.Size(path) is var other && other != size)
                throw new DataException($"{path}: is {other.Width}x{other.Height}, but others are {size.Width}x{size.Height}; images of several sizes need an image_size to be brought to");
        }

        return size;
    }

    private static ImageSet Read(string root, string[] names, (int Height, int Width) size, bool whole)
    {
        var files = Files(root, names);
        int[] labels = [.. files.Select(f => f.Label)];
        if (whole) return ImageSet.OfFiles(root, Channels, size.Height, size.Width, names, [.. files.Select(f => f.Path)], labels);
        var bytes = (long)Channels * size.Height * size.Width;
        if (files.Length * bytes > Array.MaxLength)
            throw new DataException($"{root}: {files.Length} images of {size.Width}x{size.Height} do not fit in memory; a smaller image_size needs less");
        var pixels = new byte[files.Length * bytes];
        for (var i = 0; i < files.Length; i++) ImageFile.Read(files[i].Path, Channels, size.Height, size.Width).CopyTo(pixels, i * bytes);
        return new ImageSet(root, Channels, size.Height, size.Width, names.Length, pixels, labels) { ClassNames = names };
    }
}
