using System.IO.Hashing;
using System.Runtime.InteropServices;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Data;

/// <summary>Labelled images of one size, as unsigned bytes [N, C, H, W]: in memory, or decoded from files at each use.</summary>
public sealed class ImageSet
{
    private readonly PixelStore pixels;
    private readonly int[] labels;

    /// <summary>Makes a set in memory. The arrays are kept, not copied.</summary>
    /// <param name="name">Where the images come from; used in messages.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="height">Rows of an image.</param>
    /// <param name="width">Columns of an image.</param>
    /// <param name="classes">Number of classes; labels count from 0.</param>
    /// <param name="pixels">All images [N, C, H, W].</param>
    /// <param name="labels">Class of each image [N].</param>
    /// <exception cref="DataException">The set is empty, its arrays disagree, or a label is out of range.</exception>
    public ImageSet(string name, int channels, int height, int width, int classes, byte[] pixels, int[] labels)
        : this(name, channels, height, width, classes, labels, new PixelsInMemory(pixels, channels, height, width))
    {
        if ((long)channels * height * width * labels.Length != pixels.Length)
            throw new DataException($"{name}: {pixels.Length} bytes are not {labels.Length} images of {channels}x{height}x{width}");
    }

    private ImageSet(string name, int channels, int height, int width, int classes, int[] labels, PixelStore pixels)
    {
        if (labels.Length == 0) throw new DataException($"{name}: the set has no images; give one that has");
        if (channels < 1 || height < 1 || width < 1)
            throw new DataException($"{name}: images of {channels}x{height}x{width} have no pixels");
        if (classes < 2) throw new DataException($"{name}: there is only {classes} class; a classifier needs at least 2");
        var wrong = Array.FindIndex(labels, label => label < 0 || label >= classes);
        if (wrong >= 0) throw new DataException($"{name}: image {wrong} has the label {labels[wrong]}; labels go from 0 to {classes - 1}");

        (Name, Channels, Height, Width, Classes) = (name, channels, height, width, classes);
        (this.pixels, this.labels) = (pixels, labels);
    }

    /// <summary>Where the images come from.</summary>
    public string Name { get; }

    /// <summary>Channels of an image: 1 for grey, 3 for red, green, blue.</summary>
    public int Channels { get; }

    /// <summary>Rows of an image.</summary>
    public int Height { get; }

    /// <summary>Columns of an image.</summary>
    public int Width { get; }

    /// <summary>Number of classes.</summary>
    public int Classes { get; }

    /// <summary>Names of the classes, where the source has any.</summary>
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <summary>Number of images.</summary>
    public int Count => labels.Length;

    /// <summary>Class of each image.</summary>
    public ReadOnlySpan<int> Labels => labels;

    /// <summary>Bytes of one image.</summary>
    public int ImageSize => Channels * Height * Width;

    /// <summary>Whether each use of an image decodes it anew.</summary>
    internal bool DecodesAtUse => pixels.DecodesAtUse;

    /// <summary>Makes a set of images that are decoded at each use.</summary>
    /// <exception cref="DataException">The set is empty, or a label is out of range.</exception>
    internal static ImageSet OfEncoded(
        string name, int channels, int height, int width, int classes, PixelStore pixels, int[] labels,
        IReadOnlyList<string>? classNames) =>
        new(name, channels, height, width, classes, labels, pixels) { ClassNames = classNames };

    /// <summary>Some of the images, in the order given.</summary>
    /// <exception cref="DataException">There are none.</exception>
    internal ImageSet Some(string name, int[] indices) =>
        new(name, Channels, Height, Width, Classes, Array.ConvertAll(indices, index => labels[index]), new PixelsOfSome(pixels, indices))
        { ClassNames = ClassNames };

    /// <summary>The images in memory, brought to a size.</summary>
    /// <exception cref="DataException">They do not fit in memory.</exception>
    internal ImageSet Scaled(int height, int width)
    {
        if ((height, width) == (Height, Width)) return this;
        var bytes = (long)Channels * height * width;
        if (Count * bytes > Array.MaxLength)
            throw new DataException($"{Name}: {Count} images of {width}x{height} do not fit in memory; a smaller image_size needs less");
        var scaled = new byte[Count * bytes];
        for (var i = 0; i < Count; i++)
            ImageScaling.Fit(PixelGrid.Planes(Image(i), Channels, Height, Width), height, width).CopyTo(scaled, i * bytes);
        return new ImageSet(Name, Channels, height, width, Classes, scaled, labels) { ClassNames = ClassNames };
    }

    /// <summary>A hash of all images and their labels.</summary>
    internal string Hash()
    {
        var hash = new XxHash128();
        hash.Append(MemoryMarshal.AsBytes<int>(labels));
        for (var i = 0; i < Count; i++) pixels.AddTo(hash, i);
        return Convert.ToHexString(hash.GetCurrentHash());
    }

    /// <summary>One image [C, H, W].</summary>
    /// <exception cref="DataException">Its file cannot be decoded.</exception>
    public ReadOnlySpan<byte> Image(int index) => pixels.Image(index);

    /// <summary>A random part of an image, scaled to the size of the set [C, H, W].</summary>
    /// <exception cref="DataException">Its file cannot be decoded.</exception>
    internal ReadOnlySpan<byte> Crop(int index, CounterRandom random) => pixels.Crop(index, random);
}
