using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests.Backends;

public class ScratchpadTests
{
    private const int WidestVector = 16;

    [Fact]
    public void After_what_was_asked_for_there_is_always_room_for_a_vector()
    {
        using var scratch = new Scratchpad(bytes => new HostStorage(bytes));
        scratch.Reserve(1, 1, 2);
        for (var i = 0; i < 3; i++)
        {
            // As much as there is between two threads: what had been rounded up before is asked for now.
            var (shared, perThread) = (scratch.Threads(), (long)scratch.FloatsPerThread);
            scratch.Reserve(shared, perThread, 2);
            Assert.InRange(scratch.Threads(), shared + WidestVector, long.MaxValue);
            Assert.InRange(scratch.FloatsPerThread, perThread + WidestVector, long.MaxValue);
        }
    }
}

file static class Parts
{
    /// <summary>Floats before the memory of the first thread.</summary>
    public static unsafe long Threads(this Scratchpad scratch) => scratch.Threads - scratch.Shared;
}
