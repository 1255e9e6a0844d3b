using System.IO.Hashing;
using System.Text;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Data;

/// <summary>Where the pixels of a set come from.</summary>
internal abstract class PixelStore
{
    /// <summary>One image as it is tested [C, H, W].</summary>
    public abstract ReadOnlySpan<byte> Image(int index);

    /// <summary>A random part of an image, scaled to the size of the set [C, H, W].</summary>
    public abstract ReadOnlySpan<byte> Crop(int index, CounterRandom random);

    /// <summary>Takes an image into a hash: its pixels, or what tells of them without decoding.</summary>
    public virtual void AddTo(XxHash128 hash, int index) => hash.Append(Image(index));
}

/// <summary>Images in memory [N, C, H, W].</summary>
internal sealed class PixelsInMemory(byte[] pixels, int channels, int height, int width) : PixelStore
{
    private readonly int size = channels * height * width;

    public override ReadOnlySpan<byte> Image(int index) => pixels.AsSpan(checked(index * size), size);

    public override ReadOnlySpan<byte> Crop(int index, CounterRandom random) =>
        ImageScaling.Crop(PixelGrid.Planes(Image(index), channels, height, width), ResizedCrop.Draw(random, height, width), height, width);
}

/// <summary>Image files that are decoded at each use, because crops need them whole, and whole they would not fit in memory.</summary>
internal sealed class PixelsInFiles(string[] files, int channels, int height, int width) : PixelStore
{
    public override ReadOnlySpan<byte> Image(int index) => ImageFile.Read(files[index], channels, height, width, ImageFile.CropMargin);

    public override ReadOnlySpan<byte> Crop(int index, CounterRandom random)
    {
        var image = ImageFile.Decode(files[index], channels);
        return ImageScaling.Crop(image, ResizedCrop.Draw(random, image.Height, image.Width), height, width);
    }

    // A million files are not read for a hash; class, name and length stay when the folder moves.
    public override void AddTo(XxHash128 hash, int index)
    {
        var file = new FileInfo(files[index]);
        hash.Append(Encoding.UTF8.GetBytes($"{file.Directory?.Name}/{file.Name} {RegularFile.Length(files[index])}\n"));
    }
}

/// <summary>Some of the images of another set.</summary>
internal sealed class PixelsOfSome(PixelStore all, int[] indices) : PixelStore
{
    public override ReadOnlySpan<byte> Image(int index) => all.Image(indices[index]);

    public override ReadOnlySpan<byte> Crop(int index, CounterRandom random) => all.Crop(indices[index], random);

    public override void AddTo(XxHash128 hash, int index) => all.AddTo(hash, indices[index]);
}
