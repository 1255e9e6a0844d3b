using System.Runtime.CompilerServices;

namespace MIOpenDarts.Layers.Backends.Cpu.Memory;

/// <summary>Descriptors of an operation, which its kernels reach by address: they stay where they are as long as it lives.</summary>
/// <param name="count">How many, at most.</param>
internal sealed unsafe class Descriptors<T>(int count)
    where T : unmanaged
{
    private readonly T[] values = GC.AllocateArray<T>(Math.Max(count, 1), pinned: true);

    public T* First => (T*)Unsafe.AsPointer(ref values[0]);
}
