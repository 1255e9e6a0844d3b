using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;
using MIOpenDarts.Interop.Loading;

namespace MIOpenDarts.Interop.MIOpen;

/// <summary>
/// Owner of a MIOpen descriptor. Descriptors live on the host: they need MIOpen, but no GPU, and may be used with any device.
/// </summary>
public abstract class Descriptor : NativeHandle
{
    private protected Descriptor() => Rocm.Require(RocmLibrary.MIOpen);

    private protected sealed override bool Destroy() => DestroyDescriptor() == miopenStatus_t.miopenStatusSuccess;

    private protected abstract miopenStatus_t DestroyDescriptor();
}
