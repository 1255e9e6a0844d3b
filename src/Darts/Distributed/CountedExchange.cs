using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Distributed;

/// <summary>
/// Counts what the first of several ranks would exchange, and exchanges nothing: every rank is taken to have what this one has.
/// </summary>
/// <param name="size">Ranks.</param>
internal sealed class CountedExchange(int size) : ILeafExchange
{
    /// <inheritdoc/>
    public int Rank => 0;

    /// <inheritdoc/>
    public int Size => size;

    /// <inheritdoc/>
    public int OnMachine => 1;

    /// <summary>Collective calls: one for what is gathered, two for a sum.</summary>
    public long Messages { get; private set; }

    /// <summary>Bytes of gradients, and of other flat vectors of the network, that this rank sends.</summary>
    public long VectorBytes { get; private set; }

    /// <summary>Bytes of statistics, losses and gradients of alphas that this rank sends.</summary>
    public long SumBytes { get; private set; }

    /// <inheritdoc/>
    public void Gather(Span<double> all)
    {
        var own = all[..(all.Length / size)];
        for (var rank = 1; rank < size; rank++) own.CopyTo(all[(rank * own.Length)..]);
        Messages++;
        SumBytes += (long)own.Length * sizeof(double) * (size - 1);
    }

    /// <inheritdoc/>
    public void Sum(Span<float> values)
    {
        var own = SumSlices.First(values.Length, 1, size);
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
