using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Interop.Memory;
using MIOpenDarts.Interop.MIOpen;
using MIOpenDarts.Interop.Streams;

namespace MIOpenDarts.Interop.Tests.Inside;

/// <summary>MIOpen on one stream of a GPU, and tensors that live as long as the test.</summary>
public abstract class GpuTensors : IDisposable
{
    private readonly List<IDisposable> owned = [];

    protected GpuTensors()
    {
        Stream = HipStream.Create(Device);
        MIOpen = MIOpenHandle.Create(Stream);
    }

    protected HipDevice Device { get; } = HipDevice.All[0];

    protected HipStream Stream { get; }

    protected MIOpenHandle MIOpen { get; }

    public void Dispose()
    {
        owned.ForEach(o => o.Dispose());
        MIOpen.Dispose();
        Stream.Dispose();
        GC.SuppressFinalize(this);
    }

    protected void Own(IDisposable resource) => owned.Add(resource);

    protected DeviceBuffer Buffer(int floats)
    {
        var buffer = DeviceBuffer.Allocate<float>(Device, floats);
        owned.Add(buffer);
        return buffer;
    }

    protected DeviceTensor Ones(params int[] lengths) =>
        Tensor(Enumerable.Repeat(1f, lengths.Aggregate((a, b) => a * b)).ToArray(), lengths);

    protected DeviceTensor Tensor(float[] values, params int[] lengths)
    {
        var buffer = Buffer(values.Length);
        buffer.Upload<float>(values);
        var descriptor = TensorDescriptor.Packed(DataType.Float, lengths);
        owned.Add(descriptor);
        return new DeviceTensor(descriptor, buffer.Span);
    }

    protected void Clear(in DeviceTensor tensor) => Stream.Fill(tensor.Data, 0f);

    protected float[] Read(in DeviceTensor tensor)
    {
        Stream.Synchronize();
        var values = new float[tensor.Data.Bytes / sizeof(float)];
        tensor.Data.Owner!.Download<float>(values);
        return values;
    }
}
