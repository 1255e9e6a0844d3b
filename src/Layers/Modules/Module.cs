using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Randomness;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Modules;

/// <summary>What one pass through a network is for.</summary>
/// <param name="Training">Batch statistics, drop path and dropout are on; a backward pass may follow.</param>
/// <param name="WeightGradients">
/// Whether the backward pass adds to the parameters' gradients (an architecture step does not need them).
/// </param>
/// <param name="Seed">Seed of drop path and dropout.</param>
/// <param name="Epoch">Epoch, which keys their draws.</param>
/// <param name="Step">Step in the epoch, which keys their draws.</param>
public readonly record struct Pass(bool Training, bool WeightGradients = true, ulong Seed = 0, int Epoch = 0, int Step = 0)
{
    /// <summary>Forward with running statistics, nothing random.</summary>
    public static Pass Inference => new(Training: false, WeightGradients: false);

    /// <summary>The random numbers of one module in this pass.</summary>
    public CounterRandom Random(RandomStream stream, int module) => new(Seed, stream, Epoch, ((long)Step << 20) | (uint)module);
}

/// <summary>
/// A layer: declares its parameters when built, asks for memory when planned, and then computes forward and backward between fixed
/// tensors. Backward reads the gradient beside its destination and writes, or adds to, the one beside its source.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private Backend<T>? backend;
    private Tensor<T>? src;
    private Tensor<T>? dst;

    /// <summary>Source [N,C,H,W].</summary>
    public Tensor<T> Src => src ?? throw NotPlanned();

    /// <summary>Destination [N,C',H',W'].</summary>
    public Tensor<T> Dst => dst ?? throw NotPlanned();

    /// <summary>Where the work is done.</summary>
    protected Backend<T> Backend => backend ?? throw NotPlanned();

    /// <summary>Asks for the memory of a pass over <paramref name="source"/> and returns the destination.</summary>
    public Tensor<T> Plan(MemoryPlan<T> plan, Tensor<T> source)
    {
        backend = plan.Backend;
        src = source;
        return dst = PlanDestination(plan, source);
    }

    /// <summary>Computes <see cref="Dst"/>.</summary>
    public abstract void Forward(in Pass pass);

    /// <summary>Adds to the parameters' gradients and writes (or adds to) the source's gradient, if it has one.</summary>
    public abstract void Backward(in Pass pass, bool accumulate);

    /// <summary>
    /// Adds what the module computes in inference to a graph, and returns the value of its destination: for exporters, and to count
    /// arithmetic and extents.
    /// </summary>
    /// <exception cref="NotSupportedException">A module that cannot say it in plain operations.</exception>
    public virtual GraphValue Trace(InferenceGraph<T> graph, GraphValue source) =>
        throw new NotSupportedException($"What {GetType().Name} computes in inference is not known.");

    /// <summary>
    /// Says which channels of a narrower module of the same kind the channels of this one's parameters and statistics copy.
    /// </summary>
    /// <param name="narrow">The module that is widened.</param>
    /// <param name="copies">Where each tensor's channels are said, and new ones drawn.</param>
    /// <param name="inputs">What each channel of the source copies; null as long as no module before has decided it.</param>
    /// <returns>The same of the destination.</returns>
    /// <exception cref="NotSupportedException">A module that cannot say it.</exception>
    public virtual int[]? Widen(Module<T> narrow, ChannelCopies copies, int[]? inputs) =>
        throw new NotSupportedException($"How {GetType().Name} takes more channels is not known.");

    /// <summary>Makes the destination and whatever else the module needs.</summary>
    protected abstract Tensor<T> PlanDestination(MemoryPlan<T> plan, Tensor<T> source);

    private protected InvalidOperationException NotPlanned() => new($"{GetType().Name} is used before it was planned.");
}
