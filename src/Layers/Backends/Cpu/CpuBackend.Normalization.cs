using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Kernels;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu;

internal sealed unsafe partial class CpuBackend<S, V>
{
    /// <inheritdoc/>
    public override void NormalizationStatistics(Tensor<float> src, BatchNormState<float> norm)
    {
        var (channels, period, count) = Pixels(src);
        var pivot = shared.Floats(period);
        // Sums about the first pixel rather than about zero: a mean that is large against the deviation would cancel the variance.
        ChannelPattern.Fill(pivot, P(src), channels, period);
        var sums = Sums(new Deviations(P(src), pivot), src);
        for (var c = 0; c < channels; c++)
        {
            var shift = sums.First[c] / count;
            var mean = pivot[c] + shift;
            var variance = Math.Max(sums.Second[c] / count - shift * shift, 0);
            P(norm.Mean)[c] = (float)mean;
            P(norm.InverseDeviation)[c] = (float)(1 / Math.Sqrt(variance + BatchNormState<float>.Epsilon));
            Running(ref P(norm.RunningMean)[c], mean);
            // A single value has no unbiased variance; the biased one (zero) keeps the statistics finite.
            Running(ref P(norm.RunningVariance)[c], variance * count / Math.Max(count - 1, 1));
        }
    }

    /// <inheritdoc/>
    public override void NormalizationInference(BatchNormState<float> norm)
    {
        for (var c = 0; c < norm.Channels; c++)
        {
            P(norm.Mean)[c] = P(norm.RunningMean)[c];
            P(norm.InverseDeviation)[c] = (float)(1 / Math.Sqrt(P(norm.RunningVariance)[c] + BatchNormState<float>.Epsilon));
        }
    }

    /// <inheritdoc/>
    public override void NormalizationForward(Tensor<float> src, BatchNormState<float> norm, Tensor<float> dst)
    {
        var (channels, period, _) = Pixels(src);
        float* mean = shared.Floats(3L * period), scale = mean + period, shift = scale + period;
        for (var c = 0; c < channels; c++)
        {
            mean[c] = P(norm.Mean)[c];
            scale[c] = P(norm.InverseDeviation)[c] * (norm.Scale is null ? 1 : P(norm.Scale)[c]);
            shift[c] = norm.Shift is null ? 0 : P(norm.Shift)[c];
        }

        RepeatInPlace(mean, 3, channels, period);
        Each(new Normalized(P(src), mean, scale, shift, P(dst)), src.Shape.Count, period);
    }

    /// <inheritdoc/>
    public override void NormalizationBackward(
        Tensor<float> src, BatchNormState<float> norm, Tensor<float> diffDst, Tensor<float> diffSrc, bool accumulate, bool weightGradients)
    {
        var (channels, period, count) = Pixels(src);
        var sums = GradientSums(src, norm, diffDst);
        float* diffScale = shared.Floats(3L * period), valueScale = diffScale + period, offset = valueScale + period;
        for (var c = 0; c < channels; c++)
        {
            if (weightGradients && norm.Scale is { } scale)
            {
                P(scale.Diff!)[c] += (float)sums.Second[c];
                P(norm.Shift!.Diff!)[c] += (float)sums.First[c];
            }

            var weight = norm.Scale is null ? 1.0 : P(norm.Scale)[c];
            (diffScale[c], valueScale[c], offset[c]) =
                Coefficients(P(norm.Mean)[c], P(norm.InverseDeviation)[c], weight, sums.First[c], sums.Second[c], count);
        }

        RepeatInPlace(diffScale, 3, channels, period);
        Each(new NormalizedDiff(P(src), P(diffDst), diffScale, valueScale, offset, P(diffSrc), accumulate), src.Shape.Count, period);
    }

    /// <inheritdoc/>
    public override void NormalizationGradient(DeferredBatchNorm<float> v, Tensor<float>? weights, int index, Tensor<float>? diffWeights)
    {
        var (channels, _, count) = Pixels(v.Value);
        var sums = GradientSums(v.Value, v.Norm, v.Diff!, v.Applied);
        var weight = weights is null || index < 0 ? 1.0 : P(weights)[index];
        double total = 0;
        for (var c = 0; c < channels; c++)
        {
            total += sums.Second[c];
            double mean = P(v.Norm.Mean)[c], inverse = P(v.Norm.InverseDeviation)[c];
            // Behind a batch norm that was applied in place, ẑ is its own normalised value and the deviation is one more factor.
            (P(v.Gradient.Dy)[c], P(v.Gradient.Z)[c], P(v.Gradient.Constant)[c]) = v.Applied
                ? Coefficients(0, 1, weight * inverse, sums.First[c], sums.Second[c], count)
                : Coefficients(mean, inverse, weight, sums.First[c], sums.Second[c], count);
        }

        if (diffWeights is not null && index >= 0) P(diffWeights)[index] += (float)total;
    }

    /// <inheritdoc/>
    public override void AffineGradient(DeferredBatchNorm<float> v, Tensor<float> diffDst, Tensor<float> scratch, bool weightGradients)
    {
        // The consumer applies the vectors while it loads, so the gradient in front of the batch norm is never written.
        var (channels, _, count) = Pixels(v.Value);
        var sums = GradientSums(v.Value, v.Norm, diffDst);
        v.Diff = diffDst;
        for (var c = 0; c < channels; c++)
        {
            if (weightGradients && v.Norm.Scale is { } scale)
            {
                P(scale.Diff!)[c] += (float)sums.Second[c];
                P(v.Norm.Shift!.Diff!)[c] += (float)sums.First[c];
            }

            (P(v.Gradient.Dy)[c], P(v.Gradient.Z)[c], P(v.Gradient.Constant)[c]) = Coefficients(
                P(v.Norm.Mean)[c], P(v.Norm.InverseDeviation)[c], v.Norm.Scale is null ? 1 : P(v.Norm.Scale)[c], sums.First[c], sums.Second[c], count);
        }
    }

