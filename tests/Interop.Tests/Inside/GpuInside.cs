using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Kernels;
using MIOpenDarts.Interop.Memory;
using MIOpenDarts.Interop.Rtc;
using MIOpenDarts.Interop.Streams;
using MIOpenDarts.Interop.Tests.Worlds;

namespace MIOpenDarts.Interop.Tests.Inside;

/// <summary>Runs in a process that has a GPU: memory, streams, kernels.</summary>
public sealed class GpuInside : IDisposable
{
    private const string Text = """
        extern "C" __global__ void axpy(float* y, const float* x, float a, int n) {
            int i = blockIdx.x * blockDim.x + threadIdx.x;
            if (i < n) y[i] += a * x[i];
        }
        """;

    private readonly HipDevice device = HipDevice.All[0];
    private readonly HipStream stream;

    public GpuInside() => stream = HipStream.Create(device);

    public void Dispose() => stream.Dispose();

    [GpuFact]
    public void The_device_tells_what_it_is()
    {
        Assert.Null(HipDevice.WhyNone);
        Assert.StartsWith("gfx", device.Architecture, StringComparison.Ordinal);
        Assert.True(device.ComputeUnits > 0 && device.WavefrontSize is 32 or 64 && device.MaxThreadsPerBlock >= 256
            && device.SharedMemoryPerBlock >= 32768);
        Assert.True(device.ClockRate > 100_000 && device.MemoryClockRate > 100_000 && device.MemoryBusWidth >= 64
            && device.L2CacheSize >= 1 << 17);
        Assert.True(device.TotalMemory >= 1L << 30 && device.FreeMemory > 0 && device.FreeMemory <= device.TotalMemory);
        Assert.Contains(device.Name, device.ToString(), StringComparison.Ordinal);
    }

    [GpuFact]
    public void Data_go_there_and_come_back_in_every_way()
    {
        using var buffer = DeviceBuffer.Allocate<float>(device, 100);
        using var pinned = PinnedBuffer.Allocate(device, 400);
        var data = Numbers(100);
        buffer.Upload<float>(data);
        Assert.Equal(data, Download(buffer));

        stream.Fill(buffer.Span, 2.5f);
        stream.Fill(buffer.Span.Elements<float>(0, 10), (byte)0);
        data.CopyTo(pinned.AsSpan<float>());
        stream.Upload(pinned, buffer.Span.Elements<float>(20, 5), sourceOffset: 40);
        stream.Copy(buffer.Span.Elements<float>(20, 5), buffer.Span.Elements<float>(90, 5));
        stream.CopyRows(buffer.Span.Elements<float>(20, 5), 4, buffer.Span.Elements<float>(30, 20), 16, 4, 5);
        stream.Synchronize();
        var expected = Enumerable.Repeat(2.5f, 100).ToArray();
        Array.Clear(expected, 0, 10);
        for (var i = 0; i < 5; i++)
        {
            expected[20 + i] = expected[90 + i] = expected[30 + (4 * i)] = data[10 + i];
        }
        Assert.Equal(expected, Download(buffer));
        stream.Download(buffer.Span, pinned);
        stream.Synchronize();
        Assert.Equal(expected, pinned.AsSpan<float>().ToArray());
    }

    [GpuFact]
    public void A_compiled_kernel_runs_and_knows_its_resources()
    {
        using var module = Load();
        var kernel = module.Kernel("axpy");
        using var x = DeviceBuffer.Allocate<float>(device, 1000);
        using var y = DeviceBuffer.Allocate<float>(device, 1000);
        x.Upload<float>(Numbers(1000));
        y.Upload<float>(new float[1000]);
        kernel.Launch(stream, new Dim3(4), new Dim3(256), Arguments(x, y, 3, 1000));
        stream.Synchronize();
        Assert.Equal(Numbers(1000).Select(v => 3 * v), Download(y));
        Assert.True(kernel.Registers > 0 && kernel.LocalBytes == 0 && kernel.SharedBytes == 0 && kernel.MaxThreadsPerBlock >= 256);
        Assert.InRange(kernel.BlocksPerComputeUnit(256), 1, 64);
    }

    [GpuFact]
    public void What_cannot_be_launched_is_refused()
    {
        using var module = Load();
        using var x = DeviceBuffer.Allocate<float>(device, 10);
        var kernel = module.Kernel("axpy");
        Assert.Equal("hipModuleGetFunction", Assert.Throws<HipException>(() => module.Kernel("no_such_kernel")).Call);
        Assert.Throws<ArgumentException>(() => kernel.Launch(stream, new Dim3(0), new Dim3(64), Arguments(x, x, 1, 10)));
        Assert.Throws<ArgumentException>(() => HipModule.Load(device, new byte[1000]));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Upload(PinnedBuffer.Allocate(device, 8), x.Span));
        Assert.Throws<ArgumentException>(() => stream.Copy(x.Span, x.Span.Slice(0, 4)));
    }

    [GpuFact]
    public void Events_order_streams_and_take_the_time()
    {
        using var other = HipStream.Create(device);
        using var start = HipEvent.Create(device, timing: true);
        using var end = HipEvent.Create(device, timing: true);
        using var buffer = DeviceBuffer.Allocate<float>(device, 100_000);
        start.Record(stream);
        stream.Fill(buffer.Span, 7f);
        end.Record(stream);
        other.Wait(end);
        using var pinned = PinnedBuffer.Allocate(device, buffer.Bytes);
        other.Download(buffer.Span, pinned);
        other.Synchronize();
        Assert.All(pinned.AsSpan<float>().ToArray(), v => Assert.Equal(7f, v));
        end.Synchronize();
        Assert.True(end.IsReached && stream.IsIdle && end.MillisecondsSince(start) >= 0);
    }

    [GpuFact]
    public void An_action_runs_when_the_stream_comes_to_it()
    {
        using var done = new ManualResetEventSlim();
        stream.OnReached(done.Set);
        stream.Synchronize();
        done.Wait(TestContext.Current.CancellationToken);
    }

    private static float[] Numbers(int count) => Enumerable.Range(0, count).Select(i => (i % 17) - 8f).ToArray();

    private static KernelArguments Arguments(DeviceBuffer x, DeviceBuffer y, float a, int n) =>
        new KernelArguments().Add(y.Span).Add(x.Span).Add(a).Add(n);

    private static float[] Download(DeviceBuffer buffer)
    {
        var data = new float[buffer.Bytes / sizeof(float)];
        buffer.Download<float>(data);
        return data;
    }

    private HipModule Load()
    {
        var code = new KernelCompiler(cache: null).Compile(new KernelSource("axpy.hip", Text, device.Architecture));
        return HipModule.Load(device, code.Bytes.Span);
    }
}
