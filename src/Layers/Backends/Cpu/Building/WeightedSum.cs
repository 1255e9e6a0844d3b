using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>Sums of tensors of one shape with factors by channel.</summary>
internal static unsafe class WeightedSum<S, V>
    where S : struct, ISimd<V>
{
    /// <summary>
    /// dst (+)= offset + Σ_k factors_k · x_k, where x_k lies <paramref name="places"/>[k] floats after <paramref name="x"/>. Each tensor is
    /// prefetched <paramref name="ahead"/> floats before it is read.
    /// </summary>
    /// <param name="x">From where the tensors' places are counted.</param>
    /// <param name="places">[count].</param>
    /// <param name="factors">[count][pattern].</param>
    /// <param name="offset">[pattern].</param>
    /// <param name="count">Tensors: few, as each is a stream of memory.</param>
    /// <param name="pattern">Floats in a channel pattern, whole fours of vectors.</param>
    /// <param name="length">Floats.</param>
    /// <param name="ahead">Floats.</param>
    /// <param name="dst">[length].</param>
    /// <param name="accumulate">Whether they are added to dst.</param>
    public static void Run(float* x, nint* places, float* factors, float* offset, int count, int pattern, int length, nint ahead,
        float* dst, bool accumulate)
    {
        int i = 0, j = 0;
        // Addresses are computed once for four vectors.
        for (; i <= length - 4 * S.Width; i += 4 * S.Width, j += 4 * S.Width)
        {
            if (j == pattern) j = 0;
            var sum = FourVectors<S, V>.Load(offset + j, S.Width);
            for (var k = 0; k < count; k++)
            {
                var term = x + places[k] + i;
                PrefetchL2.Fetch(term + ahead, 4 * S.Width);
                sum.Add(FourVectors<S, V>.Load(term, S.Width), FourVectors<S, V>.Load(factors + (nint)k * pattern + j, S.Width));
            }

            if (accumulate) sum.Add(FourVectors<S, V>.Load(dst + i, S.Width));
            sum.Store(dst + i, S.Width);
        }

        for (j = j == pattern ? 0 : j; i < length; i += S.Width, j += S.Width)
        {
            var sum = S.Load(offset + j);
            for (var k = 0; k < count; k++) sum = S.MultiplyAdd(S.Load(x + places[k] + i), S.Load(factors + (nint)k * pattern + j), sum);
            LaneStores<S, V>.Put(sum, dst + i, Math.Min(S.Width, length - i), accumulate);
        }
    }
}
