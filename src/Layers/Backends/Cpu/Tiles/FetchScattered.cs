using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Tiles;

/// <summary>Runs of so many floats that lie like the rows of a product, in step with the rows that are computed; zero floats stand for nothing.</summary>
internal readonly unsafe struct FetchScattered(ProductRows places, nint floats) : IFetch
{
    private readonly ProductRows places = places;
    private readonly nint floats = floats;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Rows(int first, int rows)
    {
        for (var i = first; i < first + rows && floats > 0; i++) SecondCache.Fetch(places.At(i), floats);
    }
}
