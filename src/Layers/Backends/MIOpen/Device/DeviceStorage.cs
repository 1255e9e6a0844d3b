using MIOpenDarts.Interop.Memory;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.MIOpen.Device;

/// <summary>A block of device memory. Its address means nothing to the host.</summary>
internal sealed class DeviceStorage : Storage
{
    private readonly DeviceMemory memory;

    public DeviceStorage(DeviceMemory memory, DeviceBuffer buffer) => (this.memory, Buffer) = (memory, buffer);

    public DeviceBuffer Buffer { get; }

    /// <inheritdoc/>
    public override nint Address => Buffer.DangerousGetHandle();

    /// <inheritdoc/>
    public override long Bytes => Buffer.Bytes;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) memory.Free(this);
    }
}
