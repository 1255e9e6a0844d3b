using System.Numerics;

namespace MIOpenDarts.Layers.Backends.Cpu.Simd;

/// <summary>
/// A row of pixels with the channels innermost is one run of floats in which channel c comes back every C floats. Per-channel
/// numbers are therefore kept repeated up to lcm(C, width) floats: <see cref="Vectors"/> vectors, of which vector j of a run uses
/// number j mod <see cref="Vectors"/>. Pixels share vectors and nothing is padded.
/// </summary>
internal static unsafe class ChannelPattern
{
    /// <summary>Vectors in one pattern of <paramref name="channels"/> channels.</summary>
    public static int Vectors(int channels, int width)
    {
        var (a, b) = (channels, width);
        while (b != 0) (a, b) = (b, a % b);
        return channels / a;
    }

    /// <summary>Floats in the shortest pattern.</summary>
    public static int Shortest<S, V>(int channels)
        where S : struct, ISimd<V> => Vectors(channels, S.Width) * S.Width;

    /// <summary>Floats in whole patterns that are whole fours of vectors.</summary>
    public static int Long(int channels, int width) => Vectors(channels, 4 * width) * 4 * width;

    /// <summary>pattern[j] = values[j mod C] · factor.</summary>
    public static void Fill(float* pattern, float* values, int channels, int length, float factor = 1)
    {
        for (var j = 0; j < length; j += channels)
            for (var c = 0; c < channels && j + c < length; c++) pattern[j + c] = values[c] * factor;
    }

    /// <summary>Repeats the first <paramref name="channels"/> floats up to <paramref name="length"/>.</summary>
    public static void Repeat(float* pattern, int channels, int length)
    {
        for (var j = channels; j < length; j++) pattern[j] = pattern[j - channels];
    }

    /// <summary>sums[c] += Σ pattern[j] over the j that belong to channel c.</summary>
    public static void Fold(float* pattern, double* sums, int channels, int length)
    {
        for (var j = 0; j < length; j += channels)
        {
            var c = 0;
            for (; c <= channels - Vector<float>.Count; c += Vector<float>.Count)
            {
                Vector.Widen(Vector.Load(pattern + j + c), out var low, out var high);
                Vector.Store(Vector.Load(sums + c) + low, sums + c);
                Vector.Store(Vector.Load(sums + c + Vector<double>.Count) + high, sums + c + Vector<double>.Count);
            }

            for (; c < channels; c++) sums[c] += pattern[j + c];
        }
    }
}
