namespace MIOpenDarts.Layers.Backends.Cpu.Threads;

/// <summary>
/// A cut of a batch into groups of images that depends on the shapes alone: each group sums a filter's gradient for itself.
/// </summary>
/// <param name="images">Images of the batch.</param>
/// <param name="floats">Floats of one partial sum.</param>
internal readonly struct GradientGroups(int images, long floats = 0)
{
    private const int MaxGradientGroups = 16;
    private const long MostFloats = 4 << 20;

    /// <summary>Number of groups: fewer where the partial sums would be large.</summary>
    public int Count { get; } = (int)Math.Clamp(MostFloats / Math.Max(floats, 1), 1, Math.Min(images, MaxGradientGroups));

    /// <summary>First image of a group; that of the group after the last is the number of images.</summary>
    public int First(int group) => (int)((long)images * group / Count);
}
