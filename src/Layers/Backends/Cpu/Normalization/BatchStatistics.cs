using System.Numerics;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Normalization;

/// <summary>Turns per-item sums, added in item order in double precision, into batch-norm statistics and gradient vectors.</summary>
internal static unsafe class BatchStatistics
{
    /// <summary>
    /// Merges <paramref name="sums"/>: [items][Σd, Σd², shift][C] of equally many values into mean and Σ(z − mean)² in its first two
    /// rows (Chan, Golub and LeVeque 1983). Reads whole vectors, up to one after the last row.
    /// </summary>
    public static void Merge(double* sums, int items, Shape shape)
    {
        var (channels, each) = (shape.C, (double)shape.N * shape.Pixels / items);
        var (row, inverse) = (3 * (nint)channels, 1 / each);
        double* means = stackalloc double[channels + Vector<double>.Count], squares = stackalloc double[channels + Vector<double>.Count];
        for (var c = 0; c < channels; c += Vector<double>.Count)
        {
            double* plain = sums + c, square = plain + channels, shift = square + channels;
            Vector<double> mean = default, total = default;
            for (var i = 0; i < items; i++) mean += Vector.Load(shift + i * row) + Vector.Load(plain + i * row) * inverse;
            mean /= items;
            for (var i = 0; i < items; i++)
            {
                var offset = Vector.Load(plain + i * row) * inverse;
                var apart = Vector.Load(shift + i * row) + offset - mean;
                total += Vector.Load(square + i * row) + each * (apart * apart - offset * offset);
            }

            Vector.Store(mean, means + c);
            Vector.Store(total, squares + c);
        }

        new Span<double>(means, channels).CopyTo(new Span<double>(sums, channels));
        new Span<double>(squares, channels).CopyTo(new Span<double>(sums + channels, channels));
    }

    /// <summary>Makes merged sums the active statistics and updates the running ones.</summary>
    public static void Apply(double* merged, Shape shape, BatchNormState<float> norm)
    {
        var count = (double)shape.N * shape.Pixels;
        var mean = (float*)norm.Mean.Address;
        var inverse = (float*)norm.InverseDeviation.Address;
        var runningMean = (float*)norm.RunningMean.Address;
        var runningVariance = (float*)norm.RunningVariance.Address;
        for (var c = 0; c < shape.C; c++)
        {
            var squares = Math.Max(merged[shape.C + c], 0);
            mean[c] = (float)merged[c];
            inverse[c] = (float)(1 / Math.Sqrt(squares / count + BatchNormState<float>.Epsilon));
            runningMean[c] = UpdateRunning(runningMean[c], merged[c]);
            runningVariance[c] = UpdateRunning(runningVariance[c], squares / Math.Max(count - 1, 1));
        }
    }

    /// <summary>
    /// The three vectors of dz for the loss through weight · BN(z) from <paramref name="sums"/>: [items][Σdy, Σdy·ẑ][C].
    /// Returns Σ_c Σdy·ẑ.
    /// </summary>
    public static double Gradient(double* sums, int items, DeferredBatchNorm<float> v, double weight)
    {
        var shape = v.Value.Shape;
        Add(sums, items, 2 * shape.C);
        var count = (double)shape.N * shape.Pixels;
        var mean = (float*)v.Norm.Mean.Address;
        var inverse = (float*)v.Norm.InverseDeviation.Address;
        double total = 0;
        for (var c = 0; c < shape.C; c++)
        {
            // After a batch norm that was applied in place, ẑ is its own normalised value and the deviation is one more factor.
            Put(v.Gradient, c, v.Applied
                ? Factors(0, 1, weight * inverse[c], sums[c], sums[shape.C + c], count)
                : Factors(mean[c], inverse[c], weight, sums[c], sums[shape.C + c], count));
            total += sums[shape.C + c];
        }

        return total;
    }

    /// <summary>
    /// The three numbers of <see cref="BatchNormGradient{T}"/> for a channel of <paramref name="count"/> values; sum: Σdy, product: Σdy·ẑ.
    /// </summary>
    public static (float Dy, float Z, float Constant) Factors(double mean, double inverse, double weight, double sum, double product,
        double count)
    {
        var z = -weight * inverse * inverse * product / count;
        return ((float)(weight * inverse), (float)z, (float)(-weight * inverse * sum / count - z * mean));
    }

    /// <summary>Writes them.</summary>
    public static void Put(BatchNormGradient<float> gradient, int c, (float Dy, float Z, float Constant) factors)
    {
        gradient.Dy.Data()[c] = factors.Dy;
        gradient.Z.Data()[c] = factors.Z;
        gradient.Constant.Data()[c] = factors.Constant;
    }

    /// <summary>Adds the items' vectors to the first, in order.</summary>
    public static void Add(double* sums, int items, int length)
    {
        var j = 0;
        for (; j <= length - Vector<double>.Count; j += Vector<double>.Count)
        {
            var sum = Vector.Load(sums + j);
            for (var i = 1; i < items; i++) sum += Vector.Load(sums + (nint)i * length + j);
            Vector.Store(sum, sums + j);
        }

        for (; j < length; j++)
            for (var i = 1; i < items; i++) sums[j] += sums[(nint)i * length + j];
    }

    private static float UpdateRunning(float running, double batch) =>
        (float)((1 - BatchNormState<float>.Momentum) * running + BatchNormState<float>.Momentum * batch);
}
