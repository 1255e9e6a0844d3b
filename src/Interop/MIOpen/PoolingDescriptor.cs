using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;

namespace MIOpenDarts.Interop.MIOpen;

/// <summary>Kind, window, padding and stride of a two-dimensional pooling.</summary>
public sealed unsafe class PoolingDescriptor : Descriptor
{
    private PoolingDescriptor(PoolingMode mode) => Mode = mode;

    /// <summary>The kind.</summary>
    public PoolingMode Mode { get; }

    /// <summary>Element type of the positions in max pooling's workspace.</summary>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public PoolingIndex Index
    {
        get
        {
            using var held = Leases.Open();
            miopenIndexType_t index;
            Status.Check(MIOpenNative.miopenGetPoolingIndexType(In(held), &index));
            return (PoolingIndex)index;
        }
    }

    /// <summary>Describes a pooling. Each pair is (along H, along W).</summary>
    /// <param name="mode">The kind.</param>
    /// <param name="window">Size of the window.</param>
    /// <param name="padding">Elements added on either side.</param>
    /// <param name="stride">Step of the window.</param>
    /// <param name="index">Element type of the positions in max pooling's workspace.</param>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public static PoolingDescriptor Create(PoolingMode mode, (int H, int W) window, (int H, int W) padding, (int H, int W) stride,
        PoolingIndex index = PoolingIndex.UInt8)
    {
        var descriptor = new PoolingDescriptor(mode);
        miopenPoolingDescriptor_t created;
        Status.Check(MIOpenNative.miopenCreatePoolingDescriptor(&created));
        descriptor.Own(created);
        using var held = Leases.Open();
        Status.Check(MIOpenNative.miopenSet2dPoolingDescriptor(
            descriptor.In(held), (miopenPoolingMode_t)mode, window.H, window.W, padding.H, padding.W, stride.H, stride.W));
        Status.Check(MIOpenNative.miopenSetPoolingIndexType(descriptor.In(held), (miopenIndexType_t)index));
        return descriptor;
    }

    /// <summary>N, C, H, W of the output for an input.</summary>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public (int N, int C, int H, int W) OutputLengths(TensorDescriptor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        using var held = Leases.Open();
        int n, c, height, width;
        Status.Check(MIOpenNative.miopenGetPoolingForwardOutputDim(In(held), x.In(held), &n, &c, &height, &width));
        return (n, c, height, width);
    }

    /// <summary>Bytes that max pooling needs from the forward to the backward pass for an output; 0 for averages.</summary>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public long WorkspaceBytes(TensorDescriptor y)
    {
        ArgumentNullException.ThrowIfNull(y);
        using var held = Leases.Open();
        nuint bytes;
        Status.Check(MIOpenNative.miopenPoolingGetWorkSpaceSizeV2(In(held), y.In(held), &bytes));
        return (long)bytes;
    }

    /// <summary>Asks MIOpen what it holds.</summary>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public (PoolingMode Mode, (int H, int W) Window, (int H, int W) Padding, (int H, int W) Stride) ReadBack()
    {
        using var held = Leases.Open();
        miopenPoolingMode_t mode;
        int wh, ww, ph, pw, sh, sw;
        Status.Check(MIOpenNative.miopenGet2dPoolingDescriptor(In(held), &mode, &wh, &ww, &ph, &pw, &sh, &sw));
        return ((PoolingMode)mode, (wh, ww), (ph, pw), (sh, sw));
    }

    internal miopenPoolingDescriptor_t In(Leases held) => (miopenPoolingDescriptor_t)held[this];

    private protected override miopenStatus_t DestroyDescriptor() =>
        MIOpenNative.miopenDestroyPoolingDescriptor((miopenPoolingDescriptor_t)handle);
}
