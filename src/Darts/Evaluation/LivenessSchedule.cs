using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Evaluation;

/// <summary>
/// When a network's tensors must hold their contents. The forward pass counts ticks up from 0 and the backward pass returns through
/// them from <see cref="Turn"/> down, so that what tick t saved is read last at Turn − t.
/// </summary>
/// <param name="training">Whether a backward pass follows; without one a value dies with its last reader.</param>
internal sealed class LivenessSchedule(bool training)
{
    private const int Turn = 1 << 24;
    private int never;

    /// <summary>Whether a backward pass follows.</summary>
    public bool Training => training;

    /// <summary>A value written at tick <paramref name="from"/>, read last in the forward pass at <paramref name="lastUse"/>.</summary>
    public Lifetime Value(int from, int lastUse) => training ? new Lifetime(from, Turn - from) : new Lifetime(from, lastUse);

    /// <summary>
    /// The gradient of a value written at tick <paramref name="from"/> whose last reader is at <paramref name="lastUse"/>.
    /// </summary>
    public Lifetime Diff(int from, int lastUse)
    {
        if (training) return new Lifetime(Turn - lastUse, Turn - from);
        // Nobody computes gradients: each gets a tick of its own before the pass, so that all share one place.
        never--;
        return new Lifetime(never, never);
    }
}
