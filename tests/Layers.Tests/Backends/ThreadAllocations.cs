using MIOpenDarts.Layers.Backends.Cpu.Threads;

namespace MIOpenDarts.Layers.Tests.Backends;

/// <summary>Bytes that each thread of a team allocates on the managed heap, counted by itself, from <see cref="Start"/> to <see cref="SinceStart"/>.</summary>
internal sealed unsafe class ThreadAllocations(ThreadTeam team)
{
    private readonly long[] start = new long[team.Threads];
    private readonly long[] end = new long[team.Threads];

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
    private struct Report : IWork
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
