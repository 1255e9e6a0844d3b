using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;
using MIOpenDarts.Interop.Loading;

namespace MIOpenDarts.Interop.MIOpen;

/// <summary>A reduction of 32-bit floating point tensors, without positions and passing NaN on.</summary>
public sealed unsafe class ReduceDescriptor : Descriptor
{
    private ReduceDescriptor()
    {
    }

    /// <summary>Describes a reduction.</summary>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="RocmNotFoundException">There is no MIOpen.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public static ReduceDescriptor Create(ReduceOperation operation)
    {
        var descriptor = new ReduceDescriptor();
        miopenReduceTensorDescriptor_t created;
        Status.Check(MIOpenNative.miopenCreateReduceTensorDescriptor(&created));
        descriptor.Own(created);
        using var held = Leases.Open();
        Status.Check(MIOpenNative.miopenSetReduceTensorDescriptor(descriptor.In(held), (miopenReduceTensorOp_t)operation,
            miopenDataType_t.miopenFloat, miopenNanPropagation_t.MIOPEN_PROPAGATE_NAN,
            miopenReduceTensorIndices_t.MIOPEN_REDUCE_TENSOR_NO_INDICES, miopenIndicesType_t.MIOPEN_32BIT_INDICES));
        return descriptor;
    }

    /// <summary>Asks MIOpen what it holds.</summary>
    /// <exception cref="ObjectDisposedException">Something that the call uses was disposed.</exception>
    /// <exception cref="MIOpenException">MIOpen reports a failure.</exception>
    public (ReduceOperation Operation, DataType Type) ReadBack()
    {
        using var held = Leases.Open();
        miopenReduceTensorOp_t operation;
        miopenDataType_t type;
        miopenNanPropagation_t nan;
        miopenReduceTensorIndices_t indices;
        miopenIndicesType_t indexType;
        Status.Check(MIOpenNative.miopenGetReduceTensorDescriptor(In(held), &operation, &type, &nan, &indices, &indexType));
        return ((ReduceOperation)operation, (DataType)type);
    }

    internal miopenReduceTensorDescriptor_t In(Leases held) => (miopenReduceTensorDescriptor_t)held[this];

    private protected override miopenStatus_t DestroyDescriptor() =>
        MIOpenNative.miopenDestroyReduceTensorDescriptor((miopenReduceTensorDescriptor_t)handle);
}
