using System.Runtime.CompilerServices;
using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;
using MIOpenDarts.Interop.Memory;
using MIOpenDarts.Interop.Streams;
using MIOpenDarts.Interop.Tests.Worlds;

namespace MIOpenDarts.Interop.Tests.Inside;

/// <summary>Runs in a process that has a GPU: the ends of device objects, and what happens when there is too little of something.</summary>
public sealed class GpuLifetimeInside
{
    private readonly HipDevice device = HipDevice.All[0];

    [GpuFact]
    public void Too_little_memory_is_reported_as_such_and_does_not_stay_in_the_way()
    {
        var e = Assert.Throws<HipException>(() => DeviceBuffer.Allocate(device, 1L << 50));
        Assert.True(e.IsOutOfMemory);
        Assert.Equal("hipMalloc", e.Call);
        Assert.Equal(hipError_t.hipSuccess, HipNative.hipPeekAtLastError());
        using var buffer = DeviceBuffer.Allocate(device, 1 << 20);
        Assert.False(buffer.IsInvalid);
    }

    [GpuFact]
    public void Ten_thousand_of_each_leave_nothing_behind()
    {
        var (live, failed, free) = (NativeHandle.LiveCount, NativeHandle.FailedReleaseCount, device.FreeMemory);
        for (var i = 0; i < 10_000; i++)
        {
            using var buffer = DeviceBuffer.Allocate(device, 1 << 20);
            using var pinned = PinnedBuffer.Allocate(device, 4096);
            using var stream = HipStream.Create(device);
            using var marker = HipEvent.Create(device);
            marker.Record(stream);
        }
        Assert.Equal((live, failed, free), (NativeHandle.LiveCount, NativeHandle.FailedReleaseCount, device.FreeMemory));
    }

    [GpuFact]
    public void Memory_that_nobody_disposed_comes_back_by_the_finaliser()
    {
        var (failed, free) = (NativeHandle.FailedReleaseCount, device.FreeMemory);
        Abandon();
        for (var i = 0; i < 10 && device.FreeMemory < free; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.Equal((failed, free), (NativeHandle.FailedReleaseCount, device.FreeMemory));
    }

    [GpuFact]
    public void A_disposed_stream_or_buffer_is_refused_before_it_reaches_C()
    {
        using var alive = HipStream.Create(device);
        var (stream, marker, buffer) = (HipStream.Create(device), HipEvent.Create(device), DeviceBuffer.Allocate(device, 64));
        stream.Dispose();
        buffer.Dispose();
        Assert.Throws<ObjectDisposedException>(stream.Synchronize);
        Assert.Throws<ObjectDisposedException>(() => stream.IsIdle);
        Assert.Throws<ObjectDisposedException>(() => marker.Record(stream));
        Assert.Throws<ObjectDisposedException>(() => alive.Fill(buffer.Span, (byte)0));
        Assert.Throws<ObjectDisposedException>(() => buffer.Upload<byte>(new byte[64]));
        marker.Dispose();
        Assert.Throws<ObjectDisposedException>(() => alive.Wait(marker));
    }

    [GpuFact]
    public void Two_threads_work_on_streams_of_their_own()
    {
        Parallel.For(0, 2, thread =>
        {
            using var stream = HipStream.Create(device);
            using var buffer = DeviceBuffer.Allocate<float>(device, 1000);
            var data = new float[1000];
            for (var i = 0; i < 200; i++)
            {
                stream.Fill(buffer.Span, (float)((thread * 1000) + i));
                stream.Synchronize();
                buffer.Download<float>(data);
                Assert.Equal((thread * 1000) + i, data[999]);
            }
        });
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Abandon()
    {
        for (var i = 0; i < 100; i++)
        {
            _ = DeviceBuffer.Allocate(device, 1 << 20);
        }
    }
}
