using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;

namespace MIOpenDarts.Interop.Devices;

/// <summary>Makes a device current on this thread and puts the former one back: HIP keeps the current device per thread.</summary>
internal readonly unsafe ref struct DeviceScope
{
    private readonly int before;
    private readonly bool changed;

    public DeviceScope(int ordinal)
    {
        int current;
        Status.Check(HipNative.hipGetDevice(&current));
        before = current;
        changed = current != ordinal;
        if (changed)
        {
            Status.Check(HipNative.hipSetDevice(ordinal));
        }
    }

    public void Dispose()
    {
        if (changed)
        {
            _ = HipNative.hipSetDevice(before);
        }
    }
}
