using System.Runtime.CompilerServices;
using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;

namespace MIOpenDarts.Interop.Memory;

/// <summary>
/// Owner of device memory. Its contents are undefined until written. Work on a stream is not waited for: a buffer may be disposed only when
/// the streams that use it are done, except that a stream-ordered one (<c>HipStream.Allocate</c>) is freed in its own stream's order.
/// </summary>
public sealed unsafe class DeviceBuffer : DeviceHandle
{
    private readonly DeviceHandle? freeOn;
    private readonly DeviceHandle? pool;

    private DeviceBuffer(HipDevice device, long bytes)
        : base(device) => Bytes = bytes;

    /// <summary>Owns memory that a stream allocated from a pool, and that is freed in the stream's order; both live until then.</summary>
    internal DeviceBuffer(DeviceHandle stream, DeviceHandle? pool, void* allocated, long bytes)
        : this(stream.Device, bytes)
    {
        (freeOn, this.pool) = (stream, pool);
        var added = false;
        stream.DangerousAddRef(ref added);
        pool?.DangerousAddRef(ref added);
        Own((nint)allocated);
    }

    /// <summary>Length in bytes.</summary>
    public long Bytes { get; }

    /// <summary>The whole buffer.</summary>
    public DeviceSpan Span => new(this, 0, Bytes);

    /// <summary>Allocates memory at once. Waits for the device; meant for start-up, not for a training step.</summary>
    /// <param name="device">Where.</param>
    /// <param name="bytes">How much; at least 1.</param>
    /// <exception cref="HipException">For lack of memory (<see cref="HipException.IsOutOfMemory"/>) or of a working device.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bytes"/> is not positive.</exception>
    public static DeviceBuffer Allocate(HipDevice device, long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        var buffer = new DeviceBuffer(device, bytes);
        using (device.Activate())
        {
            void* pointer;
            Status.Check(HipNative.hipMalloc(&pointer, (nuint)bytes));
            buffer.Own((nint)pointer);
        }
        return buffer;
    }

    /// <summary>Allocates memory for <paramref name="count"/> elements; see <see cref="Allocate"/>.</summary>
    public static DeviceBuffer Allocate<T>(HipDevice device, long count)
        where T : unmanaged => Allocate(device, checked(count * Unsafe.SizeOf<T>()));

    /// <summary>Copies from host memory and waits. Bring large data in through a <see cref="PinnedBuffer"/> and a stream.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The data is larger than the buffer.</exception>
    /// <exception cref="ArgumentException">Something that the call uses belongs to another device.</exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="HipException">The HIP runtime reports a failure.</exception>
    public void Upload<T>(ReadOnlySpan<T> source)
        where T : unmanaged
    {
        var target = Span.Elements<T>(0, source.Length);
        using var held = Leases.Open(Device);
        fixed (T* from = source)
        {
            Status.Check(HipNative.hipMemcpy(target.In(held), from, (nuint)target.Bytes, hipMemcpyKind.hipMemcpyHostToDevice));
        }
    }

    /// <summary>Copies to host memory and waits.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More is asked for than the buffer has.</exception>
    /// <exception cref="ArgumentException">Something that the call uses belongs to another device.</exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="HipException">The HIP runtime reports a failure.</exception>
    public void Download<T>(Span<T> target)
        where T : unmanaged
    {
        var source = Span.Elements<T>(0, target.Length);
        using var held = Leases.Open(Device);
        fixed (T* to = target)
        {
            Status.Check(HipNative.hipMemcpy(to, source.In(held), (nuint)source.Bytes, hipMemcpyKind.hipMemcpyDeviceToHost));
        }
    }

    private protected override bool DestroyOnDevice()
    {
        if (freeOn is null)
        {
            return HipNative.hipFree((void*)handle) == hipError_t.hipSuccess;
        }
        var freed = HipNative.hipFreeAsync((void*)handle, (hipStream_t)freeOn.DangerousGetHandle()) == hipError_t.hipSuccess;
        freeOn.DangerousRelease();
        pool?.DangerousRelease();
        return freed;
    }
}
