using MIOpenDarts.Layers.Backends.MIOpen.Kernels;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.MIOpen;

internal sealed partial class MIOpenBackend
{
    /// <inheritdoc/>
    public override void NormalizationStatistics(Tensor<float> src, BatchNormState<float> norm)
    {
        var (count, channels) = (src.Shape.N * src.Shape.Pixels, src.Shape.C);
        var groups = Groups(count, KernelConstants.StatisticsPixels);
        var partial = memory.Scratch(2L * sizeof(float) * groups * channels);
        Arguments.Add(src.Address).Add(partial).Add(channels).Add(src.Shape.Pixels).Add(count);
        Launch("statistics_partial", groups, channels, moved: src.Shape.Count);
        var table = new StatisticTable();
        table[0] = StatisticOf(norm, partial, groups, KernelConstants.StatisticsPixels, count);
        FinishStatistics(ref table, 1, channels, training: true);
    }

    /// <inheritdoc/>
    public override void NormalizationInference(BatchNormState<float> norm)
    {
        var table = new StatisticTable();
        table[0] = StatisticOf(norm, 0, 0, 0, 0);
        FinishStatistics(ref table, 1, norm.Channels, training: false);
    }

    /// <inheritdoc/>
    public override void NormalizationForward(Tensor<float> src, BatchNormState<float> norm, Tensor<float> dst)
    {
        var count = src.Shape.N * src.Shape.Pixels;
        Arguments.Add(src.Address).Add(norm.Mean.Address).Add(norm.InverseDeviation.Address).Add(Address(norm.Scale))
            .Add(Address(norm.Shift)).Add(dst.Address).Add(src.Shape.C).Add(src.Shape.Pixels).Add(count);
        Launch("normalization_forward", Groups(count), src.Shape.C, moved: 2 * src.Shape.Count);
    }

    /// <inheritdoc/>
    public override void AffineGradient(DeferredBatchNorm<float> v, Tensor<float> diffDst, Tensor<float> scratch, bool weightGradients)
    {
        // The consumer applies the vectors while it loads, so the gradient in front of the batch norm is never written.
        v.Diff = diffDst;
        var table = GradientSums(v.Value, v.Norm.Mean.Address, diffDst);
        table.Terms[0] = TermOf(v, -1, table.Terms[0].Sums, table.Terms[0].Products);
        FinishAffineGradients(ref table, v.Norm, weightGradients);
    }

    /// <inheritdoc/>
    public override void NormalizationGradient(DeferredBatchNorm<float> v, Tensor<float>? weights, int index, Tensor<float>? diffWeights)
    {
        var table = GradientSums(v.Value, v.Applied ? 0 : v.Norm.Mean.Address, v.Diff!);
        table.Terms[0] = TermOf(v, weights is null ? -1 : index, table.Terms[0].Sums, table.Terms[0].Products);
        (table.Weights, table.DiffWeights) = (Address(weights), Address(diffWeights));
        FinishGradients(ref table, 1);
    }

    /// <inheritdoc/>
    public override void NormalizationDiff(ReadOnlySpan<DeferredBatchNorm<float>> values, Tensor<float> diffSrc, bool accumulate)
    {
        if (values.Length == 0 && !accumulate) Fill(diffSrc, 0);
        for (; values.Length > 0; accumulate = true)
        {
            var some = values[..Math.Min(values.Length, DiffTable.Capacity)];
            Apply(DiffsOf(some), some.Length, diffSrc.Address, diffSrc.Shape, accumulate);
            values = values[some.Length..];
        }
    }

    private static Statistic StatisticOf(BatchNormState<float> norm, nint partial, int groups, int size, int count) => new()
    {
        Partial = partial,
        Mean = norm.Mean.Address,
        Inverse = norm.InverseDeviation.Address,
        RunningMean = norm.RunningMean.Address,
        RunningVariance = norm.RunningVariance.Address,
        Channels = norm.Channels,
        Groups = groups,
        Size = size,
        Count = count,
    };

    private static GradientTerm TermOf(DeferredBatchNorm<float> v, int index, nint sums, nint products) => new()
    {
        Sums = sums,
        Products = products,
        Mean = v.Norm.Mean.Address,
        Inverse = v.Norm.InverseDeviation.Address,
        GradientDy = v.Gradient.Dy.Address,
        GradientZ = v.Gradient.Z.Address,
        GradientConstant = v.Gradient.Constant.Address,
        Index = index,
        Applied = Flag(v.Applied),
    };

    private void FinishStatistics(ref StatisticTable table, int used, int channels, bool training)
    {
        if (training) ShareMoments(ref table, used);
        Arguments.Add(table);
        if (training) Launch("statistics_finish", channels, used, threads: KernelConstants.FinishThreads);
        else Launch("statistics_inference", Groups(channels), used);
    }

    /// <summary>Partial sums in scratch memory.</summary>
    private GradientTable GradientSums(Tensor<float> src, nint mean, Tensor<float> diffDst)
    {
        var (count, channels) = (src.Shape.N * src.Shape.Pixels, src.Shape.C);
        var groups = Groups(count, KernelConstants.StatisticsPixels);
        var sums = memory.Scratch(2L * groups * channels * sizeof(float));
        var products = sums + groups * channels * sizeof(float);
        Arguments.Add(src.Address).Add(mean).Add(diffDst.Address).Add(sums).Add(products).Add(channels).Add(src.Shape.Pixels).Add(count);
        Launch("gradient_partial", groups, channels, moved: 2 * src.Shape.Count);
        var table = new GradientTable { Channels = channels, Groups = groups, Count = count };
        table.Terms[0].Sums = sums;
        table.Terms[0].Products = products;
        return table;
    }

    private void FinishAffineGradients(ref GradientTable table, BatchNormState<float> norm, bool weightGradients)
    {
        table.Scale = Address(norm.Scale);
        // Sums over the batch are known to all processes, whose gradients are added up: one of them has these.
        if (weightGradients && (Leaves.IsFirst || !Leaves.Shares))
            (table.DiffGamma, table.DiffBeta) = (Address(norm.Scale?.Diff), Address(norm.Shift?.Diff));
        FinishGradients(ref table, 1);
    }

    private void FinishGradients(ref GradientTable table, int used)
    {
        ShareGradientSums(ref table, used);
        Arguments.Add(table);
        Launch("gradient_finish", used);
    }

    private static DiffTable DiffsOf(ReadOnlySpan<DeferredBatchNorm<float>> values)
    {
        var table = new DiffTable();
        for (var i = 0; i < values.Length; i++)
            table.Terms[i] = new DiffTerm
            {
                Value = values[i].Value.Address,
                Diff = values[i].Diff!.Address,
                GradientDy = values[i].Gradient.Dy.Address,
                GradientZ = values[i].Gradient.Z.Address,
                GradientConstant = values[i].Gradient.Constant.Address,
            };
        return table;
    }

    private static DiffTable Towards(DiffTable table, int used, nint dst, Shape shape, bool accumulate)
    {
        (table.Dst, table.Used, table.Accumulate) = (dst, used, Flag(accumulate));
        (table.Channels, table.Pixels, table.Count) = (shape.C, shape.Pixels, shape.N * shape.Pixels);
        return table;
    }

    private void Apply(in DiffTable table, int used, nint dst, Shape shape, bool accumulate)
    {
        Arguments.Add(Towards(table, used, dst, shape, accumulate));
        Launch("normalization_diff", Groups(shape.N * shape.Pixels), shape.C, moved: (used + (accumulate ? 3 : 2)) * shape.Count);
    }
}
