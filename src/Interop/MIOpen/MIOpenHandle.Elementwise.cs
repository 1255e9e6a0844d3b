using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;
using MIOpenDarts.Interop.Memory;

namespace MIOpenDarts.Interop.MIOpen;

public sealed unsafe partial class MIOpenHandle
{
    /// <summary>Applies an activation function; y may be x.</summary>
    /// <exception cref="ArgumentException">
    /// Memory is too small for what the call touches; something that the call uses belongs to another device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public void ActivationForward(ActivationDescriptor activation, in DeviceTensor x, in DeviceTensor y)
    {
        ArgumentNullException.ThrowIfNull(activation);
        using var held = Leases.Open(Device);
        float one = 1, zero = 0;
        Status.Check(MIOpenNative.miopenActivationForward(
            In(held), activation.In(held), &one, x.Descriptor.In(held), x.Data.In(held), &zero, y.Descriptor.In(held), y.Data.In(held)));
    }

    /// <summary>The gradient of an activation function. ReLU reads x and dy, logistic and tanh read y and dy.</summary>
    /// <exception cref="ArgumentException">
    /// Memory is too small for what the call touches; something that the call uses belongs to another device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public void ActivationBackward(ActivationDescriptor activation, in DeviceTensor y, in DeviceTensor dy, in DeviceTensor x,
        in DeviceTensor dx)
    {
        ArgumentNullException.ThrowIfNull(activation);
        using var held = Leases.Open(Device);
        float one = 1, zero = 0;
        Status.Check(MIOpenNative.miopenActivationBackward(In(held), activation.In(held), &one, y.Descriptor.In(held), y.Data.In(held),
            dy.Descriptor.In(held), dy.Data.In(held), x.Descriptor.In(held), x.Data.In(held), &zero, dx.Descriptor.In(held),
            dx.Data.In(held)));
    }

    /// <summary>c = op(alpha1 · a, alpha2 · b) + beta · c, where b may have length 1 along any axis. Strided tensors are allowed.</summary>
    /// <exception cref="ArgumentException">
    /// Memory is too small for what the call touches; something that the call uses belongs to another device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public void Combine(TensorOperation operation, float alpha1, in DeviceTensor a, float alpha2, in DeviceTensor b, float beta,
        in DeviceTensor c)
    {
        using var held = Leases.Open(Device);
        Status.Check(MIOpenNative.miopenOpTensor(In(held), (miopenTensorOp_t)operation, &alpha1, a.Descriptor.In(held), a.Data.In(held),
            &alpha2, b.Descriptor.In(held), b.Data.In(held), &beta, c.Descriptor.In(held), c.Data.In(held)));
    }

    /// <summary>
    /// y = alpha · x + beta · y. Strided tensors are allowed: with beta 0 this copies into a slice (concatenation), with 1 it accumulates.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// Memory is too small for what the call touches; something that the call uses belongs to another device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public void Transform(float alpha, in DeviceTensor x, float beta, in DeviceTensor y)
    {
        using var held = Leases.Open(Device);
        Status.Check(MIOpenNative.miopenTransformTensor(
            In(held), &alpha, x.Descriptor.In(held), x.Data.In(held), &beta, y.Descriptor.In(held), y.Data.In(held)));
    }

    /// <summary>Sets every element.</summary>
    /// <exception cref="ArgumentException">
    /// Memory is too small for what the call touches; something that the call uses belongs to another device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public void Set(in DeviceTensor y, float value)
    {
        using var held = Leases.Open(Device);
        Status.Check(MIOpenNative.miopenSetTensor(In(held), y.Descriptor.In(held), y.Data.In(held), &value));
    }

    /// <summary>Multiplies every element.</summary>
    /// <exception cref="ArgumentException">
    /// Memory is too small for what the call touches; something that the call uses belongs to another device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public void Scale(in DeviceTensor y, float factor)
    {
        using var held = Leases.Open(Device);
        Status.Check(MIOpenNative.miopenScaleTensor(In(held), y.Descriptor.In(held), y.Data.In(held), &factor));
    }

    /// <summary>Bytes of workspace that a reduction needs.</summary>
    /// <exception cref="ArgumentException">
    /// Memory is too small for what the call touches; something that the call uses belongs to another device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public long ReduceWorkspaceBytes(ReduceDescriptor reduction, TensorDescriptor a, TensorDescriptor c)
    {
        ArgumentNullException.ThrowIfNull(reduction);
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(c);
        using var held = Leases.Open(Device);
        nuint bytes;
        Status.Check(MIOpenNative.miopenGetReductionWorkspaceSize(In(held), reduction.In(held), a.In(held), c.In(held), &bytes));
        return (long)bytes;
    }

    /// <summary>c = alpha · reduce(a) + beta · c over the axes where c has length 1.</summary>
    /// <param name="reduction">The reduction.</param>
    /// <param name="workspace">At least <see cref="ReduceWorkspaceBytes"/>.</param>
    /// <param name="alpha">Factor of the result.</param>
    /// <param name="a">Input.</param>
    /// <param name="beta">Factor of what c held before.</param>
    /// <param name="c">Output, of a's rank.</param>
    /// <exception cref="ArgumentException">
    /// Memory is too small for what the call touches; something that the call uses belongs to another device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public void Reduce(ReduceDescriptor reduction, DeviceSpan workspace, float alpha, in DeviceTensor a, float beta, in DeviceTensor c)
    {
        _ = workspace.AtLeast(ReduceWorkspaceBytes(reduction, a.Descriptor, c.Descriptor), nameof(workspace));
        using var held = Leases.Open(Device);
        Status.Check(MIOpenNative.miopenReduceTensor(In(held), reduction.In(held), null, 0, workspace.In(held), (nuint)workspace.Bytes,
            &alpha, a.Descriptor.In(held), a.Data.In(held), &beta, c.Descriptor.In(held), c.Data.In(held)));
    }
}
