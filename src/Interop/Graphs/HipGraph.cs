using System.Text;
using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;
using MIOpenDarts.Interop.Streams;

namespace MIOpenDarts.Interop.Graphs;

/// <summary>A recording of work: launches, copies and their dependencies, to be instantiated and replayed.</summary>
public sealed unsafe class HipGraph : DeviceHandle
{
    private HipGraph(HipDevice device)
        : base(device)
    {
    }

    /// <summary>Number of nodes.</summary>
    public int NodeCount
    {
        get
        {
            using var held = Leases.Open(Device);
            nuint count = 0;
            Status.Check(HipNative.hipGraphGetNodes(In(held), null, &count));
            return (int)count;
        }
    }

    /// <summary>
    /// Records what <paramref name="submit"/> gives to the stream instead of running it. Only asynchronous calls on this stream, or on
    /// streams that were made to wait for it and that it waits for again, may be made meanwhile; calls of other threads that do not use it
    /// are not affected.
    /// </summary>
    /// <exception cref="HipException">Something that cannot be recorded was called.</exception>
    public static HipGraph Capture(HipStream stream, Action submit)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(submit);
        using var held = Leases.Open();
        var graph = new HipGraph(stream.Device);
        Status.Check(HipNative.hipStreamBeginCapture(stream.In(held), hipStreamCaptureMode.hipStreamCaptureModeThreadLocal));
        hipGraph_t recorded;
        hipError_t ended;
        try
        {
            submit();
        }
        catch
        {
            // The stream has to leave the recording state whatever happened; the caller's exception says more than the end's status.
            if (HipNative.hipStreamEndCapture(stream.In(held), &recorded) == hipError_t.hipSuccess && recorded.Value != null)
            {
                _ = HipNative.hipGraphDestroy(recorded);
            }
            _ = HipNative.hipGetLastError();
            throw;
        }
        ended = HipNative.hipStreamEndCapture(stream.In(held), &recorded);
        Status.Check(ended, nameof(HipNative.hipStreamEndCapture));
        graph.Own(recorded);
        return graph;
    }

    /// <summary>Makes the recording executable. The graph is not needed for it any more.</summary>
    public HipGraphExec Instantiate() => HipGraphExec.Of(this);

    /// <summary>Writes the graph in the DOT language of Graphviz. Needs ROCm 5.3 or later.</summary>
    public void WriteDot(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var held = Leases.Open(Device);
        fixed (byte* text = Encoding.UTF8.GetBytes(path + '\0'))
        {
            Status.Check(HipNative.hipGraphDebugDotPrint(In(held), text, 0));
        }
    }

    internal hipGraph_t In(Leases held) => (hipGraph_t)held[this];

    private protected override bool DestroyOnDevice() => HipNative.hipGraphDestroy((hipGraph_t)handle) == hipError_t.hipSuccess;
}
