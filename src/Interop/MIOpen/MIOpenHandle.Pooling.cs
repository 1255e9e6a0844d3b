using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;
using MIOpenDarts.Interop.Memory;

namespace MIOpenDarts.Interop.MIOpen;

public sealed unsafe partial class MIOpenHandle
{
    /// <summary>Pools.</summary>
    /// <param name="pooling">Kind and window.</param>
    /// <param name="x">Input, [N, C, H, W].</param>
    /// <param name="y">Output; packed for maximum pooling, whose workspace MIOpen would otherwise overrun.</param>
    /// <param name="workspace">
    /// For maximum pooling in training, <see cref="PoolingDescriptor.WorkspaceBytes"/> bytes, to be kept for the backward pass; <see
    /// cref="DeviceSpan.None"/> otherwise.
    /// </param>
    /// <exception cref="ArgumentException">
    /// A tensor is not packed or does not fit the others; memory is too small for what the call touches; something that the call uses
    /// belongs to another device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public void PoolForward(PoolingDescriptor pooling, in DeviceTensor x, in DeviceTensor y, DeviceSpan workspace)
    {
        ArgumentNullException.ThrowIfNull(pooling);
        var training = !workspace.IsNone;
        if (pooling.Mode == PoolingMode.Max)
        {
            _ = y.Packed(nameof(y));
            _ = training ? workspace.AtLeast(pooling.WorkspaceBytes(y.Descriptor), nameof(workspace)) : workspace;
        }
        using var held = Leases.Open(Device);
        float one = 1, zero = 0;
        Status.Check(MIOpenNative.miopenPoolingForward(In(held), pooling.In(held), &one, x.Descriptor.In(held), x.Data.In(held), &zero,
            y.Descriptor.In(held), y.Data.In(held), training ? (byte)1 : (byte)0, workspace.In(held), (nuint)workspace.Bytes));
    }

    /// <summary>The gradient of pooling.</summary>
    /// <param name="pooling">Kind and window.</param>
    /// <param name="y">Descriptor of the output; MIOpen reads neither x nor y.</param>
    /// <param name="dy">Gradient of the output.</param>
    /// <param name="x">Descriptor of the input.</param>
    /// <param name="dx">Gradient of the input, written.</param>
    /// <param name="workspace">What the forward pass of a maximum pooling filled.</param>
    /// <exception cref="ArgumentException">
    /// A tensor is not packed or does not fit the others; memory is too small for what the call touches; something that the call uses
    /// belongs to another device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public void PoolBackward(PoolingDescriptor pooling, TensorDescriptor y, in DeviceTensor dy, TensorDescriptor x, in DeviceTensor dx,
        DeviceSpan workspace)
    {
        ArgumentNullException.ThrowIfNull(pooling);
        ArgumentNullException.ThrowIfNull(y);
        ArgumentNullException.ThrowIfNull(x);
        if (pooling.Mode == PoolingMode.Max)
        {
            _ = dy.Packed(nameof(dy));
            _ = workspace.AtLeast(pooling.WorkspaceBytes(y), nameof(workspace));
        }
        using var held = Leases.Open(Device);
        float one = 1, zero = 0;
        Status.Check(MIOpenNative.miopenPoolingBackward(In(held), pooling.In(held), &one, y.In(held), null, dy.Descriptor.In(held),
            dy.Data.In(held),
            x.In(held), null, &zero, dx.Descriptor.In(held), dx.Data.In(held), workspace.In(held)));
    }
}
