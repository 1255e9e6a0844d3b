using System.Numerics;
using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends;

/// <summary>
/// The operations of one device, in forward and backward pairs. Plain operations are abstract; an operation with a fused form
/// has a default body that composes plain ones, so that a backend overrides only what it does better. Parameters' gradients
/// accumulate; a data gradient is added to its destination where <c>accumulate</c> is set and overwrites it otherwise.
/// An instance is one device and is used by one thread at a time.
/// </summary>
/// <remarks>
/// What holds for every operation, where it says nothing else:
/// <list type="bullet">
/// <item>Shapes are [N,C,H,W] of the batch under way (<see cref="Tensor{T}.Shape"/>). Modules plan tensors that fit; a pass does not check
/// them again.</item>
/// <item>"dst = …" overwrites, "dst += …" accumulates, and "dst (+)= …" does what <c>accumulate</c> says. What is overwritten may hold
/// anything before, also what is no number.</item>
/// <item>A tensor that is written shares no memory with another one of the call.</item>
/// <item>A tensor is of one piece (<see cref="Tensor{T}.Segments"/> is empty).</item>
/// <item>With tensors that fit, a processor throws nothing; a device throws a <see cref="Interop.Errors.RocmException"/> where a library or
/// the driver reports a failure, at the latest in the next <see cref="Synchronize"/> or download.</item>
/// </list>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public abstract partial class Backend<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private T[] exchanged = [];

    /// <summary>Name as chosen on a command line: that of its line in <see cref="BackendChoice.All"/>.</summary>
    public abstract string Name { get; }

    /// <summary>One line about the device for logs and reports: processor or card, vector width, threads.</summary>
    public abstract string Description { get; }

    /// <summary>What must be equal for results to be equal bit by bit: name, element type, vector width and the order of sums.</summary>
    public abstract string Signature { get; }

    /// <summary>Threads of this machine that compute; 0 where a device does.</summary>
    public abstract int Threads { get; }

    /// <summary>
    /// Whether it computes with libraries and drivers that its tests do not cover, so that a run begins with a self-test.
    /// </summary>
    public virtual bool NeedsSelfTest => false;

    /// <summary>The GPU that it computes on, for diagnostics of the libraries there; null on a processor.</summary>
    internal virtual HipDevice? Gpu => null;

    /// <summary>
    /// How sums over a batch are cut and added. Where processes share a batch, a backend exchanges every sum over it itself or, by default,
    /// none: then batch norms must have the statistics of a leaf.
    /// </summary>
    /// <exception cref="BackendUnavailableException">It is set to processes that share statistics, which this backend cannot.</exception>
    internal virtual BatchLeaves Leaves
    {
        get;
        set => field = value.Exchange is null || value.PerLeaf ? value : throw new BackendUnavailableException(
            $"{Name} cannot share the statistics of batch norms with other processes; add --batch-norm leaf, use --backend cpu or hip, "
            + "or give each process its seeds by --seeds");
    } = new();

    /// <summary>Makes this process's sums over its images, such as gradients, those over the batch of all processes.</summary>
    /// <param name="sums">[n], added elementwise by the tree of the leaves.</param>
    internal virtual void SumOverProcesses(Tensor<T> sums)
    {
        if (!Leaves.Shares) return;
        var count = checked((int)sums.Shape.Count);
        if (exchanged.Length < count) exchanged = new T[count];
        if (exchanged is not float[] floats)
            throw new BackendUnavailableException("processes exchange numbers of single precision only; use --backend cpu");
        Download(sums, exchanged);
        Leaves.Exchange!.Sum(floats.AsSpan(0, count));
        Upload<T>(exchanged.AsSpan(0, count), sums);
    }

    /// <summary>What <see cref="CrossEntropy"/> left in <paramref name="result"/>, over the batch of all processes.</summary>
    /// <param name="result">[2]: mean loss and right answers of the images at hand.</param>
    /// <param name="images">How many these are.</param>
    internal virtual unsafe (double Loss, int Correct) ReadLoss(Tensor<T> result, int images)
    {
        Span<T> numbers = stackalloc T[2];
        Download(result, numbers);
        if (!Leaves.Shares) return (double.CreateTruncating(numbers[0]), int.CreateTruncating(numbers[1]));
        double* sums = stackalloc double[] { double.CreateTruncating(numbers[0]) * images, double.CreateTruncating(numbers[1]) };
        Leaves.QueueSums(sums, 2);
        Leaves.ExchangeQueued();
        return (sums[0] / Leaves.WholeOf(images), (int)sums[1]);
    }

    /// <summary>Bytes of the device's memory that a plan may take, or null where the machine's memory is what counts.</summary>
    public virtual long? FreeBytes => null;

    /// <summary>Bytes of the largest tensor that its kernels reach, or null where memory is the only limit.</summary>
    internal virtual long? LargestTensorBytes => null;

    /// <summary>A backend like this one whose memory is only counted; null where a device's is what counts.</summary>
    internal virtual Backend<T>? Counting(MemoryTally tally) => null;

    /// <summary>Zeroed memory on the device, owned by the caller.</summary>
    /// <param name="bytes">How much.</param>
    /// <exception cref="OutOfMemoryException">The device does not have that much.</exception>
    public abstract Storage Allocate(long bytes);

    /// <summary>
    /// dst = source, in the order in which numbers lie in memory: for vectors, parameters, labels. Returns when source may be changed.
    /// </summary>
    /// <param name="source">At most as many numbers as dst's shape has.</param>
    /// <param name="dst">Of any shape.</param>
    /// <exception cref="ArgumentException">On a processor: more numbers than dst has.</exception>
    public abstract void Upload<TElement>(ReadOnlySpan<TElement> source, Tensor<TElement> dst)
        where TElement : unmanaged;

    /// <summary>destination = src, in the order in which numbers lie in memory. Waits for what computes src.</summary>
    /// <param name="src">Of any shape.</param>
    /// <param name="destination">At least as many numbers as src's shape has.</param>
    /// <exception cref="ArgumentException">Fewer numbers than src has.</exception>
    public abstract void Download<TElement>(Tensor<TElement> src, Span<TElement> destination)
        where TElement : unmanaged;

    /// <summary>dst = images in N, C, H, W order, brought into the backend's own layout.</summary>
    /// <param name="nchw">As many numbers as dst's shape has.</param>
    /// <param name="dst">An activation [N,C,H,W].</param>
    public abstract void WriteImages(ReadOnlySpan<T> nchw, Tensor<T> dst);

    /// <summary>nchw = an activation, brought into N, C, H, W order. Waits for what computes it.</summary>
    /// <param name="src">An activation [N,C,H,W].</param>
    /// <param name="nchw">At least as many numbers as src's shape has.</param>
    public abstract void ReadImages(Tensor<T> src, Span<T> nchw);

    /// <summary>dst = value. dst: of any shape.</summary>
    public abstract void Fill(Tensor<T> dst, T value);

    /// <summary>dst = src. Both of one shape.</summary>
    public abstract void Copy(Tensor<T> src, Tensor<T> dst);

    /// <summary>dst += src. Both of one shape.</summary>
    public abstract void Add(Tensor<T> src, Tensor<T> dst);

    /// <summary>Waits for all work under way.</summary>
    public virtual void Synchronize()
    {
    }

    /// <summary>Frees what the instance owns.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the instance owns.</summary>
    /// <param name="disposing">False on the finaliser thread.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
