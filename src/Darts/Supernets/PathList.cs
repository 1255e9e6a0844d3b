using System.Numerics;

namespace MIOpenDarts.Darts.Supernets;

/// <summary>
/// Things that belong to paths of a cell (an operation of an edge), and those of them that a pass computes: all, until one selects.
/// </summary>
/// <typeparam name="TItem">A branch, a batch norm, ...</typeparam>
internal sealed class PathList<TItem>
{
    private readonly List<(int Path, TItem Item)> all = [];
    private TItem[] active = [];

    /// <summary>The things of the pass under way.</summary>
    public ReadOnlyMemory<TItem> Memory => active.AsMemory(0, Count);

    /// <summary>The things of the pass under way.</summary>
    public ReadOnlySpan<TItem> Span => active.AsSpan(0, Count);

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a thing while a network is planned.</summary>
    public void Add(int path, TItem item)
    {
        all.Add((path, item));
        active = [.. all.Select(entry => entry.Item)];
        Count = active.Length;
    }

    /// <summary>Keeps what the last relaxation of <paramref name="architecture"/> computes.</summary>
    public void Select<T>(ArchitectureParameters<T> architecture)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Count = 0;
        foreach (var (path, item) in all)
            if (architecture.Relaxation.IsActive(path)) active[Count++] = item;
    }
}
