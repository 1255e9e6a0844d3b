using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;
using MIOpenDarts.Interop.Streams;

namespace MIOpenDarts.Interop.Graphs;

/// <summary>
/// A graph that can be launched: thousands of kernels for the price of one call. It holds device addresses, so the buffers that were
/// recorded have to stay where they are.
/// </summary>
public sealed unsafe class HipGraphExec : DeviceHandle
{
    private HipGraphExec(HipDevice device)
        : base(device)
    {
    }

    /// <summary>Runs the graph in the order of the stream.</summary>
    public void Launch(HipStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var held = Leases.Open(Device);
        Status.Check(HipNative.hipGraphLaunch((hipGraphExec_t)held[this], stream.In(held)));
    }

    /// <summary>Takes over the addresses and sizes of another recording of the same shape. Cheaper than a new instance.</summary>
    /// <returns>False if the shape differs: instantiate the graph instead.</returns>
    public bool TryUpdate(HipGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        using var held = Leases.Open(Device);
        hipGraphNode_t node;
        hipGraphExecUpdateResult result;
        var status = HipNative.hipGraphExecUpdate((hipGraphExec_t)held[this], graph.In(held), &node, &result);
        if (status == hipError_t.hipErrorGraphExecUpdateFailure)
        {
            _ = HipNative.hipGetLastError();
            return false;
        }
        Status.Check(status, nameof(HipNative.hipGraphExecUpdate));
        return result == hipGraphExecUpdateResult.hipGraphExecUpdateSuccess;
    }

    internal static HipGraphExec Of(HipGraph graph)
    {
        using var held = Leases.Open();
        var exec = new HipGraphExec(graph.Device);
        using (graph.Device.Activate())
        {
            hipGraphExec_t created;
            Status.Check(HipNative.hipGraphInstantiateWithFlags(&created, graph.In(held), 0));
            exec.Own(created);
        }
        return exec;
    }

    private protected override bool DestroyOnDevice() => HipNative.hipGraphExecDestroy((hipGraphExec_t)handle) == hipError_t.hipSuccess;
}
