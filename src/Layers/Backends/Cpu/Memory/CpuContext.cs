using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Memory;

/// <summary>What the operations of one backend share: threads, and memory for the duration of one operation.</summary>
internal sealed unsafe class CpuContext : IDisposable
{
    private readonly ScratchBuffer perThread = new();

    /// <summary>With a tally memory is only counted, and the workers stay another's.</summary>
    public CpuContext(WorkerPool workers, MemoryTally? tally)
    {
        (Workers, Tally) = (workers, tally);
        (Scratch, NodeSumScratch) = (new Scratchpad(Allocate), new Scratchpad(Allocate));
    }

    public WorkerPool Workers { get; }

    /// <summary>Counts memory instead of having it, where there is one.</summary>
    public MemoryTally? Tally { get; }

    /// <summary>Of operations that are planned.</summary>
    public Scratchpad Scratch { get; }

    /// <summary>Of node sums, which are overlapped with convolutions.</summary>
    public Scratchpad NodeSumScratch { get; }

    public ScratchBuffer Shared { get; } = new();

    public ScratchBuffer Tables { get; } = new();

    public ScratchBuffer Partials { get; } = new();

    /// <summary>Distance between the memory of two threads in <see cref="Scratch"/>.</summary>
    public nint FloatsPerThread => Scratch.FloatsPerThread;

    /// <summary>Makes sure of so many floats of <see cref="Scratch"/>: shared by all threads, and for each of them.</summary>
    public void Reserve(nint shared, nint perThread, out float* sharedStart, out float* threadsStart)
    {
        Scratch.Reserve(shared, perThread, Workers.Threads);
        sharedStart = Scratch.Shared;
        threadsStart = Scratch.Threads;
    }

    public Storage Allocate(long bytes) => Tally?.Take(bytes) ?? new HostStorage(bytes);

    /// <summary>Memory of <paramref name="floats"/> floats for every thread: thread t's begins t · pitch after the first.</summary>
    public float* PerThread(long floats, out long pitch)
    {
        // An odd number of cache lines between them, so that the threads' buffers do not compete for the same cache sets.
        pitch = (floats + 1023) / 1024 * 1024 + 48;
        return perThread.Floats(pitch * Workers.Threads);
    }

    public void Dispose()
    {
        if (Tally is null) Workers.Dispose();
        Shared.Dispose();
        Tables.Dispose();
        Partials.Dispose();
        perThread.Dispose();
        Scratch.Dispose();
        NodeSumScratch.Dispose();
    }
}
