using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MIOpenDarts.Layers.Backends.Cpu.Simd;

/// <summary>Masks for the first lanes of a vector.</summary>
internal static unsafe class LaneMask
{
    /// <summary>Lanes of the widest vector.</summary>
    private const int Lanes = 16;

    /// <summary>As many ones as the widest vector has lanes, then as many zeros.</summary>
    private static ReadOnlySpan<int> Ones =>
    [
        -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    /// <summary>A mask of the first <paramref name="count"/> lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float* First(int count) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Ones)) + Lanes - count;
}
