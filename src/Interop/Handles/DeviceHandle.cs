using MIOpenDarts.Interop.Devices;

namespace MIOpenDarts.Interop.Handles;

/// <summary>Owner of a native object that lives on one device and may only be used together with others of that device.</summary>
public abstract class DeviceHandle : NativeHandle
{
    private protected DeviceHandle(HipDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        Device = device;
    }

    /// <summary>The device that the object belongs to.</summary>
    public HipDevice Device { get; }

    /// <summary>Releases the object with its own device current; the finaliser thread has device 0 current.</summary>
    private protected sealed override bool Destroy()
    {
        using (Device.Activate())
        {
            return DestroyOnDevice();
        }
    }

    private protected abstract bool DestroyOnDevice();
}
