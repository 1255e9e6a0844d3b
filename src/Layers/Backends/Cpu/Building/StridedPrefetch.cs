using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>
/// Every second pixel of every second row of an image, in step with rows that stand for one each; without a tensor nothing.
/// </summary>
/// <param name="segments">From the first of them on.</param>
/// <param name="run">Pixels of a row that are fetched.</param>
/// <param name="width">Pixels of a row of the image.</param>
internal readonly unsafe struct StridedPrefetch(ChannelSegments segments, int run, int width) : IPrefetch
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Rows(int first, int rows)
    {
        for (var i = first; i < first + rows && segments.First != null; i++)
        {
            var (row, column) = Math.DivRem(i, run);
            segments.Fetch(2 * ((nint)row * width + column), 1);
        }
    }
}
