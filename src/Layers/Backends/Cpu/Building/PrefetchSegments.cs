using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>So many pixels with every row that is computed; without a tensor nothing.</summary>
internal readonly struct PrefetchSegments(ChannelSegments segments, int row) : IPrefetch
{
    /// <summary>The same from another row on.</summary>
    public PrefetchSegments From(int rows) => new(segments.From((long)rows * row), row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Rows(int first, int rows) => segments.Fetch((nint)first * row, (nint)rows * row);
}
