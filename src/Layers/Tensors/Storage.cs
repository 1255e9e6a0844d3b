using System.Runtime.InteropServices;

namespace MIOpenDarts.Layers.Tensors;

/// <summary>A block of memory on one device, owned by whoever asked a backend for it.</summary>
public abstract class Storage : IDisposable
{
    /// <summary>Address of the first byte, on the host or on the device.</summary>
    public abstract nint Address { get; }

    /// <summary>Size in bytes.</summary>
    public abstract long Bytes { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives the memory back.</summary>
    /// <param name="disposing">False on the finaliser thread.</param>
    protected abstract void Dispose(bool disposing);
}

/// <summary>Host memory outside the managed heap, aligned to a cache line or, where it is large, to a large page, zeroed.</summary>
public sealed unsafe class HostStorage : Storage
{
    private const int Alignment = 64;
    private void* memory;

    /// <summary>Allocates <paramref name="bytes"/> zeroed bytes.</summary>
    /// <exception cref="OutOfMemoryException">The machine does not have that much memory.</exception>
    public HostStorage(long bytes)
    {
        Bytes = bytes;
        var large = LargePages.Pay(bytes);
        var alignment = large ? LargePages.Bytes : Alignment;
        // A whole number of pages: the end of a block may be what a thread works in.
        var whole = (nuint)((Math.Max(bytes, 1) + alignment - 1) / alignment * alignment);
        memory = NativeMemory.AlignedAlloc(whole, (nuint)alignment);
        if (large) LargePages.Advise(memory, (long)whole);
        NativeMemory.Clear(memory, whole);
    }

    /// <summary>Frees memory that nobody disposed.</summary>
    ~HostStorage() => Dispose(false);

    /// <inheritdoc/>
    public override nint Address => (nint)memory;

    /// <inheritdoc/>
    public override long Bytes { get; }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        NativeMemory.AlignedFree(memory);
        memory = null;
    }
}
