using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;
using MIOpenDarts.Interop.Memory;

namespace MIOpenDarts.Interop.MIOpen;

/// <summary>
/// The arguments of a fusion plan. MIOpen keeps bare addresses, so this remembers whose they are and holds them when the plan runs.
/// </summary>
internal sealed unsafe class FusionArguments : Descriptor
{
    private readonly Dictionary<int, DeviceSpan[]> spans = [];

    private FusionArguments()
    {
    }

    public static FusionArguments Create()
    {
        var arguments = new FusionArguments();
        miopenOperatorArgs_t created;
        Status.Check(MIOpenNative.miopenCreateOperatorArgs(&created));
        arguments.Own(created);
        return arguments;
    }

    /// <summary>Remembers an operation's memory and opens a lease.</summary>
    public Leases Keep(int operation, params DeviceSpan[] used)
    {
        spans[operation] = used;
        return Leases.Open();
    }

    /// <summary>Holds all the memory that was remembered.</summary>
    public void Hold(Leases held)
    {
        foreach (var span in spans.Values.SelectMany(s => s))
        {
            _ = span.In(held);
        }
    }

    public miopenOperatorArgs_t In(Leases held) => (miopenOperatorArgs_t)held[this];

    private protected override miopenStatus_t DestroyDescriptor() => MIOpenNative.miopenDestroyOperatorArgs((miopenOperatorArgs_t)handle);
}
