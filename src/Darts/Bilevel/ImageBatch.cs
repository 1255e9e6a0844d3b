namespace MIOpenDarts.Darts.Bilevel;

/// <summary>A batch on the host: images in N, C, H, W order, normalised, and their labels.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="images">N·C·H·W numbers.</param>
/// <param name="labels">N class numbers.</param>
internal readonly ref struct ImageBatch<T>(ReadOnlySpan<T> images, ReadOnlySpan<int> labels)
{
    /// <summary>N·C·H·W numbers.</summary>
    public ReadOnlySpan<T> Images { get; } = images;

    /// <summary>N class numbers.</summary>
    public ReadOnlySpan<int> Labels { get; } = labels;
}
