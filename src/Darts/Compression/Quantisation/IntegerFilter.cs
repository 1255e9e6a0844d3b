using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Compression.Quantisation;

/// <summary>Weights of a layer as integers.</summary>
/// <param name="Weights">int8 [O, …].</param>
/// <param name="Bias">int32 [O], in steps of <paramref name="InputStep"/> · scale.</param>
/// <param name="Scales">[O].</param>
/// <param name="InputStep">Step of the source.</param>
internal sealed record IntegerFilter(sbyte[] Weights, int[] Bias, float[] Scales, float InputStep)
{
    /// <summary>Rounds weights [O, …] and bias [O].</summary>
    public static IntegerFilter From(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, float inputStep, int most)
    {
        var (rounded, sums, scales) = (new sbyte[weights.Length], new int[bias.Length], new float[bias.Length]);
        var size = weights.Length / bias.Length;
        for (var o = 0; o < bias.Length; o++)
        {
            var filter = weights.Slice(o * size, size);
            scales[o] = Int8Filter.Scale(filter, bias[o], inputStep, most);
            for (var k = 0; k < size; k++) rounded[o * size + k] = Int8Filter.Round(filter[k], scales[o], most);
            sums[o] = Int8Filter.RoundBias(bias[o], inputStep, scales[o]);
        }

        return new IntegerFilter(rounded, sums, scales, inputStep);
    }

    /// <summary>
    /// The filters [O,I,2,2] of one convolution of stride 2 that is a factorized reduction with these [O,I]: the first half reads the pixel
    /// at the top left of each block of four, the second half that at the bottom right.
    /// </summary>
    public IntegerFilter OverBlocks()
    {
        const int taps = 4;
        var spread = new sbyte[taps * Weights.Length];
        for (var k = 0; k < Weights.Length; k++) spread[taps * k + (k < Weights.Length / 2 ? 0 : taps - 1)] = Weights[k];
        return this with { Weights = spread };
    }
}
