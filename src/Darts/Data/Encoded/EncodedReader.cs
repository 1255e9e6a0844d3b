namespace MIOpenDarts.Darts.Data.Encoded;

/// <summary>Makes image sets of encoded images: decoded in memory where that is small, otherwise decoded at each use.</summary>
/// <param name="name">What the user called the data.</param>
/// <param name="size">Rows and columns of the result; null to keep the size that all images have.</param>
/// <param name="whole">Leave the images encoded, for crops.</param>
/// <param name="mostDecoded">The most bytes of a decoded part. A constant, so that no result depends on the machine.</param>
internal sealed class EncodedReader(
    string name, (int Height, int Width)? size, bool whole, long mostDecoded = EncodedReader.MostDecoded)
{
    /// <summary>Bytes up to which a part is decoded once and kept.</summary>
    public const long MostDecoded = 1L << 30;

    // Images that the mean and deviation are measured on where each has to be decoded for that.
    private const int MostMeasured = 4096;
    private const int Channels = 3;
    private readonly List<string> damaged = [];
    private readonly bool scales = size is not null;
    private (int Height, int Width)? size = size;

    /// <summary>Reads a set. Damaged images are left out of what is decoded at once, and named in the description.</summary>
    /// <exception cref="DataException">There is one class, sizes differ, a file was changed meanwhile, or no image can be used.</exception>
    public ImageData Read(EncodedSet set)
    {
        if (set is { Classes: 1, ClassNames: [var only] })
            throw new DataException(
                $"{name}: there is only 1 class, {only}{set.Description.InBrackets}; a classifier needs at least 2, each with images");
        if (whole && size is null)
            throw new DataException($"{name}: resized crops of images need an image_size to be brought to, such as 224");
        var train = Read(set.Train, set);
        var test = set.Test is null ? null : Read(set.Test, set);
        var measured = whole ? Normalization.ImageNet
            : Normalization.Measure(train, train.DecodesAtUse ? MostMeasured : train.Count, damaged: null);
        return new ImageData(name, train, test, measured)
        {
            Description = set.Description with { Damaged = damaged, Kept = Kept(train) },
        };
    }

    /// <summary>What is wrong with an image of another size than the others.</summary>
    public static DataException OtherSize(string image, PixelGrid pixels, (int Height, int Width) size) => new(
        $"{image}: is {pixels.Width}x{pixels.Height}, but others are {size.Width}x{size.Height}; images of several sizes need an " +
        $"image_size to be brought to");

    private string Kept(ImageSet train) =>
        !train.DecodesAtUse ? "decoded, in memory"
        : whole ? "as they are, decoded at each use for crops"
        : $"as they are, decoded at each use: {(long)train.Count * train.ImageSize >> 20} MiB of pixels are more than "
            + $"{mostDecoded >> 20}; mean and deviation are those of {Math.Min(MostMeasured, train.Count)} images";

    private ImageSet Read(EncodedPart part, EncodedSet set)
    {
        var (height, width) = size ??= FirstSize(part.Images);
        if (whole || (long)part.Images.Count * Channels * height * width > mostDecoded)
        {
            var pixels = new PixelsEncoded(part.Images, Channels, height, width, whole ? ImageFile.CropMargin : 1, scales);
            return ImageSet.OfEncoded(part.Name, Channels, height, width, set.Classes, pixels, part.Labels, set.ClassNames);
        }

        return Decoded(part, set, height, width);
    }

    private (int Height, int Width) FirstSize(EncodedImages images)
    {
        for (var i = 0; i < images.Count; i++)
        {
            try
            {
                using var picture = images.Decode(i, Channels);
                return (picture.Pixels.Height, picture.Pixels.Width);
            }
            catch (ChangedFileException)
            {
                throw;
            }
            catch (DataException e) when (i == images.Count - 1)
            {
                throw new DataException($"{e.Message}; none of the {images.Count} images of {name} can be used", e);
            }
            catch (DataException)
            {
                // It is told with the others when they are read.
            }
        }

        throw new DataException($"{name}: there are no images; give a set that has some");
    }

    private ImageSet Decoded(EncodedPart part, EncodedSet set, int height, int width)
    {
        var (images, bytes) = (part.Images, Channels * height * width);
        var pixels = new byte[images.Count * bytes];
        var faults = new DataException?[images.Count];
        var differs = new bool[images.Count];
        Parallel.For(0, images.Count, i =>
        {
            try
            {
                using var picture = images.Decode(i, Channels);
                differs[i] = !scales && (picture.Pixels.Height, picture.Pixels.Width) != (height, width);
                if (differs[i]) throw OtherSize(images.Name(i), picture.Pixels, (height, width));
                ImageScaling.Fit(picture.Pixels, height, width).CopyTo(pixels, i * bytes);
            }
            catch (DataException e)
            {
                faults[i] = e;
            }
        });
        if (Array.Find(faults, fault => fault is ChangedFileException) is { } changed) throw changed;
        if (Array.IndexOf(differs, true) is >= 0 and var other) throw faults[other]!;
        damaged.AddRange(faults.OfType<DataException>().Select(fault => fault.Message));
        int[] sound = [.. Enumerable.Range(0, images.Count).Where(i => faults[i] is null)];
        if (sound.Length == 0)
            throw new DataException($"{damaged[^1]}; none of the {images.Count} images of {part.Name} can be used");
        for (var k = 0; k < sound.Length; k++)
            if (sound[k] != k) Buffer.BlockCopy(pixels, sound[k] * bytes, pixels, k * bytes, bytes);
        if (sound.Length < images.Count) Array.Resize(ref pixels, sound.Length * bytes);
        int[] labels = [.. sound.Select(i => part.Labels[i])];
        return new ImageSet(part.Name, Channels, height, width, set.Classes, pixels, labels) { ClassNames = set.ClassNames };
    }
}
