using System.Numerics;
using MIOpenDarts.Interop.Mpi;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Distributed;

/// <summary>
/// Exchanges the parts of a batch's sums between ranks. Vectors of gradients are added in slices: every rank gets all ranks' parts of its
/// slice, adds them by the tree, and gives the sum to all, so that no library's own order of sums has a say.
/// </summary>
internal sealed class MpiLeafExchange(MpiWorld world, Ranks ranks) : ILeafExchange
{
    private readonly int[] counts = new int[world.Size];
    private readonly int[] starts = new int[world.Size];
    private readonly int[] partCounts = new int[world.Size];
    private readonly int[] partStarts = new int[world.Size];
    private float[] parts = [];

    /// <inheritdoc/>
    public int Rank => world.Rank;

    /// <inheritdoc/>
    public int Size => world.Size;

    /// <inheritdoc/>
    public IReadOnlyList<int> OnMachine => world.OnMachine;

    /// <inheritdoc/>
    public void Gather(Span<double> all)
    {
        if (Size == 1) return;
        var each = all.Length / Size;
        for (var rank = 0; rank < Size; rank++) (counts[rank], starts[rank]) = (each, rank * each);
        world.AllGather(all, counts, starts);
    }

    /// <inheritdoc/>
    public void Sum(Span<float> values)
    {
        if (Size == 1) return;
        for (var rank = 0; rank < Size; rank++)
        {
            starts[rank] = SumSlices.First(values.Length, rank, Size);
            counts[rank] = SumSlices.First(values.Length, rank + 1, Size) - starts[rank];
        }

        var own = counts[Rank];
        if (parts.Length < Size * own) parts = new float[Size * own];
        for (var rank = 0; rank < Size; rank++) (partCounts[rank], partStarts[rank]) = (own, rank * own);
        world.AllToAll(values, counts, starts, parts.AsSpan(0, Size * own), partCounts, partStarts);
        Fold(own, 0, Size);
        parts.AsSpan(0, own).CopyTo(values[starts[Rank]..]);
        world.AllGather(values, counts, starts);
    }

    /// <inheritdoc/>
    public void RequireSame(string what, string own) => ranks.RequireSame(what, own);

    /// <inheritdoc/>
    public void Agree(Action work) => ranks.Agree(work);

    private void Fold(int length, int rank, int size)
    {
        if (size == 1) return;
        var left = (size + 1) / 2;
        Fold(length, rank, left);
        Fold(length, rank + left, size - left);
        Span<float> to = parts.AsSpan(rank * length, length), from = parts.AsSpan((rank + left) * length, length);
        var i = 0;
        for (; i <= length - Vector<float>.Count; i += Vector<float>.Count)
            (new Vector<float>(to[i..]) + new Vector<float>(from[i..])).CopyTo(to[i..]);
        for (; i < length; i++) to[i] += from[i];
    }
}
