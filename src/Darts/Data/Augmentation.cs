using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Data;

/// <summary>How a training image is varied, in the order of the official code: crop, flip, colours, normalise, cutout.</summary>
/// <param name="Padding">Black border from which an image of the old size is cropped; 0 for no crop.</param>
/// <param name="Flip">Mirror left to right, every other time.</param>
/// <param name="CutoutLength">Side of the square set to zero after normalisation; 0 for none.</param>
/// <param name="Resized">Scale a random part of the image to its size instead of a crop with a border.</param>
/// <param name="Jitter">Vary brightness, contrast, saturation and hue.</param>
internal sealed record Augmentation(int Padding, bool Flip, int CutoutLength, bool Resized = false, bool Jitter = false)
{
    /// <summary>Images as they are.</summary>
    public static Augmentation None { get; } = new(0, false, 0);

    internal AugmentationDraw Draw(ulong seed, int epoch, long index, int height, int width)
    {
        // Every number is drawn whether it is used or not, so that switching one variation changes no other.
        var random = new CounterRandom(seed, RandomStream.Augmentation, epoch, index);
        var down = random.NextInt32(2 * Padding + 1) - Padding;
        var right = random.NextInt32(2 * Padding + 1) - Padding;
        var flip = (random.NextUInt32() & 1) == 1;
        var (row, column) = (random.NextInt32(height), random.NextInt32(width));
        var jitter = ColourJitter.Draw(ref random);
        return new AugmentationDraw(down, right, Flip && flip, row, column, CutoutLength, Jitter ? jitter : default,
            Resized ? random : null);
    }
}

/// <summary>
/// The draw of one image: shift of the crop window, flip, centre of the cutout, colours, and what a resized crop is drawn from.
/// </summary>
internal readonly record struct AugmentationDraw(
    int Down, int Right, bool Flip, int CutoutRow, int CutoutColumn, int CutoutLength, JitterDraw Jitter = default,
    CounterRandom? Crop = null);
