using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;
using MIOpenDarts.Interop.Memory;

namespace MIOpenDarts.Interop.MIOpen;

public sealed unsafe partial class MIOpenHandle
{
    /// <summary>Softmax over the channels of each pixel or over each image.</summary>
    /// <exception cref="ArgumentException">
    /// Memory is too small for what the call touches; something that the call uses belongs to another device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public void SoftmaxForward(SoftmaxAlgorithm algorithm, SoftmaxMode mode, in DeviceTensor x, in DeviceTensor y)
    {
        using var held = Leases.Open(Device);
        float one = 1, zero = 0;
        Status.Check(MIOpenNative.miopenSoftmaxForward_V2(In(held), &one, x.Descriptor.In(held), x.Data.In(held), &zero,
            y.Descriptor.In(held), y.Data.In(held), (miopenSoftmaxAlgorithm_t)algorithm, (miopenSoftmaxMode_t)mode));
    }

    /// <summary>The gradient of softmax from its output and the output's gradient.</summary>
    /// <exception cref="ArgumentException">
    /// Memory is too small for what the call touches; something that the call uses belongs to another device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public void SoftmaxBackward(SoftmaxAlgorithm algorithm, SoftmaxMode mode, in DeviceTensor y, in DeviceTensor dy, in DeviceTensor dx)
    {
        using var held = Leases.Open(Device);
        float one = 1, zero = 0;
        Status.Check(MIOpenNative.miopenSoftmaxBackward_V2(In(held), &one, y.Descriptor.In(held), y.Data.In(held), dy.Descriptor.In(held),
            dy.Data.In(held),
            &zero, dx.Descriptor.In(held), dx.Data.In(held), (miopenSoftmaxAlgorithm_t)algorithm, (miopenSoftmaxMode_t)mode));
    }

    /// <summary>Layer normalisation with scale and bias; MIOpen 3.4 offers the forward pass only.</summary>
    /// <param name="x">Input.</param>
    /// <param name="scale">Scale, of the normalised axes' lengths.</param>
    /// <param name="bias">Bias, of the normalised axes' lengths.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="firstAxis">The first normalised axis; all after it are, too.</param>
    /// <param name="y">Output.</param>
    /// <param name="mean">Means, of the other axes' lengths, written.</param>
    /// <param name="inverseDeviation">1 / sqrt(variance + epsilon), written.</param>
    /// <exception cref="ArgumentException">
    /// Memory is too small for what the call touches; something that the call uses belongs to another device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public void LayerNormForward(in DeviceTensor x, in DeviceTensor scale, in DeviceTensor bias, float epsilon, int firstAxis,
        in DeviceTensor y, in DeviceTensor mean, in DeviceTensor inverseDeviation)
    {
        using var held = Leases.Open(Device);
        Status.Check(MIOpenNative.miopenLayerNormForward(In(held), miopenNormMode_t.MIOPEN_WEIGHT_BIAS, x.Descriptor.In(held),
            x.Data.In(held),
            scale.Descriptor.In(held), scale.Data.In(held), bias.Descriptor.In(held), bias.Data.In(held), epsilon, firstAxis,
            y.Descriptor.In(held), y.Data.In(held), mean.Descriptor.In(held), mean.Data.In(held),
            inverseDeviation.Descriptor.In(held), inverseDeviation.Data.In(held)));
    }
}
