using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Machine;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends;

/// <summary>First and last step of a training pass (in ticks that the network counts) at which a tensor must hold its contents.</summary>
/// <param name="From">Tick of the first write.</param>
/// <param name="To">Tick of the last read.</param>
public readonly record struct Lifetime(int From, int To)
{
    /// <summary>From the first to the last tick.</summary>
    public static Lifetime Always => new(int.MinValue, int.MaxValue);

    /// <summary>Whether both must hold their contents at the same tick.</summary>
    public bool Overlaps(Lifetime other) => From <= other.To && other.From <= To;
}

/// <summary>
/// Collects every tensor that a network needs for one batch size, lays them out in one arena so that tensors whose
/// lifetimes do not overlap share memory, and binds them. A step after that allocates nothing.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class MemoryPlan<T> : IDisposable
    where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
{
    private const int Alignment = 64;
    private readonly List<Request> requests = [];
    private readonly List<Request> scratch = [];
    private readonly List<Action<int>> batchSetters = [];
    private readonly List<Operation<T>> operations = [];
    private long scratchBytes;
    private Storage? arena;

    private sealed record Request(string Name, long Bytes, Lifetime Lifetime, Action<nint> Bind)
    {
        public long Offset { get; set; }
    }

    /// <summary>Starts a plan for batches of at most <paramref name="batch"/> images.</summary>
    public MemoryPlan(Backend<T> backend, int batch)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batch);
        Backend = backend;
        Batch = batch;
    }

    /// <summary>Where the memory will live.</summary>
    public Backend<T> Backend { get; }

    /// <summary>Largest number of images.</summary>
    public int Batch { get; }

    /// <summary>Lifetime of the next activations, where the caller names none.</summary>
    public Lifetime DefaultLifetime { get; set; } = Lifetime.Always;

    /// <summary>Lifetime of the next gradients that are planned together with their values: often the backward pass only.</summary>
    public Lifetime DefaultDiffLifetime { get; set; } = Lifetime.Always;

    /// <summary>Bytes of the arena, known once <see cref="LayOut"/> ran.</summary>
    public long Bytes { get; private set; }

    /// <summary>
    /// A tensor whose first extent is the batch, of <paramref name="channels"/> x <paramref name="height"/> x <paramref name="width"/>.
    /// </summary>
    public Tensor<T> Activation(string name, int channels, int height, int width, Lifetime? lifetime = null) =>
        Add<T>(name, new Shape(Batch, channels, height, width), lifetime ?? DefaultLifetime, perBatch: true);

    /// <summary>Like <see cref="Activation"/>, with a gradient of the same extent beside it.</summary>
    public Tensor<T> ActivationWithDiff(string name, int channels, int height, int width)
    {
        var value = Activation(name, channels, height, width);
        value.Diff = Activation("d " + name, channels, height, width, DefaultDiffLifetime);
        return value;
    }

    /// <summary>
    /// A tensor in as many <see cref="Tensor{T}.Segments"/> as say, of <paramref name="channels"/> channels each, which are activations
    /// like others.
    /// </summary>
    public Tensor<T> Segmented(string name, int segments, int channels, int height, int width, Lifetime lifetime)
    {
        var shape = new Shape(Batch, channels, height, width);
        var stride = Aligned(shape.Count * Unsafe.SizeOf<T>());
        Tensor<T>[] parts = [.. Enumerable.Range(0, segments).Select(k => new Tensor<T>($"{name}, segment {k}", shape))];
        var whole = new Tensor<T>(name, shape with { C = segments * channels })
        {
            Segments = parts,
            SegmentStride = (nint)(stride / Unsafe.SizeOf<T>())
        };
        requests.Add(new Request(name, segments * stride, lifetime, address =>
        {
            whole.Bind(address);
            for (var k = 0; k < segments; k++) parts[k].Bind(address + (nint)(k * stride));
        }));
        batchSetters.Add(whole.SetBatch);
        foreach (var part in parts) batchSetters.Add(part.SetBatch);
        return whole;
    }

    /// <summary>A tensor of any element type with the batch as its first extent (labels, pool indices, masks).</summary>
    public Tensor<TElement> PerImage<TElement>(string name, int channels, int height, int width, Lifetime? lifetime = null)
        where TElement : unmanaged =>
        Add<TElement>(name, new Shape(Batch, channels, height, width), lifetime ?? DefaultLifetime, perBatch: true);

    /// <summary>A vector that does not depend on the batch.</summary>
    public Tensor<T> Vector(string name, int length) => Add<T>(name, Shape.Vector(length), Lifetime.Always, perBatch: false);

    /// <summary>
    /// Memory for the duration of one operation, shared by all operations. <paramref name="offset"/> says how much the same
    /// operation has taken already and is moved on.
    /// </summary>
    public Tensor<T> Scratch(string name, Shape shape, ref long offset, bool perBatch = true)
    {
        var tensor = new Tensor<T>(name, shape);
        var bytes = Aligned(shape.Count * Unsafe.SizeOf<T>());
        scratch.Add(new Request(name, bytes, Lifetime.Always, tensor.Bind) { Offset = offset });
        offset += bytes;
        scratchBytes = Math.Max(scratchBytes, offset);
        if (perBatch) batchSetters.Add(tensor.SetBatch);
        return tensor;
    }

    /// <summary>Prepared operations in the order in which they were planned.</summary>
    internal IReadOnlyList<Operation<T>> Operations => operations;

    /// <summary>Keeps a prepared operation with the plan, and returns it.</summary>
    internal TOperation Add<TOperation>(TOperation operation)
        where TOperation : Operation<T>
    {
        operations.Add(operation);
        return operation;
    }

    /// <summary>Sets the number of images of the batch under way on every tensor of the plan.</summary>
    public void SetBatch(int images)
    {
        foreach (var set in batchSetters) set(images);
    }

    /// <summary>Chooses offsets, largest tensors first, each at the lowest place free during its lifetime; allocates nothing.</summary>
    public long LayOut()
    {
        var placed = new List<Request>();
        foreach (var request in requests.OrderByDescending(r => r.Bytes).ThenBy(r => r.Lifetime.From))
        {
            long offset = 0;
            foreach (var other in placed)
            {
                if (!other.Lifetime.Overlaps(request.Lifetime)) continue;
                if (other.Offset >= offset + request.Bytes) break;
                offset = Math.Max(offset, other.Offset + other.Bytes);
            }

            request.Offset = offset;
            var position = placed.FindIndex(r => r.Offset > offset);
            placed.Insert(position < 0 ? placed.Count : position, request);
        }

        Bytes = requests.Count == 0 ? scratchBytes : requests.Max(r => r.Offset + r.Bytes) + scratchBytes;
        return Bytes;
    }

    /// <summary>Lays out, allocates the arena and binds every tensor.</summary>
    /// <param name="fitting">Settings that fit into so many bytes, from who knows the network, for the text of a refusal; empty where there
    /// are none.</param>
    /// <exception cref="PlanDoesNotFitException">The device does not have that much memory; the text names the largest tensors.</exception>
    public void Commit(Func<long, string>? fitting = null)
    {
        if (requests.Where(r => r.Bytes > Backend.LargestTensorBytes).MaxBy(r => r.Bytes) is { } beyond)
            throw new PlanDoesNotFitException(
                $"{beyond.Name} has {beyond.Bytes >> 20} MiB, and the kernels of backend '{Backend.Name}' reach "
                + $"{Backend.LargestTensorBytes >> 20} MiB of a tensor; take a smaller batch");
        LayOut();
        // Where the machine's memory counts, the system would promise more than there is, and kill the process when it is used.
        if (Backend.FreeBytes is null && MemoryLimits.Here().Least is { } limit && limit.Free < Bytes)
            throw new PlanDoesNotFitException($"{limit.Name}: {DoesNotFit(limit.Free, fitting)}");
        if (Bytes > Backend.FreeBytes) throw new PlanDoesNotFitException(DoesNotFit(Backend.FreeBytes, fitting));
        try
        {
            arena = Backend.Allocate(Bytes);
        }
        catch (OutOfMemoryException e)
        {
            throw new PlanDoesNotFitException(DoesNotFit(Backend.FreeBytes, fitting), e);
        }

        foreach (var request in scratch) request.Bind(arena.Address + (nint)request.Offset);
        foreach (var request in requests) request.Bind(arena.Address + (nint)(scratchBytes + request.Offset));
    }

    /// <summary>The largest tensors with their sizes, for error texts and forecasts.</summary>
    public string Largest(int count) =>
        string.Join(", ", requests.OrderByDescending(r => r.Bytes).Take(count).Select(r => $"{r.Name} {r.Bytes / 1048576.0:F1} MiB"));

    private string DoesNotFit(long? free, Func<long, string>? fitting)
    {
        var text =
            $"{Mebibytes(Bytes)} MiB of activations do not fit{(free is { } there ? $" into {there >> 20} MiB" : "")}. Largest: " +
            $"{Largest(5)}. ";
        // An allocation may fail though there is room, where no block is large enough: then nothing is known to fit.
        return text + (free < Bytes && fitting?.Invoke(free.Value) is { Length: > 0 } settings
            ? $"What would fit: {settings}"
            : "A smaller batch, fewer init channels or fewer layers need less");
    }

    private static long Mebibytes(long bytes) => (bytes + (1 << 20) - 1) >> 20;

    /// <summary>Frees the arena.</summary>
    public void Dispose() => arena?.Dispose();

    private Tensor<TElement> Add<TElement>(string name, Shape shape, Lifetime lifetime, bool perBatch)
        where TElement : unmanaged
    {
        var tensor = new Tensor<TElement>(name, shape);
        requests.Add(new Request(name, Aligned(shape.Count * Unsafe.SizeOf<TElement>()), lifetime, tensor.Bind));
        if (perBatch) batchSetters.Add(tensor.SetBatch);
        return tensor;
    }

    // One cache line of slack after every tensor lets vector kernels read past the last element.
    private static long Aligned(long bytes) => (bytes + 2 * Alignment - 1) / Alignment * Alignment;
}

/// <summary>A network's planned memory is more than its device has.</summary>
public sealed class PlanDoesNotFitException : Exception
{
    /// <summary>With the sizes and the settings that would help.</summary>
    public PlanDoesNotFitException(string message)
        : base(message)
    {
    }

    /// <summary>With the sizes and the settings that would help, and what the device said.</summary>
    public PlanDoesNotFitException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
