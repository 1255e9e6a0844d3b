namespace MIOpenDarts.Layers.Modules;

/// <summary>
/// Weights as int8: w ≈ scale · q, symmetric, one scale for each output channel, |q| at most <see cref="FullRange"/>, never −128.
/// </summary>
internal static class Int8Filter
{
    /// <summary>The most that int8 holds on both sides.</summary>
    public const int FullRange = 127;

    /// <summary>
    /// What processors without VNNI add without loss: <c>vpmaddubsw</c> sums two products in int16, and 2 · 255 · 64 is below 2¹⁵.
    /// </summary>
    public const int ReducedRange = 64;

    private const float MinimumNormal = 1.17549435e-38f;

    // Half of int32: the rest is for the products, of filters of up to 33,000 weights at full range.
    private const float MostBias = 1 << 30;

    /// <summary>
    /// The scale of one channel: its greatest weight is <paramref name="most"/>; greater where the bias in steps of
    /// <paramref name="inputStep"/> · scale would be no int32 otherwise.
    /// </summary>
    public static float Scale(ReadOnlySpan<float> filter, float bias, float inputStep, int most)
    {
        var largest = 0f;
        foreach (var w in filter) largest = MathF.Max(largest, MathF.Abs(w));
        var scale = MathF.Max(largest / most, MathF.Abs(bias) / MostBias / inputStep);
        return scale >= MinimumNormal ? scale : 1;
    }

    /// <summary>The whole number nearest to w / scale, of two the even one.</summary>
    public static sbyte Round(float w, float scale, int most) => (sbyte)Math.Clamp(MathF.Round(w / scale), -most, most);

    /// <summary>The bias in steps of the single-precision product of both scales, as the sum that it is added to.</summary>
    public static int RoundBias(float bias, float inputStep, float scale) => (int)Math.Round((double)bias / (inputStep * scale));
}
