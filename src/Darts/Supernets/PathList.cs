using System.Numerics;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Supernets;

/// <summary>
/// Things that belong to paths of a cell (an operation of an edge), and those of them that a pass computes: all, until one selects.
/// </summary>
/// <typeparam name="TItem">A branch, a batch norm, ...</typeparam>
internal sealed class PathList<TItem>
{
    private readonly List<int> paths = [];

    /// <summary>The things, for an operation over them.</summary>
    public ActiveList<TItem> Items { get; } = new();

    /// <summary>The things of the pass under way.</summary>
    public ReadOnlySpan<TItem> Active => Items.Active;

    /// <summary>Adds a thing while a network is planned.</summary>
    public void Add(int path, TItem item)
    {
        paths.Add(path);
        Items.Add(item);
    }

    /// <summary>Keeps what the last relaxation of <paramref name="architecture"/> computes.</summary>
    public void Select<T>(ArchitectureParameters<T> architecture)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Items.Clear();
        for (var i = 0; i < paths.Count; i++)
            if (architecture.Relaxation.IsActive(paths[i])) Items.Activate(i);
    }
}
