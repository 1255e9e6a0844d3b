using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Data.Pictures;
using MIOpenDarts.Layers.Randomness;
using StbImageSharp;

namespace MIOpenDarts.Darts.Tests.Data;

/// <summary>The decoder's loops with many lanes and the scaling give the bits of plain loops.</summary>
public sealed unsafe class DecoderKernelTests
{
    private CounterRandom random = new(5, RandomStream.Weights);

    [Fact]
    public void The_inverse_transform_is_that_of_the_plain_loop()
    {
        var coefficients = stackalloc short[64];
        var plain = stackalloc byte[8 * 11];
        var fast = stackalloc byte[8 * 11];
        for (var trial = 0; trial < 2000; trial++)
        {
            // From one coefficient to all, from small ones to the largest that a file can hold.
            for (var i = 0; i < 64; i++)
                coefficients[i] = random.NextInt32(64) <= trial % 64 ? (short)(random.NextInt32(65536) >> trial % 13) : (short)0;
            StbImage.stbi__idct_block(plain, 11, coefficients);
            JpegKernels.Idct(fast, 11, coefficients);
            Assert.True(new Span<byte>(plain, 88).SequenceEqual(new Span<byte>(fast, 88)), $"trial {trial}");
        }
    }

    [Fact]
    public void Colours_and_doubled_columns_are_those_of_the_plain_loops()
    {
        var bytes = stackalloc byte[3 * 80];
        var plain = stackalloc byte[320];
        var fast = stackalloc byte[320];
        for (var width = 1; width <= 80; width++)
        {
            for (var i = 0; i < 240; i++) bytes[i] = (byte)random.NextInt32(256);
            foreach (var step in new[] { 3, 4 })
            {
                StbImage.stbi__YCbCr_to_RGB_row(plain, bytes, bytes + 80, bytes + 160, width, step);
                JpegKernels.ToRgb(fast, bytes, bytes + 80, bytes + 160, width, step);
                Assert.True(new Span<byte>(plain, step * width).SequenceEqual(new Span<byte>(fast, step * width)), $"{width}, {step}");
            }

            StbImage.stbi__resample_row_hv_2(plain, bytes, bytes + 80, width, 2);
            JpegKernels.Upsample(fast, bytes, bytes + 80, width, 2);
            Assert.True(new Span<byte>(plain, 2 * width).SequenceEqual(new Span<byte>(fast, 2 * width)), $"{width}");
        }
    }

    [Theory]
    [InlineData(37, 50, 3, 4)]
    [InlineData(37, 50, 3, 3)]
    [InlineData(9, 5, 1, 1)]
    [InlineData(64, 64, 2, 2)]
    public void Scaling_is_a_weighted_sum_along_rows_and_then_along_columns(int height, int width, int channels, int step)
    {
        var source = new byte[height * width * step];
        for (var i = 0; i < source.Length; i++) source[i] = (byte)random.NextInt32(256);
        foreach (var (h, w) in new[] { (8, 8), (16, 8), (40, 60), (1, 1) })
        {
            var scale = Math.Min((double)height / h, (double)width / w);
            var rows = new TriangleFilter(height, (height - h * scale) / 2, scale, h);
            var columns = new TriangleFilter(width, (width - w * scale) / 2, scale, w);
            var scaled = ImageScaling.Fit(PixelGrid.Interleaved(source, channels, height, width, step), h, w);
            for (var i = 0; i < scaled.Length; i++)
            {
                var (c, y, x) = (i / (h * w), i / w % h, i % w);
                float sum = 0;
                for (var k = 0; k < rows.Weights(y).Length; k++)
                {
                    float narrow = 0;
                    for (var j = 0; j < columns.Weights(x).Length; j++)
                        narrow += columns.Weights(x)[j] * source[((rows.First(y) + k) * width + columns.First(x) + j) * step + c];
                    sum += rows.Weights(y)[k] * narrow;
                }

                Assert.Equal((byte)Math.Clamp((int)MathF.Round(sum), 0, 255), scaled[i]);
            }
        }
    }
}
