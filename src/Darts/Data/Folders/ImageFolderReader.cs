namespace MIOpenDarts.Darts.Data.Folders;

/// <summary>Reads the images of a folder; what is damaged is left out and told.</summary>
/// <param name="root">The folder.</param>
/// <param name="size">Rows and columns of the result; null to keep the size that all images have.</param>
internal sealed class ImageFolderReader(string root, (int Height, int Width)? size)
{
    private const int Channels = 3;
    private readonly List<string> damaged = [];
    private readonly bool scales = size is not null;
    private (int Height, int Width)? size = size;

    /// <summary>Messages about files that cannot be used.</summary>
    public IReadOnlyList<string> Damaged => damaged;

    /// <summary>Reads one part; the one that is read first gives the size where none is wanted.</summary>
    /// <param name="files">Its files.</param>
    /// <param name="classes">Names of the classes.</param>
    /// <param name="whole">Leave the images in their files, for crops.</param>
    /// <exception cref="DataException">Sizes differ, there is not enough memory, or no image can be used.</exception>
    public ImageSet Read(LabelledFiles files, string[] classes, bool whole)
    {
        if (whole)
        {
            var (height, width) = size
                ?? throw new DataException($"{root}: resized crops of images need an image_size to be brought to, such as 224");
            return ImageSet.OfFiles(files.Part, Channels, height, width, classes, files.Paths, files.Labels);
        }

        byte[] pixels = [];
        var labels = new List<int>(files.Labels.Length);
        for (var i = 0; i < files.Paths.Length; i++)
        {
            if (Image(files.Paths[i]) is not { } image) continue;
            if (pixels.Length == 0) pixels = Room(files, image.Length);
            image.CopyTo(pixels, labels.Count * image.Length);
            labels.Add(files.Labels[i]);
        }

        if (labels.Count == 0 && damaged.Count > 0)
            throw new DataException($"{damaged[^1]}; none of the {files.Paths.Length} images of {files.Part} can be used");
        if (labels.Count < files.Paths.Length) Array.Resize(ref pixels, pixels.Length / files.Paths.Length * labels.Count);
        return new ImageSet(files.Part, Channels, size!.Value.Height, size.Value.Width, classes.Length, pixels, [.. labels])
        { ClassNames = classes };
    }

    // Null for a damaged image.
    private byte[]? Image(string path)
    {
        PixelGrid image;
        try
        {
            image = ImageFile.Decode(path, Channels);
        }
        catch (DataException e)
        {
            damaged.Add(e.Message);
            return null;
        }

        var (height, width) = size ??= (image.Height, image.Width);
        return scales || (height, width) == (image.Height, image.Width)
            ? ImageScaling.Fit(image, height, width)
            : throw new DataException(
                $"{path}: is {image.Width}x{image.Height}, but others are {width}x{height}; images of several sizes need an image_size " +
                    $"to be brought to");
    }

    private byte[] Room(LabelledFiles files, int bytes) => (long)files.Paths.Length * bytes <= Array.MaxLength
        ? new byte[files.Paths.Length * bytes]
        : throw new DataException(
            $"{files.Part}: {files.Paths.Length} images of {size!.Value.Width}x{size.Value.Height} do not fit in memory; a smaller " +
                $"image_size needs less");
}
