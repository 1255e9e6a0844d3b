using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Reference;

public unsafe partial class ReferenceBackend<T>
{
    /// <inheritdoc/>
    public override void NormalizationStatistics(Tensor<T> src, BatchNormState<T> norm)
    {
        var shape = src.Shape;
        var x = Values(src);
        var count = (double)shape.N * shape.Pixels;
        for (var c = 0; c < shape.C; c++)
        {
            double sum = 0, squares = 0;
            for (var n = 0; n < shape.N; n++)
                foreach (var value in Plane(x, shape, n, c)) sum += D(value);
            var mean = sum / count;
            for (var n = 0; n < shape.N; n++)
                foreach (var value in Plane(x, shape, n, c)) squares += (D(value) - mean) * (D(value) - mean);
            Values(norm.Mean)[c] = R(mean);
            Values(norm.InverseDeviation)[c] = R(1 / Math.Sqrt(squares / count + BatchNormState<T>.Epsilon));
            Running(norm.RunningMean, c, mean);
            // A single value has no unbiased variance; the biased one (zero) keeps the statistics finite.
            Running(norm.RunningVariance, c, squares / Math.Max(count - 1, 1));
        }
    }

    /// <inheritdoc/>
    public override void NormalizationInference(BatchNormState<T> norm)
    {
        Copy(norm.RunningMean, norm.Mean);
        for (var c = 0; c < norm.Channels; c++)
            Values(norm.InverseDeviation)[c] = R(1 / Math.Sqrt(D(Values(norm.RunningVariance)[c]) + BatchNormState<T>.Epsilon));
    }

    /// <inheritdoc/>
    public override void NormalizationForward(Tensor<T> src, BatchNormState<T> norm, Tensor<T> dst)
    {
        var shape = src.Shape;
        for (var n = 0; n < shape.N; n++)
            for (var c = 0; c < shape.C; c++)
            {
                var (mean, inverse) = Active(norm, c);
                var (scale, shift) = (Affine(norm.Scale, c, 1), Affine(norm.Shift, c, 0));
                var (x, y) = (Plane(Values(src), shape, n, c), Plane(Values(dst), shape, n, c));
                for (var i = 0; i < x.Length; i++) y[i] = R(scale * (D(x[i]) - mean) * inverse + shift);
            }
    }

    /// <inheritdoc/>
    public override void NormalizationBackward(
        Tensor<T> src, BatchNormState<T> norm, Tensor<T> diffDst, Tensor<T> diffSrc, bool accumulate, bool weightGradients)
    {
        var shape = src.Shape;
        for (var c = 0; c < shape.C; c++)
        {
            var (sum, product) = GradientSums(src, Active(norm, c), diffDst, c);
            if (weightGradients && norm.Scale is { } scale)
            {
                Store(ref Values(scale.Diff!)[c], product, accumulate: true);
                Store(ref Values(norm.Shift!.Diff!)[c], sum, accumulate: true);
            }

            var (factor, valueScale, offset) = Coefficients(Active(norm, c), Affine(norm.Scale, c, 1), sum, product,
                (double)shape.N * shape.Pixels);
            for (var n = 0; n < shape.N; n++)
            {
                var (x, dy, dx) = (Plane(Values(src), shape, n, c), Plane(Values(diffDst), shape, n, c),
                    Plane(Values(diffSrc), shape, n, c));
                for (var i = 0; i < x.Length; i++) Store(ref dx[i], factor * D(dy[i]) + valueScale * D(x[i]) + offset, accumulate);
            }
        }
    }

    /// <inheritdoc/>
    public override void NormalizationGradient(DeferredBatchNorm<T> v, Tensor<T>? weights, int index, Tensor<T>? diffWeights)
    {
        var shape = v.Value.Shape;
        var weight = weights is null ? 1 : D(Values(weights)[index]);
        double total = 0;
        for (var c = 0; c < shape.C; c++)
        {
            var (mean, inverse) = Active(v.Norm, c);
            // After a batch norm that was applied in place, ẑ is its own normalised value and the deviation is one more factor.
            var statistics = v.Applied ? (0, 1) : (mean, inverse);
            var (sum, product) = GradientSums(v.Value, statistics, v.Diff!, c);
            total += product;
            var factor = v.Applied ? weight * inverse : weight;
            var (diffScale, valueScale, offset) = Coefficients(statistics, factor, sum, product, (double)shape.N * shape.Pixels);
            Values(v.Gradient.Dy)[c] = R(diffScale);
            Values(v.Gradient.Z)[c] = R(valueScale);
            Values(v.Gradient.Constant)[c] = R(offset);
        }

        if (diffWeights is not null) Store(ref Values(diffWeights)[index], total, accumulate: true);
    }

    /// <inheritdoc/>
    public override void NormalizationDiff(ReadOnlySpan<DeferredBatchNorm<T>> values, Tensor<T> diffSrc, bool accumulate)
    {
        var shape = diffSrc.Shape;
        if (!accumulate) Fill(diffSrc, T.Zero);
        foreach (var v in values)
            for (var n = 0; n < shape.N; n++)
                for (var c = 0; c < shape.C; c++)
                {
                    var (a, b, offset) = (D(Values(v.Gradient.Dy)[c]), D(Values(v.Gradient.Z)[c]), D(Values(v.Gradient.Constant)[c]));
                    var (z, dy, dz) = (Plane(Values(v.Value), shape, n, c), Plane(Values(v.Diff!), shape, n, c),
                        Plane(Values(diffSrc), shape, n, c));
                    for (var i = 0; i < z.Length; i++) Store(ref dz[i], a * D(dy[i]) + b * D(z[i]) + offset, accumulate: true);
                }
    }

    /// <summary>Σ dy and Σ dy·ẑ of one channel.</summary>
    private static (double Sum, double Product) GradientSums(Tensor<T> src, (double Mean, double Inverse) statistics, Tensor<T> diffDst,
        int c)
    {
        var shape = src.Shape;
        var (mean, inverse) = statistics;
        double sum = 0, product = 0;
        for (var n = 0; n < shape.N; n++)
        {
            var (x, dy) = (Plane(Values(src), shape, n, c), Plane(Values(diffDst), shape, n, c));
            for (var i = 0; i < x.Length; i++)
            {
                sum += D(dy[i]);
                product += D(dy[i]) * (D(x[i]) - mean) * inverse;
            }
        }

        return (sum, product);
    }

    /// <summary>dz = weight/σ · (dy − mean(dy) − ẑ·mean(dy·ẑ)) as a·dy + b·z + offset.</summary>
    private static (double Dy, double Z, double Constant) Coefficients(
        (double Mean, double Inverse) statistics, double weight, double sum, double product, double count)
    {
        var (mean, inverse) = statistics;
        var valueScale = -weight * inverse * inverse * product / count;
        return (weight * inverse, valueScale, -weight * inverse * sum / count - valueScale * mean);
    }

    private static (double Mean, double Inverse) Active(BatchNormState<T> norm, int c) =>
        (D(Values(norm.Mean)[c]), D(Values(norm.InverseDeviation)[c]));

    private static double Affine(Tensor<T>? vector, int c, double absent) => vector is null ? absent : D(Values(vector)[c]);

    private static void Running(Tensor<T> running, int c, double batch) =>
        Values(running)[c] = R((1 - BatchNormState<T>.Momentum) * D(Values(running)[c]) + BatchNormState<T>.Momentum * batch);

    private static Values<T> Plane(Values<T> values, Shape shape, int n, int c) =>
        values.Slice((n * shape.C + c) * shape.Pixels, shape.Pixels);
}
