using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;

namespace MIOpenDarts.Interop.MIOpen;

/// <summary>Type, lengths and strides of a tensor. Never changes after it was made.</summary>
public sealed unsafe class TensorDescriptor : Descriptor
{
    private readonly int[] lengths;
    private readonly int[] strides;

    private TensorDescriptor(DataType type, int[] lengths, int[] strides)
    {
        Type = type;
        this.lengths = lengths;
        this.strides = strides;
    }

    /// <summary>Element type.</summary>
    public DataType Type { get; }

    /// <summary>Number of elements along each axis, slowest first (N, C, H, W).</summary>
    public IReadOnlyList<int> Lengths => lengths;

    /// <summary>Distance in elements between neighbours along each axis.</summary>
    public IReadOnlyList<int> Strides => strides;

    /// <summary>Whether the elements lie without gaps in the order of the axes.</summary>
    public bool IsPacked { get; private init; }

    /// <summary>Bytes from the first element to the end of the last.</summary>
    public long Bytes { get; private set; }

    /// <summary>Describes a packed tensor.</summary>
    /// <param name="type">Element type.</param>
    /// <param name="lengths">Elements along each axis, slowest first; 1 to 5 axes, each at least 1 long.</param>
    /// <exception cref="MIOpenException">MIOpen refuses it.</exception>
    public static TensorDescriptor Packed(DataType type, params ReadOnlySpan<int> lengths) => Create(type, lengths, PackedStrides(lengths));

    /// <summary>Describes a tensor with gaps, for example some of the channels of a larger one.</summary>
    /// <param name="type">Element type.</param>
    /// <param name="lengths">Elements along each axis, slowest first; 1 to 5 axes, each at least 1 long.</param>
    /// <param name="strides">Distance in elements between neighbours along each axis; at least 1.</param>
    /// <exception cref="MIOpenException">MIOpen refuses it.</exception>
    public static TensorDescriptor Strided(DataType type, ReadOnlySpan<int> lengths, ReadOnlySpan<int> strides) =>
        Create(type, lengths, strides);

    /// <summary>The descriptor of batch normalisation's scale, bias and statistics for inputs of this kind.</summary>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public TensorDescriptor ForBatchNorm(BatchNormMode mode)
    {
        int[] derived = mode == BatchNormMode.Spatial ? [1, lengths[1], .. Enumerable.Repeat(1, lengths.Length - 2)] : [1, .. lengths[1..]];
        var descriptor = new TensorDescriptor(Type, derived, PackedStrides(derived)) { IsPacked = true };
        descriptor.Allocate();
        using var held = Leases.Open();
        Status.Check(MIOpenNative.miopenDeriveBNTensorDescriptor(descriptor.In(held), In(held), (miopenBatchNormMode_t)mode));
        descriptor.ReadBytes();
        return descriptor;
    }

    /// <summary>Asks MIOpen what it holds.</summary>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public (DataType Type, int[] Lengths, int[] Strides) ReadBack()
    {
        using var held = Leases.Open();
        int rank;
        Status.Check(MIOpenNative.miopenGetTensorDescriptorSize(In(held), &rank));
        miopenDataType_t type;
        int[] readLengths = new int[rank], readStrides = new int[rank];
        fixed (int* l = readLengths, s = readStrides)
        {
            Status.Check(MIOpenNative.miopenGetTensorDescriptor(In(held), &type, l, s));
        }
        return ((DataType)type, readLengths, readStrides);
    }

    /// <summary>"Float[64, 16, 32, 32]".</summary>
    public override string ToString() =>
        $"{Type}[{string.Join(", ", lengths)}]{(IsPacked ? "" : $" strides [{string.Join(", ", strides)}]")}";

    internal miopenTensorDescriptor_t In(Leases held) => (miopenTensorDescriptor_t)held[this];

    private protected override miopenStatus_t DestroyDescriptor() =>
        MIOpenNative.miopenDestroyTensorDescriptor((miopenTensorDescriptor_t)handle);

    private static TensorDescriptor Create(DataType type, ReadOnlySpan<int> lengths, ReadOnlySpan<int> strides)
    {
        if (lengths.Length is 0 or > 5 || lengths.Length != strides.Length || lengths.ContainsAnyExceptInRange(1, int.MaxValue)
            || strides.ContainsAnyExceptInRange(1, int.MaxValue))
        {
            throw new ArgumentException(
                $"A tensor has 1 to 5 axes with positive lengths and strides, not [{string.Join(", ", lengths.ToArray())}] "
                + $"with strides [{string.Join(", ", strides.ToArray())}].", nameof(lengths));
        }
        var packed = strides.SequenceEqual(PackedStrides(lengths));
        var descriptor = new TensorDescriptor(type, lengths.ToArray(), strides.ToArray()) { IsPacked = packed };
        descriptor.Allocate();
        using var held = Leases.Open();
        fixed (int* l = lengths, s = strides)
        {
            Status.Check(MIOpenNative.miopenSetTensorDescriptor(descriptor.In(held), (miopenDataType_t)type, lengths.Length, l, s));
        }
        descriptor.ReadBytes();
        return descriptor;
    }

    private static int[] PackedStrides(ReadOnlySpan<int> lengths)
    {
        var strides = new int[lengths.Length];
        var stride = 1;
        for (var i = lengths.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride = checked(stride * lengths[i]);
        }
        return strides;
    }

    private void Allocate()
    {
        miopenTensorDescriptor_t created;
        Status.Check(MIOpenNative.miopenCreateTensorDescriptor(&created));
        Own(created);
    }

    private void ReadBytes()
    {
        using var held = Leases.Open();
        nuint bytes;
        Status.Check(MIOpenNative.miopenGetTensorNumBytes(In(held), &bytes));
        Bytes = (long)bytes;
    }
}
