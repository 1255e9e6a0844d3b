using MIOpenDarts.Darts.Data;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Tests.Data;

public sealed class ColourJitterTests
{
    private const int Plane = 30;

    [Fact]
    public void It_is_what_plain_arithmetic_in_double_says()
    {
        for (var i = 0; i < 200; i++)
        {
            var random = new CounterRandom(9, RandomStream.Augmentation, 0, i);
            var draw = ColourJitter.Draw(ref random);
            float[] pixels = [.. Enumerable.Range(0, 3 * Plane).Select(_ => (float)random.NextInt32(256))];
            var expected = Plain(Array.ConvertAll(pixels, v => (double)v), draw);
            ColourJitter.Apply(pixels, Plane, draw);
            for (var k = 0; k < pixels.Length; k++) Assert.Equal(expected[k], pixels[k], 0.01);
        }
    }

    [Fact]
    public void A_grey_image_has_neither_saturation_nor_hue()
    {
        float[] pixels = [0, 100, 200, 255];
        ColourJitter.Apply(pixels, 4, new JitterDraw(1, 1, 0.5f, 0, 0.2f));
        Assert.Equal([69.375f, 119.375f, 169.375f, 196.875f], pixels);
    }

    [Fact]
    public void A_sixth_of_the_circle_turns_red_into_yellow()
    {
        float[] pixels = [200, 40, 40];
        ColourJitter.Apply(pixels, 1, new JitterDraw(1, 1, 1, 1, 1 / 6f));
        Assert.Equal([200f, 200f, 40f], pixels.Select(v => MathF.Round(v, 3)));
    }

    [Fact]
    public void Draws_fill_their_ranges_and_every_order_comes()
    {
        var draws = Enumerable.Range(0, 5000).Select(i =>
        {
            var random = new CounterRandom(4, RandomStream.Augmentation, 0, i);
            return ColourJitter.Draw(ref random);
        }).ToList();
        Assert.Equal(Enumerable.Range(1, 24), draws.Select(d => d.Order).Distinct().Order());
        foreach (Func<JitterDraw, double> part in new Func<JitterDraw, double>[]
            { d => d.Brightness - 1, d => d.Contrast - 1, d => d.Saturation - 1, d => 2 * d.Hue })
        {
            Assert.All(draws, d => Assert.InRange(part(d), -0.4, 0.4));
            Assert.InRange(draws.Average(part), -0.015, 0.015);
            Assert.InRange(draws.Average(d => part(d) * part(d)), 0.0533 - 0.003, 0.0533 + 0.003);
        }
    }

    [Fact]
    public void Orders_are_all_permutations_of_the_four_changes() =>
        Assert.Equal(24, Enumerable.Range(1, 24).Select(order => string.Join(',', Order(order))).Distinct().Count());

    // The order's number in mixed radix picks from the changes left.
    private static List<int> Order(int order)
    {
        var (left, result, code) = (new List<int> { 0, 1, 2, 3 }, new List<int>(), order - 1);
        while (left.Count > 0)
        {
            var at = code % left.Count;
            code /= left.Count;
            result.Add(left[at]);
            left.RemoveAt(at);
        }

        return result;
    }

    private static double[] Plain(double[] image, JitterDraw draw)
    {
        foreach (var change in Order(draw.Order))
        {
            double[] luma = [.. Enumerable.Range(0, Plane)
                .Select(i => 0.299 * image[i] + 0.587 * image[Plane + i] + 0.114 * image[2 * Plane + i])];
            image = change switch
            {
                0 => [.. image.Select(v => Math.Clamp(v * draw.Brightness, 0, 255))],
                1 => [.. image.Select(v => Math.Clamp(draw.Contrast * v + (1 - draw.Contrast) * luma.Average(), 0, 255))],
                2 => [.. image.Select((v, i) => Math.Clamp(draw.Saturation * v + (1 - draw.Saturation) * luma[i % Plane], 0, 255))],
                _ => Turned(image, draw.Hue),
            };
        }

        return image;
    }

    // HSV by the six sectors of the hue, forward and back.
    private static double[] Turned(double[] image, double turn)
    {
        var result = (double[])image.Clone();
        for (var i = 0; i < Plane; i++)
        {
            double r = image[i], g = image[Plane + i], b = image[2 * Plane + i];
            double v = Math.Max(r, Math.Max(g, b)), range = v - Math.Min(r, Math.Min(g, b));
            if (range == 0) continue;
            var h = (v == r ? (g - b) / range + 6 : v == g ? (b - r) / range + 2 : (r - g) / range + 4) / 6 + turn;
            h = (h - Math.Floor(h)) * 6;
            var (sector, f) = ((int)h % 6, h - Math.Floor(h));
            double p = v - range, q = v - range * f, t = v - range * (1 - f);
            (result[i], result[Plane + i], result[2 * Plane + i]) = sector switch
            {
                0 => (v, t, p),
                1 => (q, v, p),
                2 => (p, v, t),
                3 => (p, q, v),
                4 => (t, p, v),
                _ => (v, p, q),
            };
        }

        return result;
    }
}
