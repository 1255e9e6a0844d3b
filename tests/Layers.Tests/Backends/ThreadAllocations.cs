using MIOpenDarts.Layers.Backends.Cpu.Threads;

namespace MIOpenDarts.Layers.Tests.Backends;

/// <summary>
/// Bytes that each thread of a team allocates on the managed heap, counted by itself, from <see cref="Start"/> to <see cref="SinceStart"/>.
/// </summary>
internal sealed unsafe class ThreadAllocations
{
    private readonly WorkerPool team;
    private readonly long[] start;
    private readonly long[] end;

    // The first wait of a process that blocks makes SemaphoreSlim's static delegate (64 bytes), on whichever thread it falls. A worker may
    // park for the first time while it is counted.
    static ThreadAllocations()
    {
        using var semaphore = new SemaphoreSlim(0);
        Assert.False(semaphore.Wait(TimeSpan.FromMilliseconds(1)));
    }

    /// <summary>
    /// Of a team of one or two. A thread that comes early may take the item of another, and one whose own share is gone takes none: with
    /// three, two could wait for ever for the third, which waits for work.
    /// </summary>
    public ThreadAllocations(WorkerPool team)
    {
        Assert.InRange(team.Threads, 1, 2);
        (this.team, start, end) = (team, new long[team.Threads], new long[team.Threads]);
    }

    public void Start() => Read(start);

    public long[] SinceStart()
    {
        Read(end);
        return [.. end.Zip(start, (now, then) => now - then)];
    }

    private void Read(long[] bytes)
    {
        bytes.AsSpan().Fill(-1);
        fixed (long* pointer = bytes)
        {
            var report = new Report { Bytes = pointer, Threads = team.Threads };
            team.Run(team.Threads, ref report);
        }
    }

    // Each thread waits for all others to have reported, so that none can report twice.
    private struct Report : IParallelBody
    {
        public long* Bytes;
        public int Threads;

        public readonly void Run(int item, int thread)
        {
            Volatile.Write(ref Bytes[thread], GC.GetAllocatedBytesForCurrentThread());
            for (var other = 0; other < Threads; other++)
                while (Volatile.Read(ref Bytes[other]) < 0) Thread.SpinWait(1);
        }
    }
}
