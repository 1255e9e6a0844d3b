using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;
using MIOpenDarts.Interop.Loading;

namespace MIOpenDarts.Interop.MIOpen;

/// <summary>Padding, stride, dilation and groups of a two-dimensional convolution.</summary>
public sealed unsafe class ConvolutionDescriptor : Descriptor
{
    private ConvolutionDescriptor()
    {
    }

    /// <summary>Number of groups; weights are [K, C / groups, R, S].</summary>
    public int Groups { get; private init; }

    /// <summary>Whether only solvers whose results are the same in every run are used. Set before finding one.</summary>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public bool Deterministic
    {
        get
        {
            using var held = Leases.Open();
            int value;
            Status.Check(MIOpenNative.miopenGetConvolutionAttribute(In(held),
                miopenConvolutionAttrib_t.MIOPEN_CONVOLUTION_ATTRIB_DETERMINISTIC, &value));
            return value != 0;
        }

        set
        {
            using var held = Leases.Open();
            Status.Check(MIOpenNative.miopenSetConvolutionAttribute(
                In(held), miopenConvolutionAttrib_t.MIOPEN_CONVOLUTION_ATTRIB_DETERMINISTIC, value ? 1 : 0));
        }
    }

    /// <summary>How a solver is chosen.</summary>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public FindMode FindMode
    {
        get
        {
            using var held = Leases.Open();
            miopenConvolutionFindMode_t mode;
            Status.Check(MIOpenNative.miopenGetConvolutionFindMode(In(held), &mode));
            return (FindMode)mode;
        }

        set
        {
            using var held = Leases.Open();
            Status.Check(MIOpenNative.miopenSetConvolutionFindMode(In(held), (miopenConvolutionFindMode_t)value));
        }
    }

    /// <summary>Describes a convolution. Each pair is (along H, along W).</summary>
    /// <param name="padding">Zeros added on either side.</param>
    /// <param name="stride">Step of the window.</param>
    /// <param name="dilation">Distance of the window's elements; 1 for an ordinary one.</param>
    /// <param name="groups">Number of groups; the channels of x for a depthwise convolution.</param>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="RocmNotFoundException">There is no MIOpen.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public static ConvolutionDescriptor Create((int H, int W) padding, (int H, int W) stride, (int H, int W) dilation, int groups = 1)
    {
        var descriptor = new ConvolutionDescriptor { Groups = groups };
        miopenConvolutionDescriptor_t created;
        Status.Check(MIOpenNative.miopenCreateConvolutionDescriptor(&created));
        descriptor.Own(created);
        using var held = Leases.Open();
        var mode = groups == 1 ? miopenConvolutionMode_t.miopenConvolution : miopenConvolutionMode_t.miopenGroupConv;
        Status.Check(MIOpenNative.miopenInitConvolutionDescriptor(
            descriptor.In(held), mode, padding.H, padding.W, stride.H, stride.W, dilation.H, dilation.W));
        Status.Check(MIOpenNative.miopenSetConvolutionGroupCount(descriptor.In(held), groups));
        return descriptor;
    }

    /// <summary>N, K, H, W of the output for an input and weights. A group count that does not fit is not noticed here.</summary>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public (int N, int C, int H, int W) OutputLengths(TensorDescriptor x, TensorDescriptor w)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(w);
        using var held = Leases.Open();
        int n, c, height, width;
        Status.Check(MIOpenNative.miopenGetConvolutionForwardOutputDim(In(held), x.In(held), w.In(held), &n, &c, &height, &width));
        return (n, c, height, width);
    }

    /// <summary>Asks MIOpen what it holds.</summary>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public ((int H, int W) Padding, (int H, int W) Stride, (int H, int W) Dilation, int Groups) ReadBack()
    {
        using var held = Leases.Open();
        miopenConvolutionMode_t mode;
        int ph, pw, sh, sw, dh, dw, groups;
        Status.Check(MIOpenNative.miopenGetConvolutionDescriptor(In(held), &mode, &ph, &pw, &sh, &sw, &dh, &dw));
        Status.Check(MIOpenNative.miopenGetConvolutionGroupCount(In(held), &groups));
        return ((ph, pw), (sh, sw), (dh, dw), groups);
    }

    internal miopenConvolutionDescriptor_t In(Leases held) => (miopenConvolutionDescriptor_t)held[this];

    private protected override miopenStatus_t DestroyDescriptor() =>
        MIOpenNative.miopenDestroyConvolutionDescriptor((miopenConvolutionDescriptor_t)handle);
}
