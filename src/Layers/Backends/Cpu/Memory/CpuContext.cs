using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Memory;

/// <summary>What the operations of one backend share: threads, and memory for the duration of one operation.</summary>
internal sealed unsafe class CpuContext : IDisposable
{
    /// <summary>With a tally memory is only counted, and the workers stay another's.</summary>
    public CpuContext(WorkerPool workers, MemoryTally? tally)
    {
        (Workers, Tally) = (workers, tally);
        Scratch = new Scratchpad(Allocate);
    }

    public WorkerPool Workers { get; }

    /// <summary>Counts memory instead of having it, where there is one.</summary>
    public MemoryTally? Tally { get; }

    /// <summary>How sums over a batch are cut and added.</summary>
    public BatchLeaves Leaves { get; set; } = new();

    /// <summary>Memory of the operation under way.</summary>
    public Scratchpad Scratch { get; }

    /// <summary>Distance between the memory of two threads in <see cref="Scratch"/>.</summary>
    public nint FloatsPerThread => Scratch.FloatsPerThread;

    /// <summary>Makes sure of so many floats of <see cref="Scratch"/>: shared by all threads, and for each of them.</summary>
    public void Reserve(nint shared, nint perThread, out float* sharedStart, out float* threadsStart)
    {
        Scratch.Reserve(shared, perThread, Workers.Threads);
        sharedStart = Scratch.Shared;
        threadsStart = Scratch.Threads;
    }

    /// <summary>Makes sure of the scratch memory of a layout.</summary>
    public void Measure<TLayout>(TLayout layout)
        where TLayout : IScratchLayout, allows ref struct
    {
        var (shared, thread) = (default(BumpAllocator), default(BumpAllocator));
        layout.LayOut(ref shared, ref thread);
        Scratch.Reserve(shared.Used, thread.Used, Workers.Threads);
    }

    /// <summary>Lays out in scratch memory.</summary>
    public void Place<TLayout>(TLayout layout)
        where TLayout : IScratchLayout, allows ref struct
    {
        Measure(layout);
        var (shared, thread) = (new BumpAllocator(Scratch.Shared), default(BumpAllocator));
        layout.LayOut(ref shared, ref thread);
    }

    public Storage Allocate(long bytes) => Tally?.Take(bytes) ?? new HostStorage(bytes);

    public void Dispose()
    {
        if (Tally is null) Workers.Dispose();
        Scratch.Dispose();
    }
}
