using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;
using MIOpenDarts.Interop.Memory;

namespace MIOpenDarts.Interop.MIOpen;

public sealed unsafe partial class MIOpenHandle
{
    /// <summary>
    /// Batch normalisation in training: y = scale · (x - mean) / sqrt(variance + epsilon) + bias with the batch's biased variance.
    /// </summary>
    /// <param name="mode">Over what the statistics go.</param>
    /// <param name="x">Input, packed.</param>
    /// <param name="y">Output, packed; may be x.</param>
    /// <param name="parameters">From <see cref="TensorDescriptor.ForBatchNorm"/>; describes all the parameters below.</param>
    /// <param name="scale">Scale; never <see cref="DeviceSpan.None"/>.</param>
    /// <param name="bias">Bias; never <see cref="DeviceSpan.None"/>.</param>
    /// <param name="factor">f of: running = (1 - f) · running + f · batch, with the unbiased variance.</param>
    /// <param name="running">Running mean and variance, or two <see cref="DeviceSpan.None"/>.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="saved">
    /// Written for the backward pass: mean and 1 / sqrt(variance + epsilon), or two <see cref="DeviceSpan.None"/>.
    /// </param>
    /// <exception cref="ArgumentException">
    /// A tensor is not packed or does not fit the others; memory is too small for what the call touches; something that the call uses
    /// belongs to another device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public void BatchNormForwardTraining(BatchNormMode mode, in DeviceTensor x, in DeviceTensor y, TensorDescriptor parameters,
        DeviceSpan scale, DeviceSpan bias, double factor, (DeviceSpan Mean, DeviceSpan Variance) running, double epsilon,
        (DeviceSpan Mean, DeviceSpan InverseDeviation) saved)
    {
        Check(parameters, scale, bias);
        Pair(parameters, running.Mean, running.Variance, nameof(running));
        Pair(parameters, saved.Mean, saved.InverseDeviation, nameof(saved));
        var (from, to) = (x.Packed(nameof(x)), y.Packed(nameof(y)));
        using var held = Leases.Open(Device);
        float one = 1, zero = 0;
        Status.Check(MIOpenNative.miopenBatchNormalizationForwardTraining(In(held), (miopenBatchNormMode_t)mode, &one, &zero,
            from.Descriptor.In(held), from.Data.In(held), to.Descriptor.In(held), to.Data.In(held), parameters.In(held), scale.In(held),
            bias.In(held),
            factor, running.Mean.In(held), running.Variance.In(held), epsilon, saved.Mean.In(held), saved.InverseDeviation.In(held)));
    }

    /// <summary>Batch normalisation with given statistics.</summary>
    /// <param name="mode">Over what the statistics go.</param>
    /// <param name="x">Input, packed.</param>
    /// <param name="y">Output, packed; may be x.</param>
    /// <param name="parameters">From <see cref="TensorDescriptor.ForBatchNorm"/>; describes all the parameters below.</param>
    /// <param name="scale">Scale.</param>
    /// <param name="bias">Bias.</param>
    /// <param name="mean">Mean.</param>
    /// <param name="variance">Variance.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <exception cref="ArgumentException">
    /// A tensor is not packed or does not fit the others; memory is too small for what the call touches; something that the call uses
    /// belongs to another device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public void BatchNormForwardInference(BatchNormMode mode, in DeviceTensor x, in DeviceTensor y, TensorDescriptor parameters,
        DeviceSpan scale, DeviceSpan bias, DeviceSpan mean, DeviceSpan variance, double epsilon)
    {
        Check(parameters, scale, bias);
        Check(parameters, mean, variance);
        var (from, to) = (x.Packed(nameof(x)), y.Packed(nameof(y)));
        using var held = Leases.Open(Device);
        float one = 1, zero = 0;
        Status.Check(MIOpenNative.miopenBatchNormalizationForwardInference(In(held), (miopenBatchNormMode_t)mode, &one, &zero,
            from.Descriptor.In(held), from.Data.In(held), to.Descriptor.In(held), to.Data.In(held), parameters.In(held), scale.In(held),
            bias.In(held),
            mean.In(held), variance.In(held), epsilon));
    }

    /// <summary>The gradients of batch normalisation in training.</summary>
    /// <param name="mode">Over what the statistics go.</param>
    /// <param name="x">Input of the forward pass, packed.</param>
    /// <param name="dy">Gradient of the output, packed.</param>
    /// <param name="dx">Gradient of the input, packed, written.</param>
    /// <param name="parameters">From <see cref="TensorDescriptor.ForBatchNorm"/>; describes all the parameters below.</param>
    /// <param name="scale">Scale.</param>
    /// <param name="dScale">Gradient of the scale, written.</param>
    /// <param name="dBias">Gradient of the bias, written.</param>
    /// <param name="epsilon">As in the forward pass.</param>
    /// <param name="saved">What the forward pass saved, or two <see cref="DeviceSpan.None"/> to compute it again.</param>
    /// <exception cref="ArgumentException">
    /// A tensor is not packed or does not fit the others; memory is too small for what the call touches; something that the call uses
    /// belongs to another device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public void BatchNormBackward(BatchNormMode mode, in DeviceTensor x, in DeviceTensor dy, in DeviceTensor dx,
        TensorDescriptor parameters,
        DeviceSpan scale, DeviceSpan dScale, DeviceSpan dBias, double epsilon, (DeviceSpan Mean, DeviceSpan InverseDeviation) saved)
    {
        Check(parameters, scale, scale);
        Check(parameters, dScale, dBias);
        Pair(parameters, saved.Mean, saved.InverseDeviation, nameof(saved));
        var (input, outer, inner) = (x.Packed(nameof(x)), dy.Packed(nameof(dy)), dx.Packed(nameof(dx)));
        using var held = Leases.Open(Device);
        float one = 1, zero = 0;
        Status.Check(MIOpenNative.miopenBatchNormalizationBackward(In(held), (miopenBatchNormMode_t)mode, &one, &zero, &one, &zero,
            input.Descriptor.In(held), input.Data.In(held), outer.Descriptor.In(held), outer.Data.In(held), inner.Descriptor.In(held),
            inner.Data.In(held),
            parameters.In(held), scale.In(held), dScale.In(held), dBias.In(held), epsilon, saved.Mean.In(held),
            saved.InverseDeviation.In(held)));
    }

    private static void Check(TensorDescriptor parameters, DeviceSpan first, DeviceSpan second)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _ = first.AtLeast(parameters.Bytes, nameof(first));
        _ = second.AtLeast(parameters.Bytes, nameof(second));
    }

    private static void Pair(TensorDescriptor parameters, DeviceSpan first, DeviceSpan second, string name)
    {
        if (first.IsNone != second.IsNone)
        {
            throw new ArgumentException("Either both statistics are given or neither.", name);
        }
        if (!first.IsNone)
        {
            Check(parameters, first, second);
        }
    }
}
