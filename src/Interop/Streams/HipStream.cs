using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;

namespace MIOpenDarts.Interop.Streams;

/// <summary>A queue of work on one device, done in order. Independent of the default stream (hipStreamNonBlocking).</summary>
public sealed unsafe partial class HipStream : DeviceHandle
{
    private HipStream(HipDevice device)
        : base(device)
    {
    }

    /// <summary>Whether everything submitted so far is done. Does not wait.</summary>
    /// <exception cref="HipException">Something that was submitted failed.</exception>
    /// <exception cref="ArgumentException">Something that the call uses belongs to another device.</exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    public bool IsIdle
    {
        get
        {
            using var held = Leases.Open(Device);
            return Status.IsReady(HipNative.hipStreamQuery(In(held)));
        }
    }

    /// <summary>Creates a stream.</summary>
    /// <param name="device">Where it runs.</param>
    /// <param name="priority">Lower numbers go first; the device clamps to the range it has (0 is normal).</param>
    /// <exception cref="HipException">The HIP runtime reports a failure.</exception>
    public static HipStream Create(HipDevice device, int priority = 0)
    {
        var stream = new HipStream(device);
        using (device.Activate())
        {
            hipStream_t created;
            Status.Check(priority == 0
                ? HipNative.hipStreamCreateWithFlags(&created, HipNative.hipStreamNonBlocking)
                : HipNative.hipStreamCreateWithPriority(&created, HipNative.hipStreamNonBlocking, priority), "hipStreamCreate");
            stream.Own(created);
        }
        return stream;
    }

    /// <summary>Waits until everything submitted so far is done.</summary>
    /// <exception cref="HipException">Something that was submitted failed.</exception>
    /// <exception cref="ArgumentException">Something that the call uses belongs to another device.</exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    public void Synchronize()
    {
        using var held = Leases.Open(Device);
        Status.Check(HipNative.hipStreamSynchronize(In(held)));
    }

    /// <summary>Lets later work of this stream wait for what came before the event was recorded. The host does not wait.</summary>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="HipException">The HIP runtime reports a failure.</exception>
    public void Wait(HipEvent recorded)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        using var held = Leases.Open();
        Status.Check(HipNative.hipStreamWaitEvent(In(held), recorded.In(held), 0));
    }

    internal hipStream_t In(Leases held) => (hipStream_t)held[this];

    private protected override bool DestroyOnDevice() => HipNative.hipStreamDestroy((hipStream_t)handle) == hipError_t.hipSuccess;
}
