using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;

namespace MIOpenDarts.Interop.Memory;

/// <summary>
/// The pool that stream-ordered allocations of one device come from. It belongs to the device, so nothing is to be disposed.
/// </summary>
public sealed unsafe class MemoryPool
{
    private readonly hipMemPool_t pool;

    private MemoryPool(hipMemPool_t pool) => this.pool = pool;

    /// <summary>
    /// Bytes that the pool keeps back from the system although they are free, beyond the next synchronisation. 0 at first.
    /// </summary>
    public ulong ReleaseThreshold
    {
        get => Get(hipMemPoolAttr.hipMemPoolAttrReleaseThreshold);
        set => Status.Check(HipNative.hipMemPoolSetAttribute(pool, hipMemPoolAttr.hipMemPoolAttrReleaseThreshold, &value));
    }

    /// <summary>Bytes that the pool holds, used or not.</summary>
    public ulong ReservedBytes => Get(hipMemPoolAttr.hipMemPoolAttrReservedMemCurrent);

    /// <summary>Bytes in use.</summary>
    public ulong UsedBytes => Get(hipMemPoolAttr.hipMemPoolAttrUsedMemCurrent);

    /// <summary>The device's default pool.</summary>
    /// <exception cref="HipException">The device has no pools (<see cref="HipDevice.SupportsMemoryPools"/>).</exception>
    public static MemoryPool Of(HipDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        hipMemPool_t pool;
        Status.Check(HipNative.hipDeviceGetDefaultMemPool(&pool, device.Ordinal));
        return new MemoryPool(pool);
    }

    /// <summary>Gives free memory back to the system.</summary>
    /// <param name="keep">Bytes to hold on to.</param>
    public void Trim(long keep)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(keep);
        Status.Check(HipNative.hipMemPoolTrimTo(pool, (nuint)keep));
    }

    private ulong Get(hipMemPoolAttr attribute)
    {
        ulong value;
        Status.Check(HipNative.hipMemPoolGetAttribute(pool, attribute, &value));
        return value;
    }
}
