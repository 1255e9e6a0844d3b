using System.Numerics;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends;

/// <summary>
/// The operations of one device, in forward and backward pairs. Plain operations are abstract; an operation with a fused form
/// has a default body that composes plain ones, so that a backend overrides only what it does better. Parameters' gradients
/// accumulate; a data gradient is added to its destination where <c>accumulate</c> is set and overwrites it otherwise.
/// An instance is one device and is used by one thread at a time.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract partial class Backend<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Name as chosen on a command line: that of its line in <see cref="BackendChoice.All"/>.</summary>
    public abstract string Name { get; }

    /// <summary>One line about the device for logs and reports: processor or card, vector width, threads.</summary>
    public abstract string Description { get; }

    /// <summary>What must be equal for results to be equal bit by bit: name, element type, vector width and the order of sums.</summary>
    public abstract string Signature { get; }

    /// <summary>Threads of this machine that compute; 0 where a device does.</summary>
    public virtual int Threads => 1;

    /// <summary>
    /// Whether it computes with libraries and drivers that its tests do not cover, so that a run begins with a self-test.
    /// </summary>
    public virtual bool NeedsSelfTest => false;

    /// <summary>Bytes of the device's memory that a plan may take, or null where the machine's memory is what counts.</summary>
    public virtual long? FreeBytes => null;

    /// <summary>A backend like this one whose memory is only counted; null where a device's is what counts.</summary>
    internal virtual Backend<T>? Counting(MemoryTally tally) => null;

    /// <summary>Zeroed memory on the device.</summary>
    /// <exception cref="OutOfMemoryException">The device does not have that much.</exception>
    public abstract Storage Allocate(long bytes);

    /// <summary>Copies numbers in the order in which they lie in memory (vectors, parameters, labels).</summary>
    public abstract void Upload<TElement>(ReadOnlySpan<TElement> source, Tensor<TElement> dst)
        where TElement : unmanaged;

    /// <summary>Copies numbers out in the order in which they lie in memory.</summary>
    public abstract void Download<TElement>(Tensor<TElement> src, Span<TElement> destination)
        where TElement : unmanaged;

    /// <summary>Copies images in N, C, H, W order into the backend's own layout.</summary>
    public abstract void WriteImages(ReadOnlySpan<T> nchw, Tensor<T> dst);

    /// <summary>Copies an activation out into N, C, H, W order.</summary>
    public abstract void ReadImages(Tensor<T> src, Span<T> nchw);

    /// <summary>dst = value.</summary>
    public abstract void Fill(Tensor<T> dst, T value);

    /// <summary>dst = src, of equal shape.</summary>
    public abstract void Copy(Tensor<T> src, Tensor<T> dst);

    /// <summary>dst += src, of equal shape.</summary>
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
