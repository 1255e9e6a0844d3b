using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Bilevel;

/// <summary>A batch on the host: images in N, C, H, W order, normalised, and their labels.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="images">N·C·H·W numbers.</param>
/// <param name="labels">N class numbers.</param>
/// <param name="share">Which images of a larger batch these are; all if not said.</param>
internal readonly ref struct ImageBatch<T>(ReadOnlySpan<T> images, ReadOnlySpan<int> labels, BatchShare share = default)
{
    /// <summary>N·C·H·W numbers.</summary>
    public ReadOnlySpan<T> Images { get; } = images;

    /// <summary>N class numbers.</summary>
    public ReadOnlySpan<int> Labels { get; } = labels;

    /// <summary>Which images of the whole batch these are.</summary>
    public BatchShare Share { get; } = share.Whole == 0 ? share with { Whole = labels.Length } : share;

    /// <summary>A leaf of it, for batch norms a batch of its own.</summary>
    public ImageBatch<T> Leaf(int first, int count)
    {
        var each = Images.Length / Labels.Length;
        return new(
            Images.Slice(first * each, count * each), Labels.Slice(first, count), new(Share.First + first, Share.Whole, IsLeaf: true));
    }
}
