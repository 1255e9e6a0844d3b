using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests.Fused;

/// <summary>
/// Computes for every number the magnitude M to which its rounding error is relative: of an input its size, of a sum Σ|terms|, of what
/// follows from several numbers the first order in the errors of each. A sum of products of magnitudes is that already, so that only what
/// subtracts, divides or chooses is written anew here. The statistics themselves are those of an exact run of the same calls.
/// </summary>
internal sealed class MagnitudeBackend(Queue<ExactStatistics> exact) : ReferenceBackend<double>
{
    private readonly Dictionary<BatchNormState<double>, ExactStatistics> known = new(ReferenceEqualityComparer.Instance);

    public override void Upload<TElement>(ReadOnlySpan<TElement> source, Tensor<TElement> dst)
    {
        if (source is { IsEmpty: false } && source[0] is double)
        {
            var sizes = source.ToArray();
            foreach (ref var value in sizes.AsSpan()) value = (TElement)(object)Math.Abs((double)(object)value);
            base.Upload<TElement>(sizes, dst);
            return;
        }

        base.Upload(source, dst);
    }

    // The variance may be a difference of the moments Σz² and (Σz)², whose terms are as large as the mean square.
    public override void NormalizationStatistics(Tensor<double> src, BatchNormState<double> norm)
    {
        var statistics = known[norm] = exact.Dequeue();
        var (z, count) = (Read(src), src.Shape.N * src.Shape.Pixels);
        var (sums, squares) = (new double[norm.Channels], new double[norm.Channels]);
        for (var i = 0; i < z.Length; i++)
        {
            sums[Channel(src, i)] += z[i];
            squares[Channel(src, i)] += z[i] * z[i];
        }

        var (runningMean, runningVariance, inverse) = (Read(norm.RunningMean), Read(norm.RunningVariance), new double[norm.Channels]);
        for (var c = 0; c < norm.Channels; c++)
        {
            (sums[c], squares[c]) = (sums[c] / count, squares[c] / count);
            var s = statistics.InverseDeviation[c];
            inverse[c] = s + s * s * s * squares[c];
            runningMean[c] = 0.9 * runningMean[c] + 0.1 * sums[c];
            runningVariance[c] = 0.9 * runningVariance[c] + 0.1 * 2 * squares[c] * count / Math.Max(count - 1, 1);
        }

        Upload<double>(sums, norm.Mean);
        Upload<double>(inverse, norm.InverseDeviation);
        Upload<double>(runningMean, norm.RunningMean);
        Upload<double>(runningVariance, norm.RunningVariance);
    }

    public override void NormalizationForward(Tensor<double> src, BatchNormState<double> norm, Tensor<double> dst) =>
        Upload<double>(Normalized(src, norm), dst);

    public override void NormalizationGradient(DeferredBatchNorm<double> v, Tensor<double>? weights, int index, Tensor<double>? diffWeights)
    {
        var (shape, norm) = (v.Value.Shape, v.Norm);
        var (normalized, dy, mean) = (Normalized(v.Value, norm), Read(v.Diff!), Read(norm.Mean));
        var (sums, products) = (new double[shape.C], new double[shape.C]);
        for (var i = 0; i < dy.Length; i++)
        {
            sums[Channel(v.Value, i)] += dy[i];
            products[Channel(v.Value, i)] += dy[i] * normalized[i];
        }

        var weight = weights is null ? 1 : Read(weights)[index];
        var (diffScale, valueScale, offset) = (new double[shape.C], new double[shape.C], new double[shape.C]);
        for (var c = 0; c < shape.C; c++)
        {
            var (s, error, largest) = Deviation(norm, c);
            var scale = weight * s / shape.N / shape.Pixels;
            diffScale[c] = weight * s * (1 + error);
            valueScale[c] = scale * s * (products[c] + 2 * error * largest * sums[c]);
            offset[c] = scale * sums[c] * (1 + error) + 2 * valueScale[c] * mean[c];
        }

        Upload<double>(diffScale, v.Gradient.Dy);
        Upload<double>(valueScale, v.Gradient.Z);
        Upload<double>(offset, v.Gradient.Constant);
        if (diffWeights is null) return;
        var all = Read(diffWeights);
        all[index] += products.Sum();
        Upload<double>(all, diffWeights);
    }

    /// <summary>Every place of a window may have been the largest.</summary>
    public override void MaxPoolBackward(Tensor<double> diffDst, Tensor<byte> indices, Tensor<double> diffSrc, Window2D window,
        bool accumulate)
    {
        var (dst, src) = (diffDst.Shape, diffSrc.Shape);
        var (dy, dx) = (Read(diffDst), accumulate ? Read(diffSrc) : new double[src.Count]);
        for (var i = 0; i < dy.Length; i++)
        {
            var (plane, h, w) = (i / dst.Pixels, i / dst.W % dst.H * window.StrideH - window.PaddingH,
                i % dst.W * window.StrideW - window.PaddingW);
            for (var y = Math.Max(h, 0); y < Math.Min(h + window.KernelH, src.H); y++)
                for (var x = Math.Max(w, 0); x < Math.Min(w + window.KernelW, src.W); x++)
                    dx[(plane * src.H + y) * src.W + x] += dy[i];
        }

        Upload<double>(dx, diffSrc);
    }

    private double[] Normalized(Tensor<double> src, BatchNormState<double> norm)
    {
        var (z, mean) = (Read(src), Read(norm.Mean));
        for (var i = 0; i < z.Length; i++)
        {
            var c = Channel(src, i);
            var (s, error, largest) = Deviation(norm, c);
            z[i] = (z[i] + mean[c]) * s + error * largest;
        }

        return z;
    }

    /// <summary>1/σ of a channel, its error relative to it in units of rounding, and the largest |ẑ|; given ones are exact.</summary>
    private (double Inverse, double Error, double Largest) Deviation(BatchNormState<double> norm, int c)
    {
        var inverse = Read(norm.InverseDeviation)[c];
        if (!known.TryGetValue(norm, out var statistics)) return (inverse, 0, 0);
        var s = statistics.InverseDeviation[c];
        return (s, inverse / s - 1, statistics.LargestNormalized[c]);
    }

    private static int Channel(Tensor<double> t, int i) => (int)(i / t.Shape.Pixels % t.Shape.C);

    private double[] Read(Tensor<double> tensor)
    {
        var values = new double[tensor.Shape.Count];
        Download(tensor, values.AsSpan());
        return values;
    }
}
