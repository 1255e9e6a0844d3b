using System.Runtime.Intrinsics;
using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Tests.Fused;

/// <summary>
/// Products of four or eight channels into as many, whose inputs are spread within a vector, have the bits of the product with a
/// block-diagonal filter that they spare: the order of the sums is one, and the products left out are zero for finite
/// numbers.
/// </summary>
public unsafe class FewChannelsTests
{
    private const int Slack = 64;

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    public void In_512_bits_few_channels_have_the_bits_of_a_block_diagonal_product(int channels) =>
        Compare<Simd512, Vector512<float>>(channels);

    [Fact]
    public void In_256_bits_four_channels_have_the_bits_of_a_block_diagonal_product() => Compare<Simd256, Vector256<float>>(4);

    [Theory]
    [InlineData(4, 4, 4)]
    [InlineData(8, 8, 8)]
    // A block-diagonal one, as only as many inputs as outputs are spread.
    [InlineData(32, 8, 64)]
    // One pixel fills a vector.
    [InlineData(16, 16, 16)]
    public void A_filter_takes_the_memory_of_its_rows(int inputs, int outputs, int rows)
    {
        var filter = PackedFilter.For(inputs, outputs, pixels: 16, vectorWidth: 16);
        BumpAllocator taken = new(null), expected = new(null);
        filter.LayOut(ref taken);
        expected.Take(16 * rows);
        Assert.Equal(expected.Used, taken.Used);
    }

    private static void Compare<S, V>(int channels)
        where S : struct, ISimd<V>
        where V : struct
    {
        // Numbers of vectors below, at and around blocks of eight and sixteen.
        foreach (var vectors in new[] { 1, 3, 7, 8, 9, 13, 16, 17, 24, 29 })
        {
            var random = new Random(channels + vectors);
            var (length, pixels, depth) = (vectors * S.Width, vectors * S.Width / channels, S.Width);
            float[] src = Numbers(length), weights = Numbers(channels * channels), dst = Numbers(length), shifts = Numbers(S.Width);
            Check(dst, (x, w, y, spread) => Multiply<Store<S, V>>(x, w, y, spread, default));
            Check(dst, (x, w, y, spread) => Multiply<Accumulate<S, V>>(x, w, y, spread, default));
            if (vectors % 8 != 0) continue;
            // The sums, the squares and what they are measured from lie behind the rows.
            Check([.. dst, .. new float[2 * S.Width], .. shifts], (x, w, y, spread) =>
                Multiply(x, w, y, spread, new StoreWithMoments<S, V, CachedStore<S, V>>(y + length, S.Width)));

            float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() * 2 - 1)];

            void Check(float[] to, Product product)
            {
                float[] spread = [.. to, .. new float[Slack]], block = [.. spread];
                fixed (float* x = src, w = weights, y = spread, z = block)
                {
                    product(x, w, y, true);
                    product(x, w, z, false);
                }

                Assert.Equal(block.Select(BitConverter.SingleToInt32Bits), spread.Select(BitConverter.SingleToInt32Bits));
            }

            void Multiply<E>(float* x, float* w, float* y, bool spread, E end)
                where E : struct, IGemmEpilogue<S, V>
            {
                var filter = PackedFilter.For(channels, channels, pixels, S.Width);
                Assert.True(filter.IsSpread);
                var values = stackalloc float[depth * S.Width];
                if (spread)
                {
                    filter.Values = values;
                    filter.Pack(w, 1, channels);
                    PackedGemm<S, V>.Pixels(filter, x, pixels, y, end, default(NoPrefetch));
                    return;
                }

                for (var i = 0; i < depth; i++)
                    for (var o = 0; o < S.Width; o++)
                        values[i * S.Width + o] = i / channels == o / channels ? w[o % channels * channels + i % channels] : 0;
                Gemm<S, V>.Run(
                    x, depth, 1, values, S.Width, new OutputRowMap(y, S.Width), vectors, S.Width, depth, end, default(NoPrefetch));
            }
        }
    }

    private delegate void Product(float* src, float* weights, float* dst, bool spread);
}
