using System.Runtime.CompilerServices;
using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;

namespace MIOpenDarts.Interop.Memory;

/// <summary>Owner of page-locked host memory, which copies to and from the device at full speed and without the CPU.</summary>
public sealed unsafe class PinnedBuffer : DeviceHandle
{
    private PinnedBuffer(HipDevice device, long bytes)
        : base(device) => Bytes = bytes;

    /// <summary>Length in bytes.</summary>
    public long Bytes { get; }

    /// <summary>Allocates page-locked memory.</summary>
    /// <param name="device">The device that it is going to be copied to or from.</param>
    /// <param name="bytes">How much; at least 1.</param>
    /// <exception cref="HipException">The memory could not be locked.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bytes"/> is not positive.</exception>
    public static PinnedBuffer Allocate(HipDevice device, long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        var buffer = new PinnedBuffer(device, bytes);
        using (device.Activate())
        {
            void* pointer;
            Status.Check(HipNative.hipHostMalloc(&pointer, (nuint)bytes, HipNative.hipHostMallocDefault));
            buffer.Own((nint)pointer);
        }
        return buffer;
    }

    /// <summary>
    /// The memory as elements. The span must not be used after the buffer was disposed; while the buffer is not disposed it has to be kept
    /// reachable, as a span over native memory does not keep it alive.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    /// <exception cref="OverflowException">There are more than <see cref="int.MaxValue"/> elements.</exception>
    public Span<T> AsSpan<T>()
        where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        return new Span<T>((void*)handle, checked((int)(Bytes / Unsafe.SizeOf<T>())));
    }

    private protected override bool DestroyOnDevice() => HipNative.hipHostFree((void*)handle) == hipError_t.hipSuccess;
}
