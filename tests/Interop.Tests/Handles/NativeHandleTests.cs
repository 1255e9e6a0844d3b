using System.Runtime.CompilerServices;
using CsCheck;
using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Interop.Handles;

namespace MIOpenDarts.Interop.Tests.Handles;

/// <summary>The rules of ownership, on an object whose destruction is only counted.</summary>
public sealed class NativeHandleTests
{
    [Fact]
    public void Disposing_any_number_of_times_destroys_once() => Gen.Int[1, 8].Holds(times =>
    {
        var log = new DestructionLog();
        var handle = new Counted(log);
        for (var i = 0; i < times; i++)
        {
            handle.Dispose();
        }
        return log.Count == 1 && handle.IsClosed;
    });

    [Fact]
    public void A_disposed_handle_is_refused_and_the_lease_still_releases_the_others()
    {
        var log = new DestructionLog();
        var (alive, dead) = (new Counted(log), new Counted(log));
        dead.Dispose();
        Assert.Throws<ObjectDisposedException>(() => TakeBoth(alive, dead));
        alive.Dispose();
        Assert.Equal(2, log.Count);
    }

    [Fact]
    public void A_lease_keeps_a_disposed_object_alive_to_its_end()
    {
        var log = new DestructionLog();
        var handle = new Counted(log);
        using (var held = Leases.Open())
        {
            Assert.Equal(42, held[handle]);
            handle.Dispose();
            Assert.Equal(0, log.Count);
        }
        Assert.Equal(1, log.Count);
    }

    [Fact]
    public void A_handle_of_another_device_is_refused_with_both_named()
    {
        var (first, second) = (Device(), Device());
        using var handle = new OnDevice(second);
        var e = Assert.Throws<ArgumentException>(() => TakeOn(first, handle));
        Assert.StartsWith("This OnDevice belongs to device 0", e.Message, StringComparison.Ordinal);
        TakeOn(second, handle);
        handle.SetHandleAsInvalid();

        static HipDevice Device() => (HipDevice)RuntimeHelpers.GetUninitializedObject(typeof(HipDevice));
    }

    [Fact]
    public void Leases_may_be_nested_and_taken_many_times()
    {
        var log = new DestructionLog();
        var handles = Enumerable.Range(0, 100).Select(_ => new Counted(log)).ToArray();
        using (var outer = Leases.Open())
        {
            foreach (var handle in handles)
            {
                _ = outer[handle];
                using var inner = Leases.Open();
                _ = inner[handle];
                _ = inner[handles[0]];
            }
        }
        Array.ForEach(handles, h => h.Dispose());
        Assert.Equal(100, log.Count);
    }

    [Fact]
    public void The_finaliser_destroys_what_nobody_disposed()
    {
        var log = new DestructionLog();
        Abandon(log);
        for (var i = 0; i < 10 && log.Count < 10; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.Equal(10, log.Count);
        Assert.NotEqual(Environment.CurrentManagedThreadId, log.LastThread);
    }

    [Fact]
    public void A_destruction_that_throws_or_fails_is_counted_and_nothing_else()
    {
        var before = NativeHandle.FailedReleaseCount;
        var log = new DestructionLog { Fails = true };
        Abandon(log);
        for (var i = 0; i < 10 && log.Count < 10; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.InRange(NativeHandle.FailedReleaseCount - before, 10, 10);
    }

    [Fact]
    public void Two_threads_that_race_for_the_disposal_destroy_once()
    {
        var log = new DestructionLog();
        for (var round = 0; round < 1000; round++)
        {
            var handle = new Counted(log);
            Parallel.Invoke(handle.Dispose, handle.Dispose, () => TryTake(handle));
        }
        Assert.Equal(1000, log.Count);
    }

    private static void TryTake(Counted handle)
    {
        try
        {
            using var held = Leases.Open();
            Assert.Equal(42, held[handle]);
        }
        catch (ObjectDisposedException)
        {
            // The other thread was first.
        }
    }

    private static void TakeOn(HipDevice device, NativeHandle handle)
    {
        using var held = Leases.Open(device);
        Assert.Equal(42, held[handle]);
    }

    private static void TakeBoth(Counted first, Counted second)
    {
        using var held = Leases.Open();
        _ = held[first];
        _ = held[second];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Abandon(DestructionLog log)
    {
        for (var i = 0; i < 10; i++)
        {
            _ = new Counted(log);
        }
    }

    private sealed class DestructionLog
    {
        private int count;

        public bool Fails { get; init; }

        public int Count => Volatile.Read(ref count);

        public int LastThread { get; private set; }

        public bool Add()
        {
            LastThread = Environment.CurrentManagedThreadId;
            var number = Interlocked.Increment(ref count);
            return Fails ? number % 2 == 0 ? false : throw new InvalidOperationException("destroy failed") : true;
        }
    }

    private sealed class OnDevice : DeviceHandle
    {
        public OnDevice(HipDevice device)
            : base(device) => Own(42);

        private protected override bool DestroyOnDevice() => true;
    }

    private sealed class Counted : NativeHandle
    {
        private readonly DestructionLog log;

        public Counted(DestructionLog log)
        {
            this.log = log;
            Own(42);
        }

        private protected override bool Destroy() => log.Add();
    }
}
