using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Separable;

/// <summary>The depthwise forward over a bordered source.</summary>
internal static unsafe class Depthwise<S, V>
    where S : struct, ISimd<V>
    where V : struct
{
    /// <summary>
    /// Rows first … first + rows − 1 of the depthwise output, packed: [rows,W',C]. Returns where they are: in
    /// <paramref name="u"/> or, without a depthwise filter, if possible in the source itself.
    /// </summary>
    public static float* Rows<F>(in SourceLayout source, in BranchCall branch, float* x, int first, int rows, float* u, F fetch)
        where F : struct, IPrefetch
    {
        var length = branch.Width * source.Channels;
        if (!branch.HasDepthwise && source.Border == 0 && source.RowFloats == length) return x + first * source.RowFloats;
        var vectors = (length + S.Width - 1) / S.Width;
        var row = source.StrideH * source.RowFloats;
        DepthwiseKernel<S, V>.Rows(
            u, length, null, vectors, x + first * row, row, rows, branch.Taps, source.Period, fetch);
        return u;
    }
}
