using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Memory;

/// <summary>
/// Memory for the duration of one operation: a part that all threads share and a part of its own for every thread. It grows when an
/// operation is planned (or first run) and is kept, so that a step allocates nothing.
/// </summary>
/// <param name="allocate">Gives memory of so many bytes.</param>
internal sealed unsafe class Scratchpad(Func<long, Storage> allocate) : IDisposable
{
    // A kernel may write a vector past the last element: never into what another thread has.
    private const int Slack = 16;

    private Storage? storage;
    private long shared;
    private long perThread;

    /// <summary>Makes sure of so many floats, with a vector of slack after each part.</summary>
    public void Reserve(long sharedFloats, long floatsPerThread, int threads)
    {
        (sharedFloats, floatsPerThread) = (sharedFloats + Slack, floatsPerThread + Slack);
        if (sharedFloats <= shared && floatsPerThread <= perThread) return;
        (shared, perThread) = (Math.Max(shared, Aligned(sharedFloats)), Math.Max(perThread, Aligned(floatsPerThread)));
        storage?.Dispose();
        Generation++;
        storage = allocate((shared + perThread * threads) * sizeof(float));
    }

    /// <summary>Counts up whenever the memory moves.</summary>
    public int Generation { get; private set; }

    /// <summary>Memory that all threads see.</summary>
    public float* Shared => (float*)storage!.Address;

    /// <summary>Memory of thread 0; the others' follow at <see cref="FloatsPerThread"/>.</summary>
    public float* Threads => Shared + shared;

    /// <summary>Distance between the memory of two threads.</summary>
    public nint FloatsPerThread => (nint)perThread;

    /// <inheritdoc/>
    public void Dispose() => storage?.Dispose();

    // Whole pages, and an odd number of cache lines more, so that threads' buffers do not fall on the same cache sets.
    private static long Aligned(long floats) => (floats + 1023) / 1024 * 1024 + 16 * 3;
}
