using MIOpenDarts.Layers.Random;

namespace MIOpenDarts.Darts.Data;

/// <summary>Where the pixels of a set come from.</summary>
internal abstract class PixelStore
{
    /// <summary>One image as it is tested [C, H, W].</summary>
    public abstract ReadOnlySpan<byte> Image(int index);

    /// <summary>A random part of an image, scaled to the size of the set [C, H, W].</summary>
    public abstract ReadOnlySpan<byte> Crop(int index, CounterRandom random);
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
}
