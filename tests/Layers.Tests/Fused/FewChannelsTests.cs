using System.Runtime.Intrinsics;
using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Tests.Fused;

/// <summary>
/// Four or eight channels, spread within a vector, have the bits of the product with a block-diagonal filter that they spare: the order of
/// the sums is one, and the products left out are zero.
/// </summary>
public unsafe class FewChannelsTests
{
    private const int Slack = 64;

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    public void In_512_bits_channels_have_the_bits_of_a_block_diagonal_product(int channels) =>
        Compare<Simd512, Vector512<float>>(channels);

    [Fact]
    public void In_256_bits_four_channels_have_the_bits_of_a_block_diagonal_product() => Compare<Simd256, Vector256<float>>(4);

    private static void Compare<S, V>(int channels)
        where S : struct, ISimd<V>
        where V : struct
    {
        // Numbers of vectors below, at and around blocks of eight and sixteen.
        foreach (var vectors in new[] { 1, 3, 7, 8, 9, 13, 16, 17, 24, 29 })
        {
            var random = new Random(channels + vectors);
            var length = vectors * S.Width;
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
                where E : struct, IGemmEpilogue<V>
            {
                var filter = PackedFilter.For(channels, channels, length / channels, S.Width);
                Assert.True(filter.IsSpread);
                var values = stackalloc float[S.Width * S.Width];
                if (spread)
                {
                    filter.Values = values;
                    filter.Pack(w, 1, channels);
                    PackedGemm<S, V>.Pixels(filter, x, length / channels, y, end, default(NoPrefetch));
                    return;
                }

                for (var i = 0; i < S.Width; i++)
                    for (var o = 0; o < S.Width; o++)
                        values[i * S.Width + o] = i / channels == o / channels ? w[o % channels * channels + i % channels] : 0;
                Gemm<S, V>.Run(
                    x, S.Width, 1, values, S.Width, new OutputRowMap(y, S.Width), vectors, S.Width, S.Width, end, default(NoPrefetch));
            }
        }
    }

    private delegate void Product(float* src, float* weights, float* dst, bool spread);
}
