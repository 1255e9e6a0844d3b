using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Data;

/// <summary>How the colours of one image are varied; the default varies nothing.</summary>
/// <param name="Order">Which of the orders of the four changes; 0 of a default draw does nothing.</param>
/// <param name="Brightness">Factor of the brightness.</param>
/// <param name="Contrast">Factor of the contrast.</param>
/// <param name="Saturation">Factor of the saturation.</param>
/// <param name="Hue">Turn of the hue, as a part of the circle.</param>
internal readonly record struct JitterDraw(int Order, float Brightness, float Contrast, float Saturation, float Hue);

/// <summary>
/// Colour jitter with the strengths of the official ImageNet training: brightness, contrast and saturation by a factor of 0.6 to 1.4, hue
/// by up to a fifth of the circle, in random order.
/// </summary>
internal static class ColourJitter
{
    private const float Strength = 0.4f;
    private const float MostHue = 0.2f;
    private const int Changes = 4;
    private const int Orders = 24;
    private const float White = 255;

    /// <summary>Draws the variation of one image.</summary>
    public static JitterDraw Draw(ref CounterRandom random)
    {
        var order = 1 + random.NextInt32(Orders);
        return new JitterDraw(order, Factor(ref random), Factor(ref random), Factor(ref random), Spread(ref random, MostHue));
    }

    /// <summary>Varies an image in place. One of a single channel has neither saturation nor hue.</summary>
    /// <param name="pixels">Values 0..255 [C, plane] of 1 or 3 channels.</param>
    /// <param name="plane">Pixels of a channel.</param>
    /// <param name="draw">The variation.</param>
    public static void Apply(Span<float> pixels, int plane, in JitterDraw draw)
    {
        var grey = pixels.Length == plane;
        // The order's digits, each in a base one smaller, say which of the changes left comes next.
        Span<int> left = [0, 1, 2, 3];
        for (var (code, count) = (draw.Order - 1, Changes); count > 0; count--)
        {
            var at = code % count;
            code /= count;
            var change = left[at];
            left[(at + 1)..count].CopyTo(left[at..]);
            if (change == 0) Scale(pixels, draw.Brightness);
            else if (change == 1) Blend(pixels, plane, draw.Contrast, MeanLuma(pixels, plane));
            else if (change == 2 && !grey) Blend(pixels, plane, draw.Saturation, null);
            else if (change == 3 && !grey) Turn(pixels, plane, draw.Hue);
        }
    }

    private static float Factor(ref CounterRandom random) => 1 + Spread(ref random, Strength);

    private static float Spread(ref CounterRandom random, float most) => most * (2 * random.NextSingle() - 1);

    private static void Scale(Span<float> pixels, float factor)
    {
        foreach (ref var value in pixels) value = Math.Clamp(value * factor, 0, White);
    }

    // Away from or towards one grey, or the grey of each pixel.
    private static void Blend(Span<float> pixels, int plane, float factor, float? level)
    {
        for (var i = 0; i < plane; i++)
        {
            var grey = level ?? Luma(pixels, plane, i);
            for (var at = i; at < pixels.Length; at += plane) pixels[at] = Math.Clamp(grey + factor * (pixels[at] - grey), 0, White);
        }
    }

    private static float MeanLuma(ReadOnlySpan<float> pixels, int plane)
    {
        double sum = 0;
        for (var i = 0; i < plane; i++) sum += Luma(pixels, plane, i);
        return (float)(sum / plane);
    }

    // ITU-R BT.601.
    private static float Luma(ReadOnlySpan<float> pixels, int plane, int i) => pixels.Length == plane
        ? pixels[i]
        : 0.299f * pixels[i] + 0.587f * pixels[plane + i] + 0.114f * pixels[2 * plane + i];

    /// <summary>Turns the hue and keeps saturation and value of the HSV model.</summary>
    private static void Turn(Span<float> pixels, int plane, float turn)
    {
        for (var i = 0; i < plane; i++)
        {
            var (red, green, blue) = (pixels[i], pixels[plane + i], pixels[2 * plane + i]);
            var most = Math.Max(red, Math.Max(green, blue));
            var chroma = most - Math.Min(red, Math.Min(green, blue));
            if (chroma <= 0) continue;
            // Sixths of the circle, red at 0.
            var hue = red == most ? (green - blue) / chroma : green == most ? 2 + (blue - red) / chroma : 4 + (red - green) / chroma;
            hue += 6 * turn;
            pixels[i] = Component(5);
            pixels[plane + i] = Component(3);
            pixels[2 * plane + i] = Component(1);

            float Component(int offset)
            {
                var k = (offset + hue + 12) % 6;
                return most - chroma * Math.Clamp(Math.Min(k, 4 - k), 0, 1);
            }
        }
    }
}
