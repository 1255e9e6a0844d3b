using System.Numerics;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Composed;

/// <summary>Separable branches by plain operations, one branch after the other.</summary>
internal sealed class ComposedSeparable<T> : Operation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Backend<T> backend;
    private readonly ActiveList<SeparableBranch<T>> branches;
    private readonly Dictionary<SeparableBranch<T>, Scratchpad> scratchpads;

    /// <summary>The rectified source, the depthwise output, and the gradients of both and of the raw output.</summary>
    private sealed record Scratchpad(Tensor<T> Rectified, Tensor<T> Depthwise, Tensor<T> DiffRectified, Tensor<T> DiffDepthwise,
        Tensor<T> DiffDst);

    public ComposedSeparable(MemoryPlan<T> plan, ActiveList<SeparableBranch<T>> branches)
    {
        (backend, this.branches) = (plan.Backend, branches);
        scratchpads = branches.All.ToDictionary(b => b, b => Plan(plan, b));
    }

    public override string Describe() => $"composed of plain operations: {SeparableBranch<T>.Describe(branches.All)}";

    public override void Forward(bool training)
    {
        foreach (var b in branches.Active)
        {
            backend.ConvolutionForward(PointwiseSource(b), b.Pointwise, b.Dst.Value, Window2D.Point, 1);
            backend.UpdateStatistics(b.Dst.Value, b.Dst.Norm, training);
        }
    }

    public override void Backward(bool weightGradients)
    {
        foreach (var b in branches.Active)
        {
            var dst = b.Dst;
            var (rectified, _, diffRectified, diffDepthwise, diffDst) = scratchpads[b];
            var pointwiseSrc = PointwiseSource(b);
            backend.NormalizationDiff(new ReadOnlySpan<DeferredBatchNorm<T>>(in dst), diffDst, accumulate: false);
            if (weightGradients) backend.ConvolutionBackwardWeights(pointwiseSrc, diffDst, b.Pointwise.Diff!, Window2D.Point, 1);
            if (b.Depthwise is null)
            {
                backend.ConvolutionBackwardData(diffDst, b.Pointwise, diffRectified, Window2D.Point, 1, accumulate: false);
            }
            else
            {
                var groups = rectified.Shape.C;
                backend.ConvolutionBackwardData(diffDst, b.Pointwise, diffDepthwise, Window2D.Point, 1, accumulate: false);
                if (weightGradients) backend.ConvolutionBackwardWeights(rectified, diffDepthwise, b.Depthwise.Diff!, b.Window, groups);
                backend.ConvolutionBackwardData(diffDepthwise, b.Depthwise, diffRectified, b.Window, groups, accumulate: false);
            }

            // A ReLU's output is positive exactly where its input is, so the rectified copy serves as the mask.
            if (b.NormalizedSrc is { } normalized)
            {
                backend.ReluBackward(rectified, diffRectified, normalized.Diff!, accumulate: false);
                backend.NormalizationGradient(normalized, null, -1, null);
            }
            else if (b.Src.Diff is { } diffSrc)
            {
                backend.ReluBackward(rectified, diffRectified, diffSrc, accumulate: true);
            }
        }
    }

    private static Scratchpad Plan(MemoryPlan<T> plan, SeparableBranch<T> b)
    {
        long used = 0;
        var (src, dst) = (b.Src.Capacity, b.Dst.Value.Capacity);
        var depthwise = dst with { C = src.C };
        return new Scratchpad(
            plan.Scratch("rectified", src, ref used), plan.Scratch("depthwise", depthwise, ref used),
            plan.Scratch("d rectified", src, ref used), plan.Scratch("d depthwise", depthwise, ref used),
            plan.Scratch("d dst", dst, ref used));
    }

    /// <summary>Computes the rectified source and the depthwise output, and returns what the pointwise convolution reads.</summary>
    private Tensor<T> PointwiseSource(SeparableBranch<T> b)
    {
        var (rectified, depthwise, _, _, _) = scratchpads[b];
        if (b.NormalizedSrc is { } normalized)
        {
            backend.NormalizationForward(normalized.Value, normalized.Norm, rectified);
            backend.ReluForward(rectified, rectified);
        }
        else
        {
            backend.ReluForward(b.Src, rectified);
        }

        if (b.Depthwise is null) return rectified;
        backend.ConvolutionForward(rectified, b.Depthwise, depthwise, b.Window, b.Src.Shape.C);
        return depthwise;
    }
}
