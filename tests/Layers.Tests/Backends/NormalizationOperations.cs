using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests.Backends;

/// <summary>Enough pixels that no channel has a deviation near zero, which would magnify rounding beyond any fixed bound.</summary>
internal abstract class NormalizationOperation : Operation
{
    public override OperationCase Restrict(OperationCase c) => c with { H = Math.Max(c.H, 4), W = Math.Max(c.W, 3), Coarse = false };

    protected static double Pixels(OperationCase c) => (double)c.N * c.H * c.W;
}

internal sealed class NormalizationStatistics : NormalizationOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var (src, norm) = (rig.Images(c.Src), rig.Norm(c.C, affine: false));
        // A mean or variance is a sum over pixels divided by their number; an inverse deviation here is below 8.
        foreach (var mean in new[] { norm.Mean, norm.RunningMean, norm.RunningVariance }) rig.VectorResult(mean, Sum(4));
        rig.VectorResult(norm.InverseDeviation, 8 * Sum(4));
        return () => rig.Backend.NormalizationStatistics(src, norm);
    }
}

internal sealed class NormalizationInference : NormalizationOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var norm = rig.Norm(c.C, affine: false);
        rig.VectorResult(norm.Mean, 0);
        rig.VectorResult(norm.InverseDeviation, Sum(1));
        return () => rig.Backend.NormalizationInference(norm);
    }
}

internal sealed class NormalizationForward : NormalizationOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var (src, norm, dst) = (rig.Images(c.Src), rig.Norm(c.C, affine: c.Accumulate), rig.ImageResult(c.Src, Sum(8)));
        return () => rig.Backend.NormalizationForward(src, norm, dst);
    }
}

/// <summary>The whole of it; in training the statistics, too, and where the case has groups with scale and shift.</summary>
internal sealed class BatchNormForward : NormalizationOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var (src, norm, training) = (rig.Images(c.Src), rig.Norm(c.C, affine: c.Groups > 1), c.Accumulate);
        // An inverse deviation is below 8 here, and so is a normalised value; a mean is a sum over pixels divided by their number.
        var dst = rig.ImageResult(c.Src, 64 * Sum(8));
        foreach (var mean in new[] { norm.RunningMean, norm.RunningVariance }) rig.VectorResult(mean, training ? Sum(4) : 0);
        if (training)
        {
            rig.VectorResult(norm.Mean, Sum(4));
            rig.VectorResult(norm.InverseDeviation, 8 * Sum(4));
        }

        return () => rig.Backend.BatchNormForward(src, norm, dst, training);
    }
}

internal sealed class NormalizationBackward : NormalizationOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var (src, norm, diffDst) = (rig.Images(c.Src), rig.Norm(c.C, affine: c.Groups > 1), rig.Images(c.Src));
        // Coefficients of about four, and sums over pixels where they are not divided by their number.
        var diffSrc = rig.ImageResult(c.Src, 8 * Sum(8));
        if (norm.Scale is not null)
        {
            rig.VectorResult(norm.Scale.Diff!, 4 * Sum(Pixels(c)));
            rig.VectorResult(norm.Shift!.Diff!, 4 * Sum(Pixels(c)));
        }

        return () => rig.Backend.NormalizationBackward(src, norm, diffDst, diffSrc, c.Accumulate, weightGradients: c.Groups == 2);
    }
}

internal sealed class NormalizationGradient : NormalizationOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var v = rig.Normalized(rig.Images(c.Src));
        var weights = c.Groups == 2 ? null : rig.Parameter(Shape.Vector(4));
        var diffWeights = weights is null ? null : rig.ParameterResult(Shape.Vector(4), 4 * Sum(Pixels(c) * c.C));
        foreach (var vector in new[] { v.Gradient.Dy, v.Gradient.Z, v.Gradient.Constant }) rig.VectorResult(vector, 8 * Sum(8));
        return () => rig.Backend.NormalizationGradient(v, weights, weights is null ? -1 : 2, diffWeights);
    }
}

internal sealed class NormalizationDiff : NormalizationOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var value = rig.Images(c.Src);
        DeferredBatchNorm<T>[] values = [.. Enumerable.Range(0, c.Groups).Select(_ => rig.Normalized(value))];
        var diffSrc = rig.ImageResult(c.Src, Sum(12));
        return () => rig.Backend.NormalizationDiff(values, diffSrc, c.Accumulate);
    }
}
