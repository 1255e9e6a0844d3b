using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;

namespace MIOpenDarts.Interop.Memory;

/// <summary>
/// Device memory that <see cref="DeviceBuffer.AllocateAsync"/> takes from and gives back to in the order of a stream: the pool that every
/// device has (<see cref="Of"/>), or one of one's own (<see cref="Create"/>). A buffer keeps its pool alive.
/// </summary>
public sealed unsafe class MemoryPool : DeviceHandle
{
    private readonly bool isOwn;

    private MemoryPool(HipDevice device, bool isOwn)
        : base(device) => this.isOwn = isOwn;

    /// <summary>
    /// Bytes that the pool keeps back from the system although they are free, beyond the next synchronisation. 0 at first.
    /// </summary>
    public ulong ReleaseThreshold
    {
        get => Get(hipMemPoolAttr.hipMemPoolAttrReleaseThreshold);
        set => Set(hipMemPoolAttr.hipMemPoolAttrReleaseThreshold, value);
    }

    /// <summary>Bytes that the pool holds, used or not.</summary>
    public ulong ReservedBytes => Get(hipMemPoolAttr.hipMemPoolAttrReservedMemCurrent);

    /// <summary>Bytes in use.</summary>
    public ulong UsedBytes => Get(hipMemPoolAttr.hipMemPoolAttrUsedMemCurrent);

    /// <summary>The most bytes that were in use at one time since the last <see cref="ResetPeak"/>.</summary>
    public ulong UsedBytesPeak => Get(hipMemPoolAttr.hipMemPoolAttrUsedMemHigh);

    /// <summary>The device's default pool. It belongs to the device: disposing this object leaves it as it is.</summary>
    /// <exception cref="HipException">The device has no pools (<see cref="HipDevice.SupportsMemoryPools"/>).</exception>
    public static MemoryPool Of(HipDevice device)
    {
        var pool = new MemoryPool(device, isOwn: false);
        hipMemPool_t found;
        Status.Check(HipNative.hipDeviceGetDefaultMemPool(&found, device.Ordinal));
        pool.Own(found);
        return pool;
    }

    /// <summary>Creates a pool, so that what one part of a program keeps back does not mix with another's.</summary>
    /// <exception cref="HipException">The device has no pools (<see cref="HipDevice.SupportsMemoryPools"/>).</exception>
    public static MemoryPool Create(HipDevice device)
    {
        var pool = new MemoryPool(device, isOwn: true);
        var properties = new hipMemPoolProps
        {
            allocType = hipMemAllocationType.hipMemAllocationTypePinned,
            location = new hipMemLocation { type = hipMemLocationType.hipMemLocationTypeDevice, id = device.Ordinal },
        };
        using (device.Activate())
        {
            hipMemPool_t created;
            Status.Check(HipNative.hipMemPoolCreate(&created, &properties));
            pool.Own(created);
        }
        return pool;
    }

    /// <summary>Gives free memory back to the system.</summary>
    /// <param name="keep">Bytes to hold on to.</param>
    public void Trim(long keep)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(keep);
        using var held = Leases.Open(Device);
        Status.Check(HipNative.hipMemPoolTrimTo(In(held), (nuint)keep));
    }

    /// <summary>Lets <see cref="UsedBytesPeak"/> begin anew.</summary>
    public void ResetPeak() => Set(hipMemPoolAttr.hipMemPoolAttrUsedMemHigh, 0);

    internal hipMemPool_t In(Leases held) => (hipMemPool_t)held[this];

    private protected override bool DestroyOnDevice() =>
        !isOwn || HipNative.hipMemPoolDestroy((hipMemPool_t)handle) == hipError_t.hipSuccess;

    private ulong Get(hipMemPoolAttr attribute)
    {
        using var held = Leases.Open(Device);
        ulong value;
        Status.Check(HipNative.hipMemPoolGetAttribute(In(held), attribute, &value));
        return value;
    }

    private void Set(hipMemPoolAttr attribute, ulong value)
    {
        using var held = Leases.Open(Device);
        Status.Check(HipNative.hipMemPoolSetAttribute(In(held), attribute, &value));
    }
}
