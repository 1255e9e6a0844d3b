using System.Runtime.Intrinsics;

namespace MIOpenDarts.Darts.Data;

/// <summary>
/// What each pixel of a scaled line is made of: the first pixel of the source that it reads, and weights from there on, which add up to
/// one.
/// </summary>
internal sealed class TriangleFilter
{
    private readonly int[] first;
    private readonly int[] start;
    private readonly float[] weights;

    /// <summary>A filter.</summary>
    /// <param name="size">Pixels of the source.</param>
    /// <param name="offset">Where the result begins, in pixels of the source.</param>
    /// <param name="scale">Pixels of the source for each of the result.</param>
    /// <param name="wanted">Pixels of the result.</param>
    public TriangleFilter(int size, double offset, double scale, int wanted)
    {
        var reach = Math.Max(scale, 1);
        (first, start) = (new int[wanted], new int[wanted + 1]);
        var most = (int)Math.Ceiling(2 * reach) + 2;
        weights = new float[wanted * most];
        var taps = new double[most];
        for (var i = 0; i < wanted; i++)
        {
            var centre = offset + (i + 0.5) * scale;
            first[i] = Math.Max((int)Math.Floor(centre - reach), 0);
            var count = Math.Min((int)Math.Ceiling(centre + reach), size) - first[i];
            double sum = 0;
            for (var k = 0; k < count; k++) sum += taps[k] = Math.Max(0, 1 - Math.Abs(first[i] + k + 0.5 - centre) / reach);
            for (var k = 0; k < count; k++) weights[start[i] + k] = (float)(taps[k] / sum);
            start[i + 1] = start[i] + count;
            MostTaps = Math.Max(MostTaps, count);
        }
    }

    /// <summary>Pixels of the result.</summary>
    public int Count => first.Length;

    /// <summary>The most pixels of the source that one of the result is made of.</summary>
    public int MostTaps { get; }

    /// <summary>The first pixel of the source that a pixel of the result reads.</summary>
    public int First(int index) => first[index];

    /// <summary>The weights of a pixel of the result.</summary>
    public ReadOnlySpan<float> Weights(int index) => weights.AsSpan(start[index], start[index + 1] - start[index]);

    /// <summary>Scales a line, each channel in a lane.</summary>
    public void Apply(ReadOnlySpan<Vector128<float>> source, Span<Vector128<float>> destination)
    {
        for (var x = 0; x < destination.Length; x++)
        {
            var taps = Weights(x);
            var pixels = source.Slice(first[x], taps.Length);
            var sum = Vector128<float>.Zero;
            for (var k = 0; k < taps.Length; k++) sum += Vector128.Create(taps[k]) * pixels[k];
            destination[x] = sum;
        }
    }
}
