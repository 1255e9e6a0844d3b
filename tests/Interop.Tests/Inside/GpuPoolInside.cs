using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Handles;
using MIOpenDarts.Interop.Memory;
using MIOpenDarts.Interop.Streams;
using MIOpenDarts.Interop.Tests.Worlds;

namespace MIOpenDarts.Interop.Tests.Inside;

/// <summary>Runs in a process that has a GPU: memory that comes and goes in the order of a stream.</summary>
public sealed class GpuPoolInside : IDisposable
{
    private readonly HipDevice device = HipDevice.All[0];
    private readonly HipStream stream;

    public GpuPoolInside() => stream = HipStream.Create(device);

    public void Dispose() => stream.Dispose();

    [GpuFact]
    public void Memory_of_the_devices_pool_can_be_used_at_once_and_comes_back()
    {
        using var pool = MemoryPool.From(device);
        pool.SetReleaseThreshold(1 << 20);
        UseAndGiveBack(null);
        UseAndGiveBack(pool);
        pool.Trim(0);
    }

    [GpuFact]
    public void The_stream_and_the_pool_of_a_buffer_outlive_it_whoever_is_disposed_first()
    {
        var failed = NativeHandle.FailedReleaseCount;
        var (other, pool) = (HipStream.Create(device), MemoryPool.From(device));
        var live = NativeHandle.LiveCount;
        var buffer = other.Allocate(4096, pool);
        other.Dispose();
        pool.Dispose();
        Assert.Equal(live + 1, NativeHandle.LiveCount);
        buffer.Dispose();
        Assert.Equal((live - 2, failed), (NativeHandle.LiveCount, NativeHandle.FailedReleaseCount));
        Assert.Throws<ObjectDisposedException>(() => stream.Allocate(4096, pool));
        Assert.Throws<ObjectDisposedException>(() => pool.Trim(0));
    }

    [GpuFact]
    public void Too_much_for_a_pool_is_reported_as_lack_of_memory_and_leaves_nothing_behind()
    {
        using var pool = MemoryPool.From(device);
        var live = NativeHandle.LiveCount;
        foreach (var (from, call) in new[] { (null, "hipMallocAsync"), (pool, "hipMallocFromPoolAsync") })
        {
            var e = Assert.Throws<HipException>(() => stream.Allocate(1L << 50, from));
            Assert.Equal((call, true), (e.Call, e.IsOutOfMemory));
        }
        Assert.Equal(live, NativeHandle.LiveCount);
        UseAndGiveBack(pool);
    }

    private void UseAndGiveBack(MemoryPool? pool)
    {
        var data = new float[1024];
        using (var buffer = stream.Allocate(4096, pool))
        {
            stream.Fill(buffer.Span, 3f);
            stream.Synchronize();
            buffer.Download<float>(data);
        }
        stream.Synchronize();
        Assert.All(data, v => Assert.Equal(3f, v));
    }
}
