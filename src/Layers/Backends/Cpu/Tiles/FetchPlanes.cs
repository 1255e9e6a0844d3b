using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Tiles;

/// <summary>So many pixels with every row that is computed; without a tensor nothing.</summary>
internal readonly struct FetchPlanes(PixelPlanes planes, int row) : IFetch
{
    private readonly PixelPlanes planes = planes;
    private readonly int row = row;

    /// <summary>The same from another row on.</summary>
    public FetchPlanes From(int rows) => new(planes.From((long)rows * row), row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Rows(int first, int rows) => planes.Fetch((nint)first * row, (nint)rows * row);
}
