namespace MIOpenDarts.Layers.Backends.Cpu.Threads;

/// <summary>A cut of a batch into groups of images that depends on the shapes alone: each group sums a filter's gradient for itself.</summary>
/// <param name="images">Images of the batch.</param>
/// <param name="floats">Floats of one partial sum.</param>
internal readonly struct ImageGroups(int images, long floats)
{
    private const int Most = 16;
    private const long MostFloats = 4 << 20;

    /// <summary>Number of groups: fewer where the partial sums would be large.</summary>
    public int Count { get; } = (int)Math.Clamp(MostFloats / Math.Max(floats, 1), 1, Math.Min(images, Most));

    /// <summary>First image of a group; that of the group behind the last is the number of images.</summary>
    public int First(int group) => (int)((long)images * group / Count);
}
