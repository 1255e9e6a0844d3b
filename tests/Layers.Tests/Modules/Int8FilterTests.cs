using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Layers.Tests.Modules;

/// <summary>What int8 weights lose, and what they lose on processors that add pairs of products in int16.</summary>
public class Int8FilterTests
{
    [Theory]
    [InlineData(Int8Filter.ReducedRange)]
    [InlineData(Int8Filter.FullRange)]
    public void The_greatest_weight_is_the_most_and_every_weight_comes_back_within_half_a_step(int most)
    {
        var weights = Draw(64);
        var scale = Int8Filter.Scale(weights, 0, 1, most);
        var rounded = Array.ConvertAll(weights, w => Int8Filter.Round(w, scale, most));
        Assert.Equal(most, rounded.Max(q => Math.Abs((int)q)));
        Assert.All(weights.Zip(rounded), pair => Assert.InRange(Math.Abs(scale * pair.Second - pair.First), 0, 0.50001f * scale));
    }

    [Fact]
    public void A_channel_of_zeros_has_a_scale_that_divides_and_a_bias_beyond_int32_raises_it()
    {
        Assert.Equal(1, Int8Filter.Scale(new float[9], 0, 1, 64));
        float[] small = [1e-9f, -1e-9f];
        var scale = Int8Filter.Scale(small, 3, 0.01f, 64);
        Assert.True(scale > 1e-9f / 64);
        Assert.Equal(3, 0.01f * scale * Int8Filter.RoundBias(3, 0.01f, scale), 1e-6);
    }

    [Theory]
    [InlineData(9)]
    [InlineData(288)]
    [InlineData(4608)]
    public void A_bias_leaves_room_for_the_greatest_sum_of_products(int weights)
    {
        const float bias = 3, step = 0.01f;
        // As large as the least scale of this bias allows, so that the weights are rounded to whole numbers near the end of their range.
        var least = Int8Filter.Scale(new float[weights], bias, step, Int8Filter.FullRange);
        var filter = Enumerable.Repeat(0.9f * least * Int8Filter.FullRange, weights).ToArray();
        var scale = Int8Filter.Scale(filter, bias, step, Int8Filter.FullRange);
        Assert.Equal(least, scale);
        var products = filter.Sum(w => 255L * Int8Filter.Round(w, scale, Int8Filter.FullRange));
        Assert.True(products > 200L * 100 * weights);
        Assert.InRange(Int8Filter.RoundBias(bias, step, scale) + products, 0, int.MaxValue);
    }

    /// <summary>
    /// <c>vpmaddubsw</c> of AVX2 multiplies bytes by signed bytes and adds pairs with saturation in int16. With weights up to 64 no pair
    /// reaches its ends, whatever the bytes are; with 127 the sum of a layer comes out wrong.
    /// </summary>
    [Fact]
    public void Pairs_in_int16_are_exact_with_the_reduced_range_and_not_with_the_full_one()
    {
        foreach (var (first, second) in new[] { (255, 255), (255, 0), (17, 255), (128, 127) })
            foreach (var weight in new[] { -Int8Filter.ReducedRange, Int8Filter.ReducedRange })
                Assert.Equal(first * weight + second * weight, SaturatedPair(first, weight, second, weight));
        Assert.Equal(short.MaxValue, SaturatedPair(255, Int8Filter.FullRange, 255, Int8Filter.FullRange));
        // A 1x1 convolution of sixteen channels whose values and weights are at the top of their ranges.
        var (values, weights) = (Enumerable.Repeat((byte)255, 16).ToArray(), Enumerable.Repeat(1f, 16).ToArray());
        Assert.Equal((255 * 16 * 64, 255 * 16 * 64), Sums(values, weights, Int8Filter.ReducedRange));
        var (exact, saturated) = Sums(values, weights, Int8Filter.FullRange);
        Assert.Equal((255 * 16 * 127, 8 * short.MaxValue), (exact, saturated));
    }

    [Fact]
    public void Drawn_layers_with_the_reduced_range_lose_nothing_to_pairs_in_int16()
    {
        var random = new CounterRandom(4, RandomStream.Weights);
        for (var n = 0; n < 200; n++)
        {
            var (weights, values) = (Draw(32, (ulong)n), new byte[32]);
            foreach (ref var value in values.AsSpan()) value = (byte)(256 * random.NextSingle());
            var (exact, saturated) = Sums(values, weights, Int8Filter.ReducedRange);
            Assert.Equal(exact, saturated);
        }
    }

    private static (int Exact, int Saturated) Sums(byte[] values, float[] weights, int most)
    {
        var scale = Int8Filter.Scale(weights, 0, 1, most);
        var q = Array.ConvertAll(weights, w => (int)Int8Filter.Round(w, scale, most));
        var (exact, saturated) = (0, 0);
        for (var i = 0; i < q.Length; i += 2)
        {
            exact += values[i] * q[i] + values[i + 1] * q[i + 1];
            saturated += SaturatedPair(values[i], q[i], values[i + 1], q[i + 1]);
        }

        return (exact, saturated);
    }

    private static int SaturatedPair(int a, int weightA, int b, int weightB) =>
        Math.Clamp(a * weightA + b * weightB, short.MinValue, short.MaxValue);

    private static float[] Draw(int count, ulong seed = 1)
    {
        var random = new CounterRandom(seed, RandomStream.Weights);
        var values = new float[count];
        foreach (ref var value in values.AsSpan()) value = (float)random.NextNormal();
        return values;
    }
}
