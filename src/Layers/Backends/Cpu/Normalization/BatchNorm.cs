using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Elementwise;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Normalization;

/// <summary>Batch normalisation over whole tensors.</summary>
internal sealed unsafe class BatchNorm<S, V>(CpuContext context, ElementwiseOperations<S, V> elementwise)
    where S : struct, ISimd<V>
    where V : struct
{
    public void NormalizationStatistics(Tensor<float> src, BatchNormState<float> norm)
    {
        var (channels, period, count) = Pixels(src);
        var pivot = context.Shared.Floats(period);
        // Sums about the first pixel rather than about zero: a mean that is large against the deviation would cancel the variance.
        ChannelPattern.Fill(pivot, src.Data(), channels, period);
        var sums = Sums(new Deviations(src.Data(), pivot), src);
        for (var c = 0; c < channels; c++)
        {
            var shift = sums.First[c] / count;
            var mean = pivot[c] + shift;
            var variance = Math.Max(sums.Second[c] / count - shift * shift, 0);
            norm.Mean.Data()[c] = (float)mean;
            norm.InverseDeviation.Data()[c] = (float)(1 / Math.Sqrt(variance + BatchNormState<float>.Epsilon));
            Running(ref norm.RunningMean.Data()[c], mean);
            // A single value has no unbiased variance; the biased one (zero) keeps the statistics finite.
            Running(ref norm.RunningVariance.Data()[c], variance * count / Math.Max(count - 1, 1));
        }
    }

    public void UpdateStatistics(Tensor<float> src, BatchNormState<float> norm, bool training)
    {
        if (training) NormalizationStatistics(src, norm);
        else NormalizationInference(norm);
        if (training) norm.BatchesTracked++;
    }

    public void NormalizationInference(BatchNormState<float> norm)
    {
        for (var c = 0; c < norm.Channels; c++)
        {
            norm.Mean.Data()[c] = norm.RunningMean.Data()[c];
            norm.InverseDeviation.Data()[c] = (float)(1 / Math.Sqrt(norm.RunningVariance.Data()[c] + BatchNormState<float>.Epsilon));
        }
    }

    public void NormalizationForward(Tensor<float> src, BatchNormState<float> norm, Tensor<float> dst)
    {
        var (channels, period, _) = Pixels(src);
        float* mean = context.Shared.Floats(3L * period), scale = mean + period, shift = scale + period;
        for (var c = 0; c < channels; c++)
        {
            mean[c] = norm.Mean.Data()[c];
            scale[c] = norm.InverseDeviation.Data()[c] * (norm.Scale is null ? 1 : norm.Scale.Data()[c]);
            shift[c] = norm.Shift is null ? 0 : norm.Shift.Data()[c];
        }

        LaneStores<S, V>.RepeatInPlace(mean, 3, channels, period);
        elementwise.Each(new Normalized(src.Data(), mean, scale, shift, dst.Data()), src.Shape.Count, period);
    }

    public void NormalizationBackward(
        Tensor<float> src, BatchNormState<float> norm, Tensor<float> diffDst, Tensor<float> diffSrc, bool accumulate, bool weightGradients)
    {
        var (channels, period, count) = Pixels(src);
        var sums = GradientSums(src, norm, diffDst);
        float* diffScale = context.Shared.Floats(3L * period), valueScale = diffScale + period, offset = valueScale + period;
        for (var c = 0; c < channels; c++)
        {
            if (weightGradients && norm.Scale is { } scale)
            {
                scale.Diff!.Data()[c] += (float)sums.Second[c];
                norm.Shift!.Diff!.Data()[c] += (float)sums.First[c];
            }

            var weight = norm.Scale is null ? 1.0 : norm.Scale.Data()[c];
            (diffScale[c], valueScale[c], offset[c]) =
                Coefficients(norm.Mean.Data()[c], norm.InverseDeviation.Data()[c], weight, sums.First[c], sums.Second[c], count);
        }

        LaneStores<S, V>.RepeatInPlace(diffScale, 3, channels, period);
        elementwise.Each(new NormalizedDiff(src.Data(), diffDst.Data(), diffScale, valueScale, offset, diffSrc.Data(), accumulate), src.Shape.Count, period);
    }

    public void NormalizationGradient(DeferredBatchNorm<float> v, Tensor<float>? weights, int index, Tensor<float>? diffWeights)
    {
        var (channels, _, count) = Pixels(v.Value);
        var sums = GradientSums(v.Value, v.Norm, v.Diff!, v.Applied);
        var weight = weights is null || index < 0 ? 1.0 : weights.Data()[index];
        double total = 0;
        for (var c = 0; c < channels; c++)
        {
            total += sums.Second[c];
            double mean = v.Norm.Mean.Data()[c], inverse = v.Norm.InverseDeviation.Data()[c];
            // Behind a batch norm that was applied in place, ẑ is its own normalised value and the deviation is one more factor.
            (v.Gradient.Dy.Data()[c], v.Gradient.Z.Data()[c], v.Gradient.Constant.Data()[c]) = v.Applied
                ? Coefficients(0, 1, weight * inverse, sums.First[c], sums.Second[c], count)
                : Coefficients(mean, inverse, weight, sums.First[c], sums.Second[c], count);
        }

        if (diffWeights is not null && index >= 0) diffWeights.Data()[index] += (float)total;
    }

    public void AffineGradient(DeferredBatchNorm<float> v, Tensor<float> diffDst, bool weightGradients)
    {
        // The consumer applies the vectors while it loads, so the gradient in front of the batch norm is never written.
        var (channels, _, count) = Pixels(v.Value);
        var sums = GradientSums(v.Value, v.Norm, diffDst);
        v.Diff = diffDst;
        for (var c = 0; c < channels; c++)
        {
            if (weightGradients && v.Norm.Scale is { } scale)
            {
                scale.Diff!.Data()[c] += (float)sums.Second[c];
                v.Norm.Shift!.Diff!.Data()[c] += (float)sums.First[c];
            }

            (v.Gradient.Dy.Data()[c], v.Gradient.Z.Data()[c], v.Gradient.Constant.Data()[c]) = Coefficients(
                v.Norm.Mean.Data()[c], v.Norm.InverseDeviation.Data()[c], v.Norm.Scale is null ? 1 : v.Norm.Scale.Data()[c], sums.First[c], sums.Second[c], count);
        }
    }

    public void NormalizationDiff(ReadOnlySpan<DeferredBatchNorm<float>> values, Tensor<float> diffSrc, bool accumulate)
    {
        if (values.IsEmpty && !accumulate) elementwise.Fill(diffSrc, 0);
        var (channels, period, _) = Pixels(diffSrc);
        foreach (var v in values)
        {
            float* diffScale = context.Shared.Floats(3L * period), valueScale = diffScale + period, offset = valueScale + period;
            ChannelPattern.Fill(diffScale, v.Gradient.Dy.Data(), channels, period);
            ChannelPattern.Fill(valueScale, v.Gradient.Z.Data(), channels, period);
            ChannelPattern.Fill(offset, v.Gradient.Constant.Data(), channels, period);
            elementwise.Each(new NormalizedDiff(v.Value.Data(), v.Diff!.Data(), diffScale, valueScale, offset, diffSrc.Data(), accumulate), diffSrc.Shape.Count, period);
            accumulate = true;
        }
    }

    private static (int Channels, int Period, double Count) Pixels(Tensor<float> t) =>
        (t.Shape.C, ChannelPattern.Long<S, V>(t.Shape.C), (double)t.Shape.N * t.Shape.Pixels);

    /// <summary>Σ dy and Σ dy·ẑ of every channel.</summary>
    private SumPair GradientSums(Tensor<float> src, BatchNormState<float> norm, Tensor<float> diffDst, bool applied = false)
    {
        var (channels, period, _) = Pixels(src);
        var mean = context.Shared.Floats(period);
        if (applied) new Span<float>(mean, period).Clear();
        else ChannelPattern.Fill(mean, norm.Mean.Data(), channels, period);
        var sums = Sums(new DiffProducts(src.Data(), diffDst.Data(), mean), src);
        if (applied) return sums;
        for (var c = 0; c < channels; c++) sums.Second[c] *= norm.InverseDeviation.Data()[c];
        return sums;
    }

    private SumPair Sums<TTerms>(TTerms terms, Tensor<float> over)
        where TTerms : unmanaged, IChannelTerms<V>
    {
        var (channels, period, _) = Pixels(over);
        var totals = context.Partials.Doubles(2L * channels + ChannelTotals<S, V, TTerms>.PartialsFor(channels, period));
        var sums = new ChannelTotals<S, V, TTerms>(terms, over.Shape.Count, channels, period, totals + 2 * channels);
        context.Workers.Run(sums.Items, ref sums);
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
            LaneStores<S, V>.Put(S.MultiplyAdd(S.Subtract(S.Load(x + i), S.Load(mean + p)), S.Load(scale + p), S.Load(shift + p)), y + i, count);
    }

    // x, dy, dx: [N,H,W,C] float32, diffScale, valueScale, offset: [period]
    internal readonly struct NormalizedDiff(
        float* x, float* dy, float* diffScale, float* valueScale, float* offset, float* dx, bool accumulate) : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(long i, int p, int count)
        {
            var fromValue = S.MultiplyAdd(S.Load(valueScale + p), S.Load(x + i), S.Load(offset + p));
            LaneStores<S, V>.Put(S.MultiplyAdd(S.Load(diffScale + p), S.Load(dy + i), fromValue), dx + i, count, accumulate);
        }
    }
}
