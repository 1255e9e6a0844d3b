using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Kernels;

/// <summary>
/// With channels innermost, a run of pixels repeats its channels. A vector with one number a channel is repeated to a period that is
/// a multiple of the vector width, so that no kernel needs to know whether a vector holds part of a pixel or several.
/// </summary>
internal static unsafe class Pattern
{
    /// <summary>The shortest period of <paramref name="channels"/> in whole vectors.</summary>
    public static int Shortest<S, V>(int channels)
        where S : struct, ISimd<V>
        where V : struct
    {
        var (a, b) = (channels, S.Width);
        while (b != 0) (a, b) = (b, a % b);
        return channels / a * S.Width;
    }

    /// <summary>A period of at least four vectors: as many independent sums hide an addition's latency.</summary>
    public static int Long<S, V>(int channels)
        where S : struct, ISimd<V>
        where V : struct
    {
        var shortest = Shortest<S, V>(channels);
        return shortest * Math.Max(1, (4 * S.Width + shortest - 1) / shortest);
    }

    /// <summary>pattern[p] = channel[p mod channels].</summary>
    public static void Repeat(float* channel, int channels, float* pattern, int period)
    {
        for (var p = 0; p < period; p += channels) Buffer.MemoryCopy(channel, pattern + p, (period - p) * sizeof(float), channels * sizeof(float));
    }
}
