using MIOpenDarts.Interop.Memory;

namespace MIOpenDarts.Interop.MIOpen;

/// <summary>
/// A descriptor and the memory that it describes; checked when made, so that MIOpen never reads or writes beyond the memory.
/// </summary>
public readonly record struct DeviceTensor
{
    /// <summary>Puts both together.</summary>
    /// <param name="descriptor">Type, lengths, strides.</param>
    /// <param name="data">At least <see cref="TensorDescriptor.Bytes"/> bytes.</param>
    /// <exception cref="ArgumentException">The memory is too small.</exception>
    public DeviceTensor(TensorDescriptor descriptor, DeviceSpan data)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        Descriptor = descriptor;
        Data = data.AtLeast(descriptor.Bytes, nameof(data));
    }

    /// <summary>Type, lengths, strides.</summary>
    public TensorDescriptor Descriptor { get; }

    /// <summary>The memory.</summary>
    public DeviceSpan Data { get; }

    /// <summary>This tensor, if it is packed: MIOpen takes strided ones here, reports success and computes something else.</summary>
    internal DeviceTensor Packed(string name) => Descriptor.IsPacked
        ? this
        : throw new ArgumentException(
            $"{name} is {Descriptor}: MIOpen computes wrong results here for tensors that are not packed. Copy it first.", name);
}
