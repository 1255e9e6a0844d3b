using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Elementwise;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Normalization;

/// <summary>
/// Batch normalisation over whole tensors, by the sums of the fused operations: image by image, then by the tree of the leaves.
/// </summary>
internal sealed unsafe class BatchNorm<S, V>(CpuContext context)
    where S : struct, ISimd<V>
{
    private readonly ElementwiseOperations<S, V> elementwise = new(context);

    public void NormalizationStatistics(Tensor<float> src, BatchNormState<float> norm)
    {
        var shape = src.Shape;
        // Merging reads up to a vector of doubles after the last row.
        context.Reserve(2 * (3 * shape.N + 1) * (nint)shape.C + 16, 3 * Pattern(shape), out var shared, out var threads);
        var moments = (double*)shared;
        var work = new ImageMoments(src.Data(), shape, moments, threads, context.FloatsPerThread);
        context.Workers.Run(shape.N, ref work);
        BatchStatistics.Merge(moments, GroupsOf(shape), shape.C, shape.Pixels);
        context.Leaves.QueueMoments(moments, shape.C, shape.Pixels);
        context.Leaves.ExchangeQueued();
        BatchStatistics.Apply(moments, CountOf(shape), norm);
    }

    /// <summary>
    /// Statistics of a value whose images' sums lie merged at <paramref name="moments"/>, or in inference the running ones.
    /// </summary>
    public void Apply(double* moments, DeferredBatchNorm<float> v, bool training)
    {
        if (!training)
        {
            NormalizationInference(v.Norm);
            return;
        }

        BatchStatistics.Apply(moments, CountOf(v.Value.Shape), v.Norm);
        v.Norm.BatchesTracked++;
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
        var (channels, period) = (src.Shape.C, LongPattern(src.Shape));
        context.Reserve(3 * period, 0, out var mean, out _);
        float* scale = mean + period, shift = scale + period;
        for (var c = 0; c < channels; c++)
        {
            mean[c] = norm.Mean.Data()[c];
            scale[c] = norm.InverseDeviation.Data()[c] * (norm.Scale is null ? 1 : norm.Scale.Data()[c]);
            shift[c] = norm.Shift is null ? 0 : norm.Shift.Data()[c];
        }

        Repeat(mean, channels, period);
        elementwise.Each(new Normalized(src.Data(), mean, scale, shift, dst.Data()), src.Shape.Count, period);
    }

    public void NormalizationBackward(
        Tensor<float> src, BatchNormState<float> norm, Tensor<float> diffDst, Tensor<float> diffSrc, bool accumulate, bool weightGradients)
    {
        var (channels, period) = (src.Shape.C, LongPattern(src.Shape));
        var sums = GradientSums(src, norm, diffDst, applied: false, out var dy);
        var gradient = new GradientPatterns { Dy = dy, Z = dy + period, Constant = dy + 2 * period };
        if (weightGradients) AddAffine(norm, sums);
        for (var c = 0; c < channels; c++)
            (dy[c], gradient.Z[c], gradient.Constant[c]) = Factors(norm, Weight(norm, c), sums, c, src.Shape);
        Repeat(dy, channels, period);
        elementwise.Each(new NormalizedDiff(src.Data(), diffDst.Data(), gradient, diffSrc.Data(), accumulate), src.Shape.Count, period);
    }

    public void NormalizationGradient(DeferredBatchNorm<float> v, Tensor<float>? weights, int index, Tensor<float>? diffWeights)
    {
        var sums = GradientSums(v.Value, v.Norm, v.Diff!, v.Applied, out _);
        var total = BatchStatistics.Gradient(sums, context.Leaves, v, weights is null || index < 0 ? 1 : weights.Data()[index]);
        if (diffWeights is not null && index >= 0) diffWeights.Data()[index] += (float)total;
    }

    public void AffineGradient(DeferredBatchNorm<float> v, Tensor<float> diffDst, bool weightGradients)
    {
        // The consumer applies the vectors while it loads, so the gradient in front of the batch norm is never written.
        var sums = GradientSums(v.Value, v.Norm, diffDst, applied: false, out _);
        v.Diff = diffDst;
        if (weightGradients) AddAffine(v.Norm, sums);
        for (var c = 0; c < v.Value.Shape.C; c++)
            BatchStatistics.Put(v.Gradient, c, Factors(v.Norm, Weight(v.Norm, c), sums, c, v.Value.Shape));
    }

    public void NormalizationDiff(ReadOnlySpan<DeferredBatchNorm<float>> values, Tensor<float> diffSrc, bool accumulate)
    {
        if (values.IsEmpty && !accumulate) elementwise.Fill(diffSrc, 0);
        var (channels, period) = (diffSrc.Shape.C, LongPattern(diffSrc.Shape));
        context.Reserve(3 * period, 0, out var vectors, out _);
        var gradient = new GradientPatterns { Dy = vectors, Z = vectors + period, Constant = vectors + 2 * period };
        foreach (var v in values)
        {
            gradient.Fill(v.Gradient, channels, period);
            var dz = new NormalizedDiff(v.Value.Data(), v.Diff!.Data(), gradient, diffSrc.Data(), accumulate);
            elementwise.Each(dz, diffSrc.Shape.Count, period);
            accumulate = true;
        }
    }

    // Three vectors of a channel pattern.
    private static void Repeat(float* vectors, int channels, int period)
    {
        for (var k = 0; k < 3; k++) ChannelPattern.Repeat(vectors + k * period, channels, period);
    }

    private static int Pattern(Shape shape) => ChannelPattern.Shortest<S, V>(shape.C);

    private static int LongPattern(Shape shape) => ChannelPattern.Long(shape.C, S.Width);

    private static double Weight(BatchNormState<float> norm, int c) => norm.Scale is null ? 1 : norm.Scale.Data()[c];

    private ImageGroups GroupsOf(Shape shape) => new(shape.N, context.Leaves.Parts);

    private double CountOf(Shape shape) => (double)context.Leaves.WholeOf(shape.N) * shape.Pixels;

    private (float Dy, float Z, float Constant) Factors(BatchNormState<float> norm, double weight, double* sums, int c, Shape shape) =>
        BatchStatistics.Factors(norm.Mean.Data()[c], norm.InverseDeviation.Data()[c], weight, sums[c], sums[shape.C + c], CountOf(shape));

    // Shared sums are those of the whole batch, which the processes' gradients are added up to: one of them has it.
    private void AddAffine(BatchNormState<float> norm, double* sums)
    {
        if (context.Leaves is { Shares: true, IsFirst: false }) return;
        for (var c = 0; c < norm.Channels && norm.Scale is not null; c++)
        {
            norm.Scale.Diff!.Data()[c] += (float)sums[norm.Channels + c];
            norm.Shift!.Diff!.Data()[c] += (float)sums[c];
        }
    }

    /// <summary>[2][C]: Σdy and Σdy·ẑ; beside them room for three vectors of a channel pattern.</summary>
    private double* GradientSums(Tensor<float> src, BatchNormState<float> norm, Tensor<float> diffDst, bool applied, out float* vectors)
    {
        var (shape, channels, pattern) = (src.Shape, src.Shape.C, Pattern(src.Shape));
        var room = (3 * LongPattern(shape) + 15) / 16 * 16;
        context.Reserve(room + pattern + 4 * shape.N * (nint)channels, 2 * pattern, out vectors, out var threads);
        var sums = (double*)(vectors + room);
        var means = (float*)(sums + 2 * shape.N * (nint)channels);
        if (applied) new Span<float>(means, pattern).Clear();
        else ChannelPattern.Fill(means, norm.Mean.Data(), channels, pattern);
        var work = new ImageProducts(src.Data(), diffDst.Data(), means, shape, sums, threads, context.FloatsPerThread);
        context.Workers.Run(shape.N, ref work);
        GroupSums.Add(sums, GroupsOf(shape), 2 * channels);
        context.Leaves.QueueSums(sums, 2 * channels);
        context.Leaves.ExchangeQueued();
        for (var c = 0; c < channels && !applied; c++) sums[channels + c] *= norm.InverseDeviation.Data()[c];
        return sums;
    }

    // x: [N,H,W,C] float32, moments: [N][3][C] float64. Item: image.
    private readonly struct ImageMoments(float* x, Shape shape, double* moments, float* threads, nint pitch) : IParallelBody
    {
        public void Run(int item, int thread)
        {
            float* image = x + item * shape.CountPerImage, sums = threads + thread * pitch;
            var period = ChannelPattern.Vectors(shape.C, S.Width);
            ChannelSums<S, V>.Start(image, shape.C, period, sums);
            ChannelSums<S, V>.Squares(image, null, (int)shape.CountPerImage, period, sums, stream: false);
            ChannelSums<S, V>.Total(sums, shape.C, period, moments + item * 3 * (nint)shape.C);
        }
    }

    // z, dy: [N,H,W,C] float32, means: [pattern] float32, totals: [N][2][C] float64. Item: image.
    internal readonly struct ImageProducts(float* z, float* dy, float* means, Shape shape, double* totals, float* threads, nint pitch)
        : IParallelBody
    {
        public void Run(int item, int thread)
        {
            var (first, pattern) = (item * shape.CountPerImage, Pattern(shape));
            float* sums = threads + thread * pitch;
            var total = totals + item * 2 * (nint)shape.C;
            new Span<float>(sums, 2 * pattern).Clear();
            new Span<double>(total, 2 * shape.C).Clear();
            ChannelSums<S, V>.Products(
                dy + first, z + first, means, (int)shape.CountPerImage, pattern / S.Width, sums, z + first + PrefetchL2.Distance);
            ChannelPattern.Fold(sums, total, shape.C, pattern);
            ChannelPattern.Fold(sums + pattern, total + shape.C, shape.C, pattern);
        }
    }

    // x, y: [N,H,W,C] float32, mean, scale, shift: [period]
    private readonly struct Normalized(float* x, float* mean, float* scale, float* shift, float* y) : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(long i, int p, int count) =>
            LaneStores<S, V>.Put(S.MultiplyAdd(S.Subtract(S.Load(x + i), S.Load(mean + p)), S.Load(scale + p), S.Load(shift + p)), y + i,
                count);
    }

    // x, dy, dx: [N,H,W,C] float32
    internal readonly struct NormalizedDiff(float* x, float* dy, GradientPatterns gradient, float* dx, bool accumulate) : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(long i, int p, int count)
        {
            var fromValue = S.MultiplyAdd(S.Load(gradient.Z + p), S.Load(x + i), S.Load(gradient.Constant + p));
            LaneStores<S, V>.Put(S.MultiplyAdd(S.Load(gradient.Dy + p), S.Load(dy + i), fromValue), dx + i, count, accumulate);
        }
    }
}
