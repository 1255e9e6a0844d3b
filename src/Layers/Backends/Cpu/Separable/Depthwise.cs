using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Tiles;

namespace MIOpenDarts.Layers.Backends.Cpu.Separable;

/// <summary>The depthwise forward over a bordered source.</summary>
internal static unsafe class Depthwise<S, V>
    where S : struct, ISimd<V>
    where V : struct
{
    /// <summary>u = rows first … first + rows − 1 of the depthwise output, packed: [rows,W',C].</summary>
    public static void Rows(in SourceLayout source, in BranchCall branch, float* x, int first, int rows, float* u)
    {
        var length = branch.Width * source.Channels;
        var vectors = (length + S.Width - 1) / S.Width;
        for (var h = first; h < first + rows; h++, u += length)
            WeightedRuns<S, V>.Run(
                u, vectors, x + h * source.StrideH * source.RowFloats, branch.Taps.Runs, branch.Taps.Count, branch.Taps.Weights, null, source.Period);
    }
}
