namespace MIOpenDarts.Layers.Backends;

/// <summary>
/// What an operation over a list was planned for, and those of it that the pass under way computes: all, until some are chosen (a search
/// that draws one operation of an edge chooses before each pass).
/// </summary>
/// <typeparam name="TItem">A branch, a batch norm, a term of a sum.</typeparam>
internal sealed class ActiveList<TItem>
{
    private readonly List<TItem> all = [];
    private TItem[] active = [];
    private int count;

    /// <summary>A list of these, all of them active.</summary>
    public ActiveList(params ReadOnlySpan<TItem> items)
    {
        foreach (var item in items) Add(item);
    }

    /// <summary>Everything that was planned.</summary>
    public IReadOnlyList<TItem> All => all;

    /// <summary>What the pass under way computes, in the order of <see cref="All"/>.</summary>
    public ReadOnlySpan<TItem> Active => active.AsSpan(0, count);

    /// <summary>Counts up with every choice: what was laid out for another one is not valid any more.</summary>
    public int Version { get; private set; }

    /// <summary>Adds an active item, before the operation is planned.</summary>
    public void Add(TItem item)
    {
        all.Add(item);
        active = [.. all];
        count = active.Length;
    }

    /// <summary>Begins a choice: nothing is active.</summary>
    public void Clear() => (count, Version) = (0, Version + 1);

    /// <summary>Activates item <paramref name="index"/> of <see cref="All"/>, each after those before it.</summary>
    public void Activate(int index) => active[count++] = all[index];
}
