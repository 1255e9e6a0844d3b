using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;

namespace MIOpenDarts.Interop.Memory;

/// <summary>
/// The pool of a device, from which <c>HipStream.Allocate</c> takes memory and to which it gives it back in the order of a
/// stream. A buffer keeps its pool alive.
/// </summary>
public sealed unsafe class MemoryPool : DeviceHandle
{
    private MemoryPool(HipDevice device)
        : base(device)
    {
    }

    /// <summary>The device's default pool. It belongs to the device: disposing this object leaves it as it is.</summary>
    /// <exception cref="HipException">The device has no pools (<see cref="HipDevice.SupportsMemoryPools"/>).</exception>
    public static MemoryPool From(HipDevice device)
    {
        var pool = new MemoryPool(device);
        hipMemPool_t found;
        Status.Check(HipNative.hipDeviceGetDefaultMemPool(&found, device.Ordinal));
        pool.Own(found);
        return pool;
    }

    /// <summary>How much of what is free the pool keeps back from the system beyond the next synchronisation; nothing at first.</summary>
    /// <param name="bytes">Bytes to keep.</param>
    /// <exception cref="ArgumentException">Something that the call uses belongs to another device.</exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="HipException">The HIP runtime reports a failure.</exception>
    public void SetReleaseThreshold(ulong bytes)
    {
        using var held = Leases.Open(Device);
        Status.Check(HipNative.hipMemPoolSetAttribute(In(held), hipMemPoolAttr.hipMemPoolAttrReleaseThreshold, &bytes));
    }

    /// <summary>Gives free memory back to the system.</summary>
    /// <param name="keep">Bytes to hold on to.</param>
    /// <exception cref="ArgumentException">Something that the call uses belongs to another device.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="keep"/> is negative.</exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="HipException">The HIP runtime reports a failure.</exception>
    public void Trim(long keep)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(keep);
        using var held = Leases.Open(Device);
        Status.Check(HipNative.hipMemPoolTrimTo(In(held), (nuint)keep));
    }

    internal hipMemPool_t In(Leases held) => (hipMemPool_t)held[this];

    /// <summary>The pool is the device's.</summary>
    private protected override bool DestroyOnDevice() => true;
}
