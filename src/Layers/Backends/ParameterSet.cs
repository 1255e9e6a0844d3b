using System.Numerics;
using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Randomness;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends;

/// <summary>How a parameter gets its first value.</summary>
public enum Initializer
{
    /// <summary>U(-1/sqrt(fan in), 1/sqrt(fan in)): convolutions and linear layers.</summary>
    FanIn,
    /// <summary>One: batch-norm scales and running variances.</summary>
    One,
    /// <summary>Zero: batch-norm shifts and running means.</summary>
    Zero,
}

/// <summary>
/// All parameters of a network in one flat buffer, their gradients in a second, the batch-norm statistics in a third, each with
/// named views in the official order and layout (OIHW), so that an optimiser, the unrolled step and a checkpoint are single calls.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class ParameterSet<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<Entry> parameters = [];
    private readonly List<Entry> buffers = [];
    private readonly List<(string Name, BatchNormState<T> Owner)> counters = [];
    private readonly List<(string Prefix, string Former)> formerPrefixes = [];
    private Storage[] storages = [];
    private Backend<T>? backend;

    private sealed record Entry(Tensor<T> Tensor, Initializer Initializer, int FanIn, long Offset);

    /// <summary>Number of trainable numbers.</summary>
    public long Count { get; private set; }

    /// <summary>Number of batch-norm statistics.</summary>
    public long BufferCount { get; private set; }

    /// <summary>Every parameter, as one vector.</summary>
    public Tensor<T> Values { get; private set; } = new("parameters", default);

    /// <summary>Every gradient, as one vector in the order of <see cref="Values"/>.</summary>
    public Tensor<T> Diffs { get; private set; } = new("gradients", default);

    /// <summary>Every running statistic, as one vector.</summary>
    public Tensor<T> Buffers { get; private set; } = new("statistics", default);

    /// <summary>The parameters by official name, in official order.</summary>
    public IEnumerable<Tensor<T>> Parameters => parameters.Select(e => e.Tensor);

    /// <summary>The running statistics by official name, in official order.</summary>
    public IEnumerable<Tensor<T>> Statistics => buffers.Select(e => e.Tensor);

    /// <summary>The batch norms that count batches, by the name of their counter.</summary>
    public IReadOnlyList<(string Name, BatchNormState<T> Owner)> Counters => counters;

    /// <summary>Declares a parameter with a gradient.</summary>
    public Tensor<T> AddParameter(string name, Shape shape, Initializer initializer, int fanIn = 1)
    {
        var tensor = new Tensor<T>(name, shape) { Diff = new Tensor<T>("d " + name, shape) };
        parameters.Add(new Entry(tensor, initializer, fanIn, Count));
        Count += shape.Count;
        return tensor;
    }

    /// <summary>Declares a running statistic.</summary>
    public Tensor<T> AddBuffer(string name, int length, Initializer initializer)
    {
        var tensor = new Tensor<T>(name, Shape.Vector(length));
        buffers.Add(new Entry(tensor, initializer, 1, BufferCount));
        BufferCount += length;
        return tensor;
    }

    /// <summary>Declares a count of training batches.</summary>
    public void AddCounter(string name, BatchNormState<T> owner) => counters.Add((name, owner));

    /// <summary>
    /// Says that files of earlier versions have <paramref name="former"/> where names begin with <paramref name="prefix"/> now.
    /// </summary>
    public void AddFormerPrefix(string prefix, string former) => formerPrefixes.Add((prefix, former));

    /// <summary>The name in files of earlier versions; null where it is the same.</summary>
    public string? FormerName(string name)
    {
        foreach (var (prefix, former) in formerPrefixes)
            if (name.StartsWith(prefix, StringComparison.Ordinal)) return former + name[prefix.Length..];
        return null;
    }

    /// <summary>Allocates the three buffers and binds the views.</summary>
    /// <exception cref="PlanDoesNotFitException">There are more parameters than one buffer can number; nothing is allocated.</exception>
    public void Commit(Backend<T> on)
    {
        var most = Math.Max(Count, BufferCount);
        if (most > int.MaxValue)
            throw new PlanDoesNotFitException(
                $"{most} parameters are more than a network may have, {int.MaxValue}; fewer init channels or layers have fewer");
        backend = on;
        Values = Flat("parameters", Count, 0);
        Diffs = Flat("gradients", Count, 1);
        Buffers = Flat("statistics", BufferCount, 2);
        foreach (var e in parameters)
        {
            e.Tensor.Bind(Values.Address + (nint)(e.Offset * Unsafe.SizeOf<T>()));
            e.Tensor.Diff!.Bind(Diffs.Address + (nint)(e.Offset * Unsafe.SizeOf<T>()));
        }

        foreach (var e in buffers)
            e.Tensor.Bind(Buffers.Address + (nint)(e.Offset * Unsafe.SizeOf<T>()));
    }

    /// <summary>Another flat vector beside the parameters (momentum, a copy): allocated here, freed with the set.</summary>
    public Tensor<T> Companion(string name, long count)
    {
        Array.Resize(ref storages, storages.Length + 1);
        return Flat(name, count, storages.Length - 1);
    }

    /// <summary>Bytes of all flat buffers.</summary>
    public long Bytes => storages.Sum(s => s.Bytes);

    /// <summary>Draws first values: the k-th parameter from index k of the stream <see cref="RandomStream.Weights"/>.</summary>
    public void Initialize(ulong seed)
    {
        // One parameter at a time: all of them together would be a second copy of the network beside it.
        var values = new T[parameters.Select(e => e.Tensor.Capacity.Count).DefaultIfEmpty().Max()];
        for (var k = 0; k < parameters.Count; k++)
        {
            var e = parameters[k];
            var span = values.AsSpan(0, (int)e.Tensor.Capacity.Count);
            var random = new CounterRandom(seed, RandomStream.Weights, 0, k);
            // Drawn in single precision on every backend, so that float and double runs start from the same numbers.
            var bound = 1f / MathF.Sqrt(e.FanIn);
            for (var i = 0; i < span.Length; i++) span[i] = T.CreateChecked(First(e.Initializer, bound, ref random));
            backend!.Upload<T>(span, e.Tensor);
        }

        var statistics = new T[BufferCount];
        foreach (var e in buffers)
            statistics.AsSpan((int)e.Offset, (int)e.Tensor.Capacity.Count).Fill(e.Initializer == Initializer.One ? T.One : T.Zero);
        backend!.Upload<T>(statistics, Buffers);
        foreach (var (_, owner) in counters) owner.BatchesTracked = 0;
    }

    /// <summary>Frees the buffers.</summary>
    public void Dispose()
    {
        foreach (var storage in storages) storage.Dispose();
        storages = [];
    }

    private static float First(Initializer initializer, float bound, ref CounterRandom random) => initializer switch
    {
        Initializer.One => 1f,
        Initializer.Zero => 0f,
        _ => bound * (2f * random.NextSingle() - 1f),
    };

    private Tensor<T> Flat(string name, long count, int slot)
    {
        if (storages.Length <= slot) Array.Resize(ref storages, slot + 1);
        storages[slot] = backend!.Allocate((count + 32) * Unsafe.SizeOf<T>());
        var tensor = new Tensor<T>(name, Shape.Vector((int)count));
        tensor.Bind(storages[slot].Address);
        return tensor;
    }
}
