using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Distributed;

/// <summary>
/// Counts what one of several ranks would exchange, and exchanges nothing: every rank is taken to have what this one has.
/// </summary>
/// <param name="size">Ranks.</param>
/// <param name="rank">Which of them this is.</param>
internal sealed class CountedExchange(int size, int rank = 0) : ILeafExchange
{
    /// <inheritdoc/>
    public int Rank => rank;

    /// <inheritdoc/>
    public int Size => size;

    /// <inheritdoc/>
    public IReadOnlyList<int> OnMachine { get; } = [rank];

    /// <summary>Collective calls: one for what is gathered, two for a sum.</summary>
    public long Messages { get; private set; }

    /// <summary>Bytes of gradients, and of other flat vectors of the network, that this rank sends.</summary>
    public long VectorBytes { get; private set; }

    /// <summary>Bytes of statistics, losses and gradients of alphas that this rank sends.</summary>
    public long SumBytes { get; private set; }

    /// <summary>The rank that has most of so many leaves, for which the others wait.</summary>
    public static CountedExchange OfLargestShare(int size, int leaves) =>
        new(size, Enumerable.Range(0, size).MaxBy(rank => BatchLeaves.SubtreeOf(rank, size, leaves).Count));

    /// <inheritdoc/>
    public void Gather(Span<double> all)
    {
        var each = all.Length / size;
        var own = all.Slice(rank * each, each);
        for (var other = 0; other < size; other++)
            if (other != rank) own.CopyTo(all[(other * each)..]);
        Messages++;
        SumBytes += (long)own.Length * sizeof(double) * (size - 1);
    }

    /// <inheritdoc/>
    public void Sum(Span<float> values)
    {
        var own = SumSlices.First(values.Length, rank + 1, size) - SumSlices.First(values.Length, rank, size);
        Messages += 2;
        VectorBytes += (values.Length - own + (long)own * (size - 1)) * sizeof(float);
    }

    /// <inheritdoc/>
    public void RequireSame(string what, string own)
    {
    }

    /// <inheritdoc/>
    public void Agree(Action work) => work();

    /// <summary>Counts anew.</summary>
    public void Reset() => (Messages, VectorBytes, SumBytes) = (0, 0, 0);
}