    /// <inheritdoc/>
    public override void NormalizationDiff(ReadOnlySpan<DeferredBatchNorm<float>> values, Tensor<float> diffSrc, bool accumulate)
    {
        if (values.IsEmpty && !accumulate) Fill(diffSrc, 0);
        var (channels, period, _) = Pixels(diffSrc);
        foreach (var v in values)
        {
            float* diffScale = shared.Floats(3L * period), valueScale = diffScale + period, offset = valueScale + period;
            ChannelPattern.Fill(diffScale, P(v.Gradient.Dy), channels, period);
            ChannelPattern.Fill(valueScale, P(v.Gradient.Z), channels, period);
            ChannelPattern.Fill(offset, P(v.Gradient.Constant), channels, period);
            Each(new NormalizedDiff(P(v.Value), P(v.Diff!), diffScale, valueScale, offset, P(diffSrc), accumulate), diffSrc.Shape.Count, period);
            accumulate = true;
        }
    }

    private static (int Channels, int Period, double Count) Pixels(Tensor<float> t) =>
        (t.Shape.C, ChannelPattern.Long<S, V>(t.Shape.C), (double)t.Shape.N * t.Shape.Pixels);

    /// <summary>Σ dy and Σ dy·ẑ of every channel.</summary>
    private SumPair GradientSums(Tensor<float> src, BatchNormState<float> norm, Tensor<float> diffDst, bool applied = false)
    {
        var (channels, period, _) = Pixels(src);
        var mean = shared.Floats(period);
        if (applied) new Span<float>(mean, period).Clear();
        else ChannelPattern.Fill(mean, P(norm.Mean), channels, period);
        var sums = Sums(new DiffProducts(P(src), P(diffDst), mean), src);
        if (applied) return sums;
        for (var c = 0; c < channels; c++) sums.Second[c] *= P(norm.InverseDeviation)[c];
        return sums;
    }

    private SumPair Sums<TTerms>(TTerms terms, Tensor<float> over)
        where TTerms : unmanaged, IChannelTerms<V>
    {
        var (channels, period, _) = Pixels(over);
        var totals = partials.Doubles(2L * channels + ChannelTotals<S, V, TTerms>.PartialsFor(channels, period));
        var sums = new ChannelTotals<S, V, TTerms>(terms, over.Shape.Count, channels, period, totals + 2 * channels);
        team.Run(sums.Items, ref sums);
        sums.Total(totals, totals + channels);
        return new SumPair(totals, totals + channels);
    }

    /// <summary>dz = weight/σ · (dy − mean(dy) − ẑ·mean(dy·ẑ)) as a·dy + b·z + offset.</summary>
    private static (float Dy, float Z, float Constant) Coefficients(
        double mean, double inverse, double weight, double sum, double product, double count)
    {
        var valueScale = -weight * inverse * inverse * product / count;
        return ((float)(weight * inverse), (float)valueScale, (float)(-weight * inverse * sum / count - valueScale * mean));
    }

    private static void RepeatInPlace(float* vectors, int count, int channels, int period)
    {
        for (var k = 0; k < count; k++, vectors += period)
            for (var p = channels; p < period; p++) vectors[p] = vectors[p - channels];
    }

    private static void Running(ref float running, double batch) =>
        running = (float)((1 - BatchNormState<float>.Momentum) * running + BatchNormState<float>.Momentum * batch);

    /// <summary>Two sums a channel: [C] each.</summary>
    private readonly struct SumPair(double* first, double* second)
    {
        public readonly double* First = first;
        public readonly double* Second = second;
    }

    // x: [N,H,W,C] float32, pivot: [period]
    private readonly struct Deviations(float* x, float* pivot) : IChannelTerms<V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V First(V sum, long i, int p) => S.Add(sum, S.Subtract(S.Load(x + i), S.Load(pivot + p)));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Second(V sum, long i, int p)
        {
            var deviation = S.Subtract(S.Load(x + i), S.Load(pivot + p));
            return S.MultiplyAdd(deviation, deviation, sum);
        }
    }

    // x, dy: [N,H,W,C] float32, mean: [period]
    private readonly struct DiffProducts(float* x, float* dy, float* mean) : IChannelTerms<V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V First(V sum, long i, int p) => S.Add(sum, S.Load(dy + i));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Second(V sum, long i, int p) => S.MultiplyAdd(S.Load(dy + i), S.Subtract(S.Load(x + i), S.Load(mean + p)), sum);
    }

    // x, y: [N,H,W,C] float32, mean, scale, shift: [period]
    private readonly struct Normalized(float* x, float* mean, float* scale, float* shift, float* y) : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(long i, int p, int count) =>
            Put(S.MultiplyAdd(S.Subtract(S.Load(x + i), S.Load(mean + p)), S.Load(scale + p), S.Load(shift + p)), y + i, count);
    }

    // x, dy, dx: [N,H,W,C] float32, diffScale, valueScale, offset: [period]
    private readonly struct NormalizedDiff(
        float* x, float* dy, float* diffScale, float* valueScale, float* offset, float* dx, bool accumulate) : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(long i, int p, int count)
        {
            var fromValue = S.MultiplyAdd(S.Load(valueScale + p), S.Load(x + i), S.Load(offset + p));
            Put(S.MultiplyAdd(S.Load(diffScale + p), S.Load(dy + i), fromValue), dx + i, count, accumulate);
        }
    }
}
