using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;
using MIOpenDarts.Interop.Loading;
using MIOpenDarts.Interop.Streams;

namespace MIOpenDarts.Interop.MIOpen;

/// <summary>
/// MIOpen on one stream. Everything it is asked to do is given to that stream and not waited for. One thread at a time: MIOpen's handles
/// are not for concurrent use. Where MIOpen accepts only the scaling factors 1 and 0, or computes wrong results on tensors that are not
/// packed without saying so, these methods take no factors and refuse such tensors.
/// </summary>
public sealed unsafe partial class MIOpenHandle : DeviceHandle
{
    private readonly HipStream stream;

    private MIOpenHandle(HipStream stream)
        : base(stream.Device) => this.stream = stream;

    /// <summary>The stream.</summary>
    public HipStream Stream => stream;

    /// <summary>MIOpen's version. Needs no GPU.</summary>
    /// <exception cref="RocmNotFoundException">There is no MIOpen.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public static Version LibraryVersion
    {
        get
        {
            Rocm.Require(RocmLibrary.MIOpen);
            nuint major, minor, patch;
            Status.Check(MIOpenNative.miopenGetVersion(&major, &minor, &patch));
            return new Version((int)major, (int)minor, (int)patch);
        }
    }

    /// <summary>Creates a handle.</summary>
    /// <param name="stream">The stream to work on; it has to outlive the handle.</param>
    /// <exception cref="RocmNotFoundException">There is no MIOpen.</exception>
    /// <exception cref="MIOpenException">MIOpen cannot use the device.</exception>
    /// <exception cref="ArgumentException">Something that the call uses belongs to another device.</exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    public static MIOpenHandle Create(HipStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Rocm.Require(RocmLibrary.MIOpen);
        var handle = new MIOpenHandle(stream);
        using var held = Leases.Open(stream.Device);
        using (stream.Device.Activate())
        {
            miopenHandle_t created;
            Status.Check(MIOpenNative.miopenCreateWithStream(&created, stream.In(held)));
            handle.Own(created);
        }
        return handle;
    }

    internal miopenHandle_t In(Leases held)
    {
        _ = held[stream];
        return (miopenHandle_t)held[this];
    }

    private protected override bool DestroyOnDevice() =>
        MIOpenNative.miopenDestroy((miopenHandle_t)handle) == miopenStatus_t.miopenStatusSuccess;
}
