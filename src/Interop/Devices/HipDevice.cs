using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Loading;

namespace MIOpenDarts.Interop.Devices;

/// <summary>One AMD GPU. There is one object for each, so devices are compared by reference.</summary>
public sealed unsafe class HipDevice
{
    private static readonly Lazy<(IReadOnlyList<HipDevice> Devices, string? Why)> Found = new(Discover);

    private HipDevice(int ordinal)
    {
        Ordinal = ordinal;
        var name = stackalloc byte[256];
        Status.Check(HipNative.hipDeviceGetName(name, 256, ordinal));
        Name = Status.Text(name);
        nuint bytes;
        Status.Check(HipNative.hipDeviceTotalMem(&bytes, ordinal));
        TotalMemory = (long)bytes;
        Architecture = DeviceArchitecture.Of(ordinal, Rocm.Major ?? 0);
    }

    /// <summary>Every GPU that the HIP runtime sees. Empty, without an exception, on a machine without ROCm or without a GPU.</summary>
    public static IReadOnlyList<HipDevice> All => Found.Value.Devices;

    /// <summary>Why <see cref="All"/> is empty, with likely causes and cures; null when it is not.</summary>
    public static string? WhyNone => Found.Value.Why;

    /// <summary>The driver's version as HIP counts it, 0 if it does not tell.</summary>
    public static int DriverVersion
    {
        get
        {
            int version;
            return Rocm.IsAvailable(RocmLibrary.Hip) && HipNative.hipDriverGetVersion(&version) == hipError_t.hipSuccess ? version : 0;
        }
    }

    /// <summary>The device's number in this process, from 0.</summary>
    public int Ordinal { get; }

    /// <summary>The marketing name.</summary>
    public string Name { get; }

    /// <summary>The instruction set without features, for example gfx803: what code objects are compiled for.</summary>
    public string Architecture { get; }

    /// <summary>Device memory in bytes.</summary>
    public long TotalMemory { get; }

    /// <summary>Device memory in bytes that is free at the moment, over all processes.</summary>
    /// <exception cref="HipException">The HIP runtime reports a failure.</exception>
    public long FreeMemory
    {
        get
        {
            using (Activate())
            {
                nuint free, total;
                Status.Check(HipNative.hipMemGetInfo(&free, &total));
                return (long)free;
            }
        }
    }

    /// <summary>Number of compute units.</summary>
    /// <exception cref="HipException">The HIP runtime does not tell.</exception>
    public int ComputeUnits => Attribute(hipDeviceAttribute_t.hipDeviceAttributeMultiprocessorCount);

    /// <summary>Threads of a wavefront (64 on gfx803).</summary>
    /// <exception cref="HipException">The HIP runtime does not tell.</exception>
    public int WavefrontSize => Attribute(hipDeviceAttribute_t.hipDeviceAttributeWarpSize);

    /// <summary>The most threads that a work-group may have.</summary>
    /// <exception cref="HipException">The HIP runtime does not tell.</exception>
    public int MaxThreadsPerBlock => Attribute(hipDeviceAttribute_t.hipDeviceAttributeMaxThreadsPerBlock);

    /// <summary>Local data share of a work-group in bytes.</summary>
    /// <exception cref="HipException">The HIP runtime does not tell.</exception>
    public int SharedMemoryPerBlock => Attribute(hipDeviceAttribute_t.hipDeviceAttributeMaxSharedMemoryPerBlock);

    /// <summary>Core clock in kHz.</summary>
    /// <exception cref="HipException">The HIP runtime does not tell.</exception>
    public int ClockRate => Attribute(hipDeviceAttribute_t.hipDeviceAttributeClockRate);

    /// <summary>Memory clock in kHz.</summary>
    /// <exception cref="HipException">The HIP runtime does not tell.</exception>
    public int MemoryClockRate => Attribute(hipDeviceAttribute_t.hipDeviceAttributeMemoryClockRate);

    /// <summary>Width of the memory bus in bits.</summary>
    /// <exception cref="HipException">The HIP runtime does not tell.</exception>
    public int MemoryBusWidth => Attribute(hipDeviceAttribute_t.hipDeviceAttributeMemoryBusWidth);

    /// <summary>L2 cache in bytes.</summary>
    /// <exception cref="HipException">The HIP runtime does not tell.</exception>
    public int L2CacheSize => Attribute(hipDeviceAttribute_t.hipDeviceAttributeL2CacheSize);

    /// <summary>Whether stream-ordered allocation from pools is supported.</summary>
    /// <exception cref="HipException">The HIP runtime does not tell.</exception>
    public bool SupportsMemoryPools => Attribute(hipDeviceAttribute_t.hipDeviceAttributeMemoryPoolsSupported) != 0;

    /// <summary>Waits until everything submitted to the device is done.</summary>
    /// <exception cref="HipException">An earlier kernel failed.</exception>
    public void Synchronize()
    {
        using (Activate())
        {
            Status.Check(HipNative.hipDeviceSynchronize());
        }
    }

    /// <summary>"device 0 (gfx803, Radeon RX 580)".</summary>
    public override string ToString() => $"device {Ordinal} ({Architecture}, {Name})";

    /// <summary>Makes this the calling thread's device until the scope is disposed.</summary>
    internal DeviceScope Activate() => new(Ordinal);

    private static (IReadOnlyList<HipDevice>, string?) Discover()
    {
        if (Rocm.WhyUnavailable(RocmLibrary.Hip) is { } missing)
        {
            return ([], missing);
        }
        int count;
        var status = HipNative.hipGetDeviceCount(&count);
        if (status != hipError_t.hipSuccess || count == 0)
        {
            _ = HipNative.hipGetLastError();
            var text = Status.Text(HipNative.hipGetErrorString(status));
            return ([], FailureText.NoDevice(Rocm.PathOf(RocmLibrary.Hip)!, (int)status, text));
        }
        try
        {
            return (Enumerable.Range(0, count).Select(i => new HipDevice(i)).ToArray(), null);
        }
        catch (HipException e)
        {
            var found = count == 1 ? "An AMD GPU was found, but it does" : $"{count} AMD GPUs were found, but they do";
            return ([], $"{found} not answer: {e.Message}");
        }
    }

    private int Attribute(hipDeviceAttribute_t attribute)
    {
        int value;
        Status.Check(HipNative.hipDeviceGetAttribute(&value, attribute, Ordinal));
        return value;
    }
}
