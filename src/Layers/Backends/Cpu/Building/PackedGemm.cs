using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>The pointwise convolution of pixels that lie in a cache, forward or, with the transposed filter, back.</summary>
internal static unsafe class PackedGemm<S, V>
    where S : struct, ISimd<V>
{
    /// <summary>dst[pixel][o] = Σ_i src[pixel][i] · filter[i][o], one pixel after the other.</summary>
    public static void Pixels<E, F>(in PackedFilter filter, float* src, int pixels, float* dst, E end, F fetch)
        where E : struct, IGemmEpilogue<S, V>
        where F : struct, IPrefetch =>
        Pixels(filter, src, pixels, new OutputRowMap(dst, filter.Group * filter.Outputs), end, fetch);

    /// <summary>The same, where <paramref name="dst"/> says; each of its rows takes a group of pixels.</summary>
    public static void Pixels<E, F>(in PackedFilter filter, float* src, int pixels, in OutputRowMap dst, E end, F fetch)
        where E : struct, IGemmEpilogue<S, V>
        where F : struct, IPrefetch
    {
        if (filter.IsSpread)
        {
            FewChannels<S, V>.Run(filter.Outputs, src, filter.Values, dst, pixels / filter.Group, end, fetch);
            return;
        }

        Gemm<S, V>.Run(
            src, filter.Group * filter.Inputs, 1, filter.Values, filter.Row, dst,
            pixels / filter.Group, filter.Group * filter.Outputs, filter.Group * filter.Inputs, end, fetch);
    }
}
