using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Graphs;
using MIOpenDarts.Interop.Memory;
using MIOpenDarts.Interop.Streams;
using MIOpenDarts.Interop.Tests.Worlds;

namespace MIOpenDarts.Interop.Tests.Inside;

/// <summary>Runs in a process that has a real GPU: the virtual one does not know graphs.</summary>
public sealed class GpuGraphInside : IDisposable
{
    private readonly HipDevice device = HipDevice.All[0];
    private readonly HipStream stream;

    public GpuGraphInside() => stream = HipStream.Create(device);

    public void Dispose() => stream.Dispose();

    [GpuFact]
    public void A_captured_graph_replays()
    {
        using var from = DeviceBuffer.Allocate<float>(device, 10);
        using var to = DeviceBuffer.Allocate<float>(device, 10);
        using var graph = Capture(() => stream.Copy(from.Span, to.Span));
        Assert.Equal(1, graph.NodeCount);
        using var exec = graph.Instantiate();
        for (var i = 1; i <= 3; i++)
        {
            stream.Fill(from.Span, (float)i);
            exec.Launch(stream);
            stream.Synchronize();
            var data = new float[10];
            to.Download<float>(data);
            Assert.All(data, v => Assert.Equal(i, v));
        }
        using var again = Capture(() => stream.Copy(to.Span, from.Span));
        Assert.True(exec.TryUpdate(again));
    }

    [GpuFact]
    public void A_capture_that_fails_leaves_the_stream_usable()
    {
        using var buffer = DeviceBuffer.Allocate<float>(device, 10);
        Assert.Throws<InvalidDataException>(() => Capture(() => throw new InvalidDataException()));
        stream.Fill(buffer.Span, 1f);
        stream.Synchronize();
    }

    private HipGraph Capture(Action submit)
    {
        try
        {
            return HipGraph.Capture(stream, submit);
        }
        catch (HipException e) when (e.StatusName == "hipErrorNotSupported")
        {
            Assert.Skip("This HIP runtime cannot record graphs.");
            throw;
        }
    }
}
