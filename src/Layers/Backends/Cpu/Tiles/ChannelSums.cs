using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Tiles;

/// <summary>Sums per channel over runs of pixels.</summary>
internal static unsafe class ChannelSums<S, V>
    where S : struct, ISimd<V>
    where V : struct
{
    /// <summary>
    /// dst = z, sums[0] += Σ d, sums[1] += Σ d² by channel pattern, where d = z − shift and sums[2] is the shift: some value of z, so
    /// that a mean far from zero costs no digits.
    /// </summary>
    public static void Squares(float* z, float* dst, int length, int period, float* sums)
    {
        var (whole, pattern) = (length / S.Width * S.Width, period * S.Width);
        for (var phase = 0; phase < pattern && phase < whole; phase += S.Width)
        {
            var (sum, squares, shift) = (S.Load(sums + phase), S.Load(sums + pattern + phase), S.Load(sums + 2 * pattern + phase));
            for (var i = phase; i < whole; i += pattern)
            {
                var value = S.Load(z + i);
                S.Store(value, dst + i);
                value = S.Subtract(value, shift);
                sum = S.Add(sum, value);
                squares = S.MultiplyAdd(value, value, squares);
            }

            S.Store(sum, sums + phase);
            S.Store(squares, sums + pattern + phase);
        }

        for (var i = whole; i < length; i++)
        {
            dst[i] = z[i];
            var value = z[i] - sums[2 * pattern + i % pattern];
            sums[i % pattern] += value;
            sums[pattern + i % pattern] += value * value;
        }
    }

    /// <summary>Starts sums for an image whose first pixel is at <paramref name="z"/>.</summary>
    public static void Start(float* z, int channels, int period, float* sums)
    {
        var pattern = period * S.Width;
        new Span<float>(sums, 2 * pattern).Clear();
        ChannelPattern.Fill(sums + 2 * pattern, z, channels, pattern);
    }

    /// <summary>The sums by channel: totals: [Σd, Σd², shift][C].</summary>
    public static void Total(float* sums, int channels, int period, double* totals)
    {
        var pattern = period * S.Width;
        new Span<double>(totals, 2 * channels).Clear();
        ChannelPattern.Fold(sums, totals, channels, pattern);
        ChannelPattern.Fold(sums + pattern, totals + channels, channels, pattern);
        for (var c = 0; c < channels; c++) totals[2 * channels + c] = sums[2 * pattern + c];
    }

    /// <summary>sums[0] += Σ d, sums[1] += Σ d·x by channel pattern, over whole vectors.</summary>
    public static void Products(float* d, float* x, int vectors, int period, float* sums)
    {
        var (whole, pattern) = (vectors * S.Width, period * S.Width);
        for (var phase = 0; phase < pattern && phase < whole; phase += S.Width)
        {
            var (sum, products) = (S.Load(sums + phase), S.Load(sums + pattern + phase));
            for (var i = phase; i < whole; i += pattern)
            {
                var value = S.Load(d + i);
                sum = S.Add(sum, value);
                products = S.MultiplyAdd(value, S.Load(x + i), products);
            }

            S.Store(sum, sums + phase);
            S.Store(products, sums + pattern + phase);
        }
    }

    /// <summary>sums += Σ x by channel pattern.</summary>
    public static void Sum(float* x, int length, int period, float* sums)
    {
        var (whole, pattern) = (length / S.Width * S.Width, period * S.Width);
        for (var phase = 0; phase < pattern && phase < whole; phase += S.Width)
        {
            var sum = S.Load(sums + phase);
            for (var i = phase; i < whole; i += pattern) sum = S.Add(sum, S.Load(x + i));
            S.Store(sum, sums + phase);
        }

        for (var i = whole; i < length; i++) sums[i % pattern] += x[i];
    }

    /// <summary>sums += Σ d·(x − mean) by channel pattern.</summary>
    public static void Centred(float* d, float* x, int length, int period, float* mean, float* sums)
    {
        var (whole, pattern) = (length / S.Width * S.Width, period * S.Width);
        for (var phase = 0; phase < pattern && phase < whole; phase += S.Width)
        {
            var (m, even, odd, i) = (S.Load(mean + phase), S.Load(sums + phase), S.Zero, phase);
            for (; i < whole - pattern; i += 2 * pattern)
            {
                even = S.MultiplyAdd(S.Load(d + i), S.Subtract(S.Load(x + i), m), even);
                odd = S.MultiplyAdd(S.Load(d + i + pattern), S.Subtract(S.Load(x + i + pattern), m), odd);
            }

            if (i < whole) even = S.MultiplyAdd(S.Load(d + i), S.Subtract(S.Load(x + i), m), even);
            S.Store(S.Add(even, odd), sums + phase);
        }

        for (var i = whole; i < length; i++) sums[i % pattern] += d[i] * (x[i] - mean[i % pattern]);
    }
}
