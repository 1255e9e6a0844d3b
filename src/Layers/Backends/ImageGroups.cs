namespace MIOpenDarts.Layers.Backends;

/// <summary>
/// The cut of this process's images into the leaves of the tree by which sums over a batch are added: halves of halves, so that the cut of
/// a subtree depends on its own images alone. Each group of images sums for itself.
/// </summary>
/// <param name="images">Images of this process.</param>
/// <param name="most">Leaves that are its own, a power of two.</param>
internal readonly struct ImageGroups(int images, int most)
{
    private readonly int images = images;

    /// <summary>Number of groups: a power of two; fewer than the leaves where there are fewer images.</summary>
    public int Count { get; } = (int)uint.Min((uint)most, images < 1 ? 1 : 1u << int.Log2(images));

    /// <summary>First image of a group; that of the group after the last is the number of images.</summary>
    public int First(int group)
    {
        if (group == Count) return images;
        var (first, rest) = (0, images);
        for (var half = Count / 2; half > 0; half /= 2)
        {
            var left = (rest + 1) / 2;
            if ((group & half) == 0) rest = left;
            else (first, rest) = (first + left, rest - left);
        }

        return first;
    }
}
