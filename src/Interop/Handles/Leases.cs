using MIOpenDarts.Interop.Devices;

namespace MIOpenDarts.Interop.Handles;

/// <summary>
/// Keeps handles alive for the length of one native call: <c>using var held = Leases.Open(device)</c>, then <c>held[handle]</c> for each.
/// Throws for a disposed handle and for one of another device. Of several devices this one is the thread's current one meanwhile, because
/// HIP refuses a stream or a module of another. Allocates nothing: the handles stand on a stack of the thread.
/// </summary>
internal readonly ref struct Leases
{
    [ThreadStatic]
    private static Stack<NativeHandle>? stack;

    private readonly Stack<NativeHandle> held;
    private readonly int mark;
    private readonly HipDevice? device;
    private readonly DeviceScope scope;

    private Leases(HipDevice? device)
    {
        held = stack ??= new Stack<NativeHandle>(32);
        mark = held.Count;
        this.device = device;
        scope = device is null || HipDevice.All.Count < 2 ? default : device.Activate();
    }

    /// <summary>Opens a lease for a call on a device, or on none (descriptors).</summary>
    public static Leases Open(HipDevice? device = null) => new(device);

    /// <summary>The native value of a handle, valid until this lease is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    /// <exception cref="ArgumentException">The handle belongs to another device.</exception>
    public nint this[NativeHandle handle]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(handle);
            if (device is not null && handle is DeviceHandle bound && bound.Device != device)
            {
                throw new ArgumentException($"This {handle.GetType().Name} belongs to {bound.Device}, the call runs on {device}.",
                    nameof(handle));
            }
            var added = false;
            handle.DangerousAddRef(ref added);
            held.Push(handle);
            return handle.DangerousGetHandle();
        }
    }

    public void Dispose()
    {
        while (held.Count > mark)
        {
            held.Pop().DangerousRelease();
        }
        scope.Dispose();
    }
}
