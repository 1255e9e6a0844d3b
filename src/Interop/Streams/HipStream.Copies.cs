using System.Runtime.CompilerServices;
using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;
using MIOpenDarts.Interop.Memory;

namespace MIOpenDarts.Interop.Streams;

public sealed unsafe partial class HipStream
{
    /// <summary>
    /// Allocates from a memory pool in the order of this stream, without waiting. Disposing the buffer gives the memory back in that order.
    /// </summary>
    /// <param name="bytes">How much; at least 1.</param>
    /// <param name="pool">Where from; null for the device's current pool.</param>
    /// <returns>The owner of the memory. The stream lives at least as long.</returns>
    /// <exception cref="HipException">
    /// For lack of memory, or the device has no pools (<see cref="Devices.HipDevice.SupportsMemoryPools"/>).
    /// </exception>
    /// <exception cref="ArgumentException">The pool belongs to another device.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bytes"/> is not positive.</exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    public DeviceBuffer Allocate(long bytes, MemoryPool? pool = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        using var held = Leases.Open(Device);
        void* pointer;
        if (pool is null)
        {
            Status.Check(HipNative.hipMallocAsync(&pointer, (nuint)bytes, In(held)));
        }
        else
        {
            Status.Check(HipNative.hipMallocFromPoolAsync(&pointer, (nuint)bytes, pool.In(held), In(held)));
        }
        return new DeviceBuffer(this, pool, pointer, bytes);
    }

    /// <summary>Copies from page-locked memory, which must not be changed before the stream has come past.</summary>
    /// <param name="source">From; its first <paramref name="target"/>.Bytes bytes after <paramref name="sourceOffset"/>.</param>
    /// <param name="target">To; its length says how much.</param>
    /// <param name="sourceOffset">Distance in bytes from the start of the source.</param>
    /// <exception cref="ArgumentException">Something that the call uses belongs to another device.</exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="HipException">The HIP runtime reports a failure.</exception>
    public void Upload(PinnedBuffer source, DeviceSpan target, long sourceOffset = 0)
    {
        ArgumentNullException.ThrowIfNull(source);
        InRange(source, sourceOffset, target.Bytes);
        using var held = Leases.Open(Device);
        Status.Check(HipNative.hipMemcpyAsync(
            target.In(held), (byte*)held[source] + sourceOffset, (nuint)target.Bytes, hipMemcpyKind.hipMemcpyHostToDevice, In(held)));
    }

    /// <summary>Copies to page-locked memory, which holds the data when the stream has come past.</summary>
    /// <param name="source">From; its length says how much.</param>
    /// <param name="target">To.</param>
    /// <param name="targetOffset">Distance in bytes from the start of the target.</param>
    /// <exception cref="ArgumentException">Something that the call uses belongs to another device.</exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="HipException">The HIP runtime reports a failure.</exception>
    public void Download(DeviceSpan source, PinnedBuffer target, long targetOffset = 0)
    {
        ArgumentNullException.ThrowIfNull(target);
        InRange(target, targetOffset, source.Bytes);
        using var held = Leases.Open(Device);
        Status.Check(HipNative.hipMemcpyAsync(
            (byte*)held[target] + targetOffset, source.In(held), (nuint)source.Bytes, hipMemcpyKind.hipMemcpyDeviceToHost, In(held)));
    }

    /// <summary>Copies within the device.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="HipException">The HIP runtime reports a failure.</exception>
    public void Copy(DeviceSpan source, DeviceSpan target)
    {
        if (source.Bytes != target.Bytes)
        {
            throw new ArgumentException($"A copy needs equal lengths, got {source.Bytes} and {target.Bytes} bytes.", nameof(target));
        }
        using var held = Leases.Open(Device);
        Status.Check(HipNative.hipMemcpyAsync(
            target.In(held), source.In(held), (nuint)source.Bytes, hipMemcpyKind.hipMemcpyDeviceToDevice, In(held)));
    }

    /// <summary>Copies a rectangle within the device: rows of equal length with a pitch of their own on either side.</summary>
    /// <param name="source">From the first byte of the first row on.</param>
    /// <param name="sourcePitch">Bytes from one row to the next.</param>
    /// <param name="target">To the first byte of the first row on.</param>
    /// <param name="targetPitch">Bytes from one row to the next.</param>
    /// <param name="rowBytes">Bytes of a row.</param>
    /// <param name="rows">Number of rows; at least 1.</param>
    /// <exception cref="ArgumentException">
    /// Memory is too small for what the call touches; something that the call uses belongs to another device.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rows"/> is not positive.</exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="HipException">The HIP runtime reports a failure.</exception>
    public void CopyRows(DeviceSpan source, long sourcePitch, DeviceSpan target, long targetPitch, long rowBytes, long rows)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(sourcePitch, rowBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(targetPitch, rowBytes);
        var from = source.AtLeast(((rows - 1) * sourcePitch) + rowBytes, nameof(source));
        var to = target.AtLeast(((rows - 1) * targetPitch) + rowBytes, nameof(target));
        using var held = Leases.Open(Device);
        Status.Check(HipNative.hipMemcpy2DAsync(to.In(held), (nuint)targetPitch, from.In(held), (nuint)sourcePitch, (nuint)rowBytes,
            (nuint)rows,
            hipMemcpyKind.hipMemcpyDeviceToDevice, In(held)));
    }

    /// <summary>Sets every byte.</summary>
    /// <exception cref="ArgumentException">Something that the call uses belongs to another device.</exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="HipException">The HIP runtime reports a failure.</exception>
    public void Fill(DeviceSpan target, byte value)
    {
        using var held = Leases.Open(Device);
        Status.Check(HipNative.hipMemsetAsync(target.In(held), value, (nuint)target.Bytes, In(held)));
    }

    /// <summary>Sets every 32-bit element to one value.</summary>
    /// <exception cref="ArgumentException">The range is not a whole number of elements.</exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="HipException">The HIP runtime reports a failure.</exception>
    public void Fill(DeviceSpan target, float value)
    {
        if (target.Bytes % sizeof(float) != 0 || target.Offset % sizeof(float) != 0)
        {
            throw new ArgumentException($"{target.Bytes} bytes at offset {target.Offset} are not a whole number of 32-bit elements.",
                nameof(target));
        }
        using var held = Leases.Open(Device);
        Status.Check(HipNative.hipMemsetD32Async(
            target.In(held), Unsafe.BitCast<float, int>(value), (nuint)(target.Bytes / sizeof(float)), In(held)));
    }

    private static void InRange(PinnedBuffer host, long offset, long bytes)
    {
        if (offset < 0 || offset > host.Bytes - bytes)
        {
            throw new ArgumentOutOfRangeException(nameof(offset),
                $"Bytes {offset} to {offset + bytes} do not lie in a host buffer of {host.Bytes} bytes.");
        }
    }
}
