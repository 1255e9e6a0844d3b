using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace MIOpenDarts.Layers.Backends.Cpu.Simd;

/// <summary>
/// Prefetches into L2 what will be read soon, while something else is computed: the wait for the memory of one tensor is hidden by the work
/// on another, which no processor foresees because their places have nothing to do with each other.
/// </summary>
internal static unsafe class PrefetchL2
{
    /// <summary>Floats of a cache line.</summary>
    public const int LineFloats = 16;

    /// <summary>Floats between what is read and what is prefetched, along one stream: 2 KiB.</summary>
    public const int Distance = 512;

    /// <summary>Begins to bring the line at <paramref name="place"/> into L2; any place will do, none of them faults.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(float* place)
    {
        if (Sse.IsSupported) Sse.Prefetch1(place);
    }

    /// <summary>The same for a run of floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(float* place, nint length)
    {
        for (nint i = 0; i < length && Sse.IsSupported; i += LineFloats) Fetch(place + i);
    }
}
