using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;
using MIOpenDarts.Interop.Memory;

namespace MIOpenDarts.Interop.MIOpen;

/// <summary>Probability and random state of dropout. The state lives in device memory that the caller gives.</summary>
public sealed unsafe class DropoutDescriptor : Descriptor
{
    private DropoutDescriptor()
    {
    }

    /// <summary>Creates a descriptor without a state: enough to ask for sizes, not to drop anything.</summary>
    public static DropoutDescriptor Create()
    {
        var descriptor = new DropoutDescriptor();
        miopenDropoutDescriptor_t created;
        Status.Check(MIOpenNative.miopenCreateDropoutDescriptor(&created));
        descriptor.Own(created);
        return descriptor;
    }

    /// <summary>Bytes of mask that dropout of such a tensor keeps for the backward pass.</summary>
    public static long MaskBytes(TensorDescriptor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        using var held = Leases.Open();
        nuint bytes;
        Status.Check(MIOpenNative.miopenDropoutGetReserveSpaceSize(x.In(held), &bytes));
        return (long)bytes;
    }

    /// <summary>Bytes of random state on a device.</summary>
    public static long StateBytes(MIOpenHandle handle)
    {
        ArgumentNullException.ThrowIfNull(handle);
        using var held = Leases.Open(handle.Device);
        nuint bytes;
        Status.Check(MIOpenNative.miopenDropoutGetStatesSize(handle.In(held), &bytes));
        return (long)bytes;
    }

    /// <summary>Sets the probability and starts the random state anew.</summary>
    /// <param name="handle">On whose stream the state is written.</param>
    /// <param name="probability">Of dropping an element, from 0 to 1 exclusive.</param>
    /// <param name="state">At least <see cref="StateBytes"/>; has to live as long as the descriptor is used.</param>
    /// <param name="seed">The same seed gives the same masks.</param>
    public void Seed(MIOpenHandle handle, float probability, DeviceSpan state, ulong seed)
    {
        _ = state.AtLeast(StateBytes(handle), nameof(state));
        using var held = Leases.Open(handle.Device);
        Status.Check(MIOpenNative.miopenSetDropoutDescriptor(In(held), handle.In(held), probability, state.In(held), (nuint)state.Bytes, seed,
            use_mask: 0, state_evo: 0, miopenRNGType_t.MIOPEN_RNG_PSEUDO_XORWOW));
    }

    /// <summary>Asks MIOpen what it holds.</summary>
    public (float Probability, ulong Seed) ReadBack()
    {
        using var held = Leases.Open();
        float probability;
        void* state;
        ulong seed;
        bool mask, evolves;
        miopenRNGType_t generator;
        // The handle is only logged.
        Status.Check(MIOpenNative.miopenGetDropoutDescriptor(
            In(held), miopenHandle_t.NULL, &probability, &state, &seed, &mask, &evolves, &generator));
        return (probability, seed);
    }

    internal miopenDropoutDescriptor_t In(Leases held) => (miopenDropoutDescriptor_t)held[this];

    private protected override miopenStatus_t DestroyDescriptor() =>
        MIOpenNative.miopenDestroyDropoutDescriptor((miopenDropoutDescriptor_t)handle);
}
