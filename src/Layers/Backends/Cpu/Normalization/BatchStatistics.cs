using System.Numerics;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Normalization;

/// <summary>Turns sums of images, added by the tree of the leaves in double precision, into batch-norm statistics and gradients.</summary>
internal static unsafe class BatchStatistics
{
    /// <summary>
    /// Merges <paramref name="sums"/>: [images][Σd, Σd², shift][C], each over the pixels of an image, into mean and Σ(z − mean)² in its
    /// first two rows: by images within a group, then by the tree of the groups. Reads whole vectors, up to one after the last row.
    /// </summary>
    public static void Merge(double* sums, ImageGroups groups, int channels, int pixels)
    {
        var row = 3 * (nint)channels;
        for (var g = 0; g < groups.Count; g++)
            MergeGroup(sums + groups.First(g) * row, groups.First(g + 1) - groups.First(g), channels, pixels, sums + groups.First(g) * row);
        for (var step = 1; step < groups.Count; step *= 2)
            for (var g = 0; g < groups.Count; g += 2 * step)
            {
                var (first, second, end) = (groups.First(g), groups.First(g + step), groups.First(g + 2 * step));
                BatchLeaves.MergeMoments(
                    sums + first * row, (second - first) * (double)pixels, sums + second * row, (end - second) * (double)pixels, channels);
            }
    }

    // Images of equally many values, so that means are means of means.
    private static void MergeGroup(double* sums, int images, int channels, int pixels, double* merged)
    {
        var (row, each, inverse) = (3 * (nint)channels, (double)pixels, 1.0 / pixels);
        double* means = stackalloc double[channels + Vector<double>.Count], squares = stackalloc double[channels + Vector<double>.Count];
        for (var c = 0; c < channels; c += Vector<double>.Count)
        {
            double* plain = sums + c, square = plain + channels, shift = square + channels;
            Vector<double> mean = default, total = default;
            for (var i = 0; i < images; i++) mean += Vector.Load(shift + i * row) + Vector.Load(plain + i * row) * inverse;
            mean /= images;
            for (var i = 0; i < images; i++)
            {
                var offset = Vector.Load(plain + i * row) * inverse;
                var apart = Vector.Load(shift + i * row) + offset - mean;
                total += Vector.Load(square + i * row) + each * (apart * apart - offset * offset);
            }

            Vector.Store(mean, means + c);
            Vector.Store(total, squares + c);
        }

        new Span<double>(means, channels).CopyTo(new Span<double>(merged, channels));
        new Span<double>(squares, channels).CopyTo(new Span<double>(merged + channels, channels));
    }

    /// <summary>Makes merged sums the active statistics and updates the running ones.</summary>
    /// <param name="merged">[mean, Σ(z − mean)²][C].</param>
    /// <param name="count">Values of a channel in the batch.</param>
    /// <param name="norm">Whose statistics they are.</param>
    public static void Apply(double* merged, double count, BatchNormState<float> norm)
    {
        var mean = (float*)norm.Mean.Address;
        var inverse = (float*)norm.InverseDeviation.Address;
        var runningMean = (float*)norm.RunningMean.Address;
        var runningVariance = (float*)norm.RunningVariance.Address;
        for (var c = 0; c < norm.Channels; c++)
        {
            var squares = Math.Max(merged[norm.Channels + c], 0);
            mean[c] = (float)merged[c];
            inverse[c] = (float)(1 / Math.Sqrt(squares / count + BatchNormState<float>.Epsilon));
            runningMean[c] = UpdateRunning(runningMean[c], merged[c]);
            runningVariance[c] = UpdateRunning(runningVariance[c], squares / Math.Max(count - 1, 1));
        }
    }

    /// <summary>
    /// The three vectors of dz for the loss through weight · BN(z) from <paramref name="sums"/> over the batch: [Σdy, Σdy·ẑ][C].
    /// Returns Σ_c Σdy·ẑ.
    /// </summary>
    public static double Gradient(double* sums, BatchLeaves leaves, DeferredBatchNorm<float> v, double weight)
    {
        var shape = v.Value.Shape;
        var count = (double)leaves.WholeOf(shape.N) * shape.Pixels;
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

    private static float UpdateRunning(float running, double batch) =>
        (float)((1 - BatchNormState<float>.Momentum) * running + BatchNormState<float>.Momentum * batch);
}
