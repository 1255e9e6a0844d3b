using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;
using MIOpenDarts.Interop.Loading;

namespace MIOpenDarts.Interop.MIOpen;

/// <summary>An activation function and its parameters.</summary>
public sealed unsafe class ActivationDescriptor : Descriptor
{
    private ActivationDescriptor()
    {
    }

    /// <summary>Describes an activation; what alpha, beta and gamma are, <see cref="ActivationMode"/> says.</summary>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="RocmNotFoundException">There is no MIOpen.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public static ActivationDescriptor Create(ActivationMode mode, double alpha = 0, double beta = 0, double gamma = 0)
    {
        var descriptor = new ActivationDescriptor();
        miopenActivationDescriptor_t created;
        Status.Check(MIOpenNative.miopenCreateActivationDescriptor(&created));
        descriptor.Own(created);
        using var held = Leases.Open();
        Status.Check(MIOpenNative.miopenSetActivationDescriptor(descriptor.In(held), (miopenActivationMode_t)mode, alpha, beta, gamma));
        return descriptor;
    }

    /// <summary>Asks MIOpen what it holds.</summary>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public (ActivationMode Mode, double Alpha, double Beta, double Gamma) ReadBack()
    {
        using var held = Leases.Open();
        miopenActivationMode_t mode;
        double alpha, beta, gamma;
        Status.Check(MIOpenNative.miopenGetActivationDescriptor(In(held), &mode, &alpha, &beta, &gamma));
        return ((ActivationMode)mode, alpha, beta, gamma);
    }

    internal miopenActivationDescriptor_t In(Leases held) => (miopenActivationDescriptor_t)held[this];

    private protected override miopenStatus_t DestroyDescriptor() =>
        MIOpenNative.miopenDestroyActivationDescriptor((miopenActivationDescriptor_t)handle);
}
