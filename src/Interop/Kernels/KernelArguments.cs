using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MIOpenDarts.Interop.Memory;

namespace MIOpenDarts.Interop.Kernels;

/// <summary>
/// Arguments of a kernel, in order and with C's alignment. Made once and reused: <see cref="Clear"/>, add, launch. The kernel gets a copy,
/// so the next launch may change them at once.
/// </summary>
public sealed class KernelArguments
{
    private readonly byte[] packed = GC.AllocateArray<byte>(4096, pinned: true);
    private readonly List<(int At, DeviceSpan Span)> pointers = [];

    /// <summary>Bytes so far.</summary>
    public int Bytes { get; private set; }

    internal IReadOnlyList<(int At, DeviceSpan Span)> Pointers => pointers;

    internal Span<byte> Packed => packed;

    /// <summary>Begins anew.</summary>
    public KernelArguments Clear()
    {
        Bytes = 0;
        pointers.Clear();
        return this;
    }

    /// <summary>Adds a device address (null for <see cref="DeviceSpan.None"/>).</summary>
    public KernelArguments Add(DeviceSpan span)
    {
        pointers.Add((Place(sizeof(long), sizeof(long)), span));
        return this;
    }

    /// <summary>Adds a number, or a struct of numbers.</summary>
    /// <param name="value">The value; a struct must have the layout that the kernel's source gives it.</param>
    /// <typeparam name="T">A type without references whose alignment is that of its largest primitive, at most 8.</typeparam>
    public KernelArguments Add<T>(T value)
        where T : unmanaged
    {
        var at = Place(Unsafe.SizeOf<T>(), Alignment<T>());
        MemoryMarshal.Write(packed.AsSpan(at), in value);
        return this;
    }

    private static int Alignment<T>()
        where T : unmanaged => Unsafe.SizeOf<Aligned<T>>() - Unsafe.SizeOf<T>();

    private int Place(int size, int alignment)
    {
        var at = (Bytes + alignment - 1) / alignment * alignment;
        if (at + size > packed.Length)
        {
            throw new InvalidOperationException($"A kernel takes at most {packed.Length} bytes of arguments.");
        }
        packed.AsSpan(Bytes, at - Bytes).Clear();
        Bytes = at + size;
        return at;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Aligned<T>
        where T : unmanaged
    {
        public byte First;
        public T Second;
    }
}
