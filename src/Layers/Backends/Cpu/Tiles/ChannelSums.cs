using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Tiles;

/// <summary>Sums per channel over runs of pixels.</summary>
internal static unsafe class ChannelSums<S, V>
    where S : struct, ISimd<V>
    where V : struct
{
    /// <summary>
    /// dst = z, sums[0] += Σ z, sums[1] += Σ z² by channel pattern.
    /// </summary>
    public static void Squares(float* z, float* dst, int length, int period, float* sums)
    {
        var (whole, pattern) = (length / S.Width * S.Width, period * S.Width);
        for (var phase = 0; phase < pattern && phase < whole; phase += S.Width)
        {
            var (sum, squares) = (S.Load(sums + phase), S.Load(sums + pattern + phase));
            for (var i = phase; i < whole; i += pattern)
            {
                var value = S.Load(z + i);
                S.Store(value, dst + i);
                sum = S.Add(sum, value);
                squares = S.MultiplyAdd(value, value, squares);
            }

            S.Store(sum, sums + phase);
            S.Store(squares, sums + pattern + phase);
        }

        for (var i = whole; i < length; i++)
        {
            dst[i] = z[i];
            sums[i % pattern] += z[i];
            sums[pattern + i % pattern] += z[i] * z[i];
        }
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
}
