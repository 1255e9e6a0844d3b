using System.Runtime.Intrinsics;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;

namespace MIOpenDarts.Layers.Backends.Cpu;

/// <summary>Makes the managed SIMD backend for the widest vectors of this processor.</summary>
/// <remarks>
/// Each <c>CpuBackend.*.cs</c> has one kind of operation, forward and backward. A plain operation passes over whole tensors with a driver of
/// <c>Kernels</c>: the depthwise convolution, for example, with <c>WindowSum</c>, <c>TapGradient</c> back to its filters. A fused one has a folder
/// (<c>Separable</c>, <c>Pools</c>, <c>Mixing</c>) and works on a tile of an image that stays in a cache, with the drivers of <c>Tiles</c>; its
/// depthwise forward is <c>Separable/Depthwise.cs</c>.
/// </remarks>
public static class CpuBackend
{
    /// <summary>Floats in the widest vector that the runtime uses here: 16, 8 or 4.</summary>
    public static int PreferredWidth => Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : 4;

    /// <summary>
    /// A backend with <paramref name="threads"/> threads (0: one for each processor) and vectors of <paramref name="width"/> floats
    /// (0: the widest). Results depend on the width, never on the number of threads.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A width other than 0, 4, 8 or 16, or a negative number of threads.</exception>
    public static Backend<float> Create(int threads = 0, int width = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        if (width is not (0 or 4 or 8 or 16)) throw new ArgumentOutOfRangeException(nameof(width), width, "A vector holds 4, 8 or 16 floats.");
        return Create(new ThreadTeam(threads == 0 ? Environment.ProcessorCount : threads), width);
    }

    /// <summary>A backend that computes with <paramref name="team"/> and disposes it at its end.</summary>
    internal static Backend<float> Create(ThreadTeam team, int width = 0) => (width == 0 ? PreferredWidth : width) switch
    {
        16 => new CpuBackend<Simd512, Vector512<float>>(team),
        8 => new CpuBackend<Simd256, Vector256<float>>(team),
        _ => new CpuBackend<Simd128, Vector128<float>>(team),
    };
}
