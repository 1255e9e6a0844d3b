using System.IO.Hashing;
using System.Text;
using MIOpenDarts.Darts.Data.Encoded;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Data;

/// <summary>Where the pixels of a set come from.</summary>
internal abstract class PixelStore
{
    /// <summary>One image as it is tested [C, H, W].</summary>
    public abstract ReadOnlySpan<byte> Image(int index);

    /// <summary>A random part of an image, scaled to the size of the set [C, H, W].</summary>
    public abstract ReadOnlySpan<byte> Crop(int index, CounterRandom random);

    /// <summary>Whether each use of an image decodes it anew.</summary>
    public virtual bool DecodesAtUse => false;

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

/// <summary>
/// Images that are decoded at each use, because crops need them whole, or because decoded they would not fit in memory.
/// </summary>
/// <param name="images">Where their bytes are.</param>
/// <param name="channels">C of the set.</param>
/// <param name="height">H of the set.</param>
/// <param name="width">W of the set.</param>
/// <param name="margin">What is left away around an image as it is tested; see <see cref="ImageFile.Read"/>.</param>
/// <param name="scales">Whether images of another size are brought to that of the set; otherwise they are refused.</param>
internal sealed class PixelsEncoded(EncodedImages images, int channels, int height, int width, double margin, bool scales) : PixelStore
{
    public override bool DecodesAtUse => true;

    public override ReadOnlySpan<byte> Image(int index)
    {
        using var picture = images.Decode(index, channels);
        return scales || (picture.Pixels.Height, picture.Pixels.Width) == (height, width)
            ? ImageScaling.Fit(picture.Pixels, height, width, margin)
            : throw EncodedReader.OtherSize(images.Name(index), picture.Pixels, (height, width));
    }

    public override ReadOnlySpan<byte> Crop(int index, CounterRandom random)
    {
        using var picture = images.Decode(index, channels);
        var pixels = picture.Pixels;
        return ImageScaling.Crop(pixels, ResizedCrop.Draw(random, pixels.Height, pixels.Width), height, width);
    }

    // A million images are not read for a hash; class, name and length stay when the data moves.
    public override void AddTo(XxHash128 hash, int index) => hash.Append(Encoding.UTF8.GetBytes(images.Identity(index) + "\n"));
}

/// <summary>Some of the images of another set.</summary>
internal sealed class PixelsOfSome(PixelStore all, int[] indices) : PixelStore
{
    public override bool DecodesAtUse => all.DecodesAtUse;

    public override ReadOnlySpan<byte> Image(int index) => all.Image(indices[index]);

    public override ReadOnlySpan<byte> Crop(int index, CounterRandom random) => all.Crop(indices[index], random);

    public override void AddTo(XxHash128 hash, int index) => all.AddTo(hash, indices[index]);
}
