using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;

namespace MIOpenDarts.Interop.Streams;

/// <summary>A point in a stream that can be waited for, and whose time can be taken.</summary>
public sealed unsafe class HipEvent : DeviceHandle
{
    private HipEvent(HipDevice device)
        : base(device)
    {
    }

    /// <summary>Whether the device has come past the point. True as well if it was never recorded.</summary>
    /// <exception cref="HipException">Something before it failed.</exception>
    /// <exception cref="ArgumentException">Something that the call uses belongs to another device.</exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    public bool IsReached
    {
        get
        {
            using var held = Leases.Open(Device);
            return Status.IsReady(HipNative.hipEventQuery(In(held)));
        }
    }

    /// <summary>Creates an event.</summary>
    /// <param name="device">The device of the streams that it is going to be recorded on.</param>
    /// <param name="timing">Whether its time is wanted; without it, recording is cheaper.</param>
    /// <exception cref="HipException">The HIP runtime reports a failure.</exception>
    public static HipEvent Create(HipDevice device, bool timing = false)
    {
        var created = new HipEvent(device);
        using (device.Activate())
        {
            hipEvent_t value;
            var flags = timing ? HipNative.hipEventDefault : (uint)HipNative.hipEventDisableTiming;
            Status.Check(HipNative.hipEventCreateWithFlags(&value, flags));
            created.Own(value);
        }
        return created;
    }

    /// <summary>Sets the point after everything that the stream was given so far.</summary>
    /// <exception cref="ArgumentException">Something that the call uses belongs to another device.</exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="HipException">The HIP runtime reports a failure.</exception>
    public void Record(HipStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var held = Leases.Open(Device);
        Status.Check(HipNative.hipEventRecord(In(held), stream.In(held)));
    }

    /// <summary>Waits until the device has come past the point.</summary>
    /// <exception cref="ArgumentException">Something that the call uses belongs to another device.</exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="HipException">The HIP runtime reports a failure.</exception>
    public void Synchronize()
    {
        using var held = Leases.Open(Device);
        Status.Check(HipNative.hipEventSynchronize(In(held)));
    }

    /// <summary>Milliseconds from an earlier event to this one; both must have timing and have been reached.</summary>
    /// <exception cref="ArgumentException">Something that the call uses belongs to another device.</exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="HipException">The HIP runtime reports a failure.</exception>
    public float MillisecondsSince(HipEvent start)
    {
        ArgumentNullException.ThrowIfNull(start);
        using var held = Leases.Open(Device);
        float milliseconds;
        Status.Check(HipNative.hipEventElapsedTime(&milliseconds, start.In(held), In(held)));
        return milliseconds;
    }

    internal hipEvent_t In(Leases held) => (hipEvent_t)held[this];

    private protected override bool DestroyOnDevice() => HipNative.hipEventDestroy((hipEvent_t)handle) == hipError_t.hipSuccess;
}
