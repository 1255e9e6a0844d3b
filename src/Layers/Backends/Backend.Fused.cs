using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends;

// Operations over lists, for a supernet that shares work between the edges of a cell. The bodies here compose plain operations
// and say what the fused forms of a backend must compute.
public abstract partial class Backend<T>
{
    /// <summary>
    /// Whether a source in segments can be read by branches without a depthwise filter and by factorized reductions, and its gradient added
    /// to, so that a cell's output need not be copied together.
    /// </summary>
    public virtual bool ReadsSegments => false;

    /// <summary>Plans the workspace of branches that share a source.</summary>
    public virtual void PlanSeparable(MemoryPlan<T> plan, ReadOnlySpan<SeparableBranch<T>> branches)
    {
        foreach (var b in branches)
        {
            long used = 0;
            var src = b.Src.Capacity;
            var dst = b.Dst.Value.Capacity;
            var middle = dst with { C = src.C };
            b.Scratch =
            [
                plan.Scratch("rectified", src, ref used), plan.Scratch("depthwise", middle, ref used),
                plan.Scratch("d rectified", src, ref used), plan.Scratch("d depthwise", middle, ref used),
                plan.Scratch("d dst", dst, ref used),
            ];
        }
    }

    /// <summary>
    /// Dst.Value = pointwise(depthwise(ReLU(src))) and its statistics, for branches that share a source.
    /// </summary>
    public virtual void SeparableForward(ReadOnlySpan<SeparableBranch<T>> branches, bool training)
    {
        foreach (var b in branches)
        {
            SeparableMiddle(b);
            ConvolutionForward(Middle(b), b.Pointwise, b.Dst.Value, Window2D.Point, 1);
            UpdateStatistics(b.Dst.Value, b.Dst.Norm, training);
        }
    }

    /// <summary>
    /// From Dst's gradient vectors: the filters' gradients (+=, if <paramref name="weightGradients"/>), and the source's gradient:
    /// added to Src.Diff, or written to NormalizedSrc.Diff together with its gradient vectors.
    /// </summary>
    public virtual void SeparableBackward(ReadOnlySpan<SeparableBranch<T>> branches, bool weightGradients)
    {
        foreach (var b in branches)
        {
            SeparableMiddle(b);
            var dst = b.Dst;
            var (rectified, diffRectified, diffMiddle, diffDst) = (b.Scratch[0], b.Scratch[2], b.Scratch[3], b.Scratch[4]);
            NormalizationDiff(new ReadOnlySpan<DeferredBatchNorm<T>>(in dst), diffDst, accumulate: false);
            if (weightGradients) ConvolutionBackwardWeights(Middle(b), diffDst, b.Pointwise.Diff!, Window2D.Point, 1);
            if (b.Depthwise is null)
            {
                ConvolutionBackwardData(diffDst, b.Pointwise, diffRectified, Window2D.Point, 1, accumulate: false);
            }
            else
            {
                ConvolutionBackwardData(diffDst, b.Pointwise, diffMiddle, Window2D.Point, 1, accumulate: false);
                if (weightGradients) ConvolutionBackwardWeights(rectified, diffMiddle, b.Depthwise.Diff!, b.Window, rectified.Shape.C);
                ConvolutionBackwardData(diffMiddle, b.Depthwise, diffRectified, b.Window, rectified.Shape.C, accumulate: false);
            }

            // A ReLU's output is positive exactly where its input is, so the rectified copy serves as the mask.
            if (b.NormalizedSrc is { } normalized)
            {
                ReluBackward(rectified, diffRectified, normalized.Diff!, accumulate: false);
                NormalizationGradient(normalized, null, -1, null);
            }
            else if (b.Src.Diff is { } diffSrc)
            {
                ReluBackward(rectified, diffRectified, diffSrc, accumulate: true);
            }
        }
    }

    /// <summary>
    /// For a value before an affine batch norm: from the gradient <paramref name="diffDst"/> of the scaled and shifted value, the vectors
    /// and the Diff of <paramref name="v"/> that say dz = Gradient.Dy · Diff + Gradient.Z · z + Gradient.Constant, and, if
    /// <paramref name="weightGradients"/>, the gradients of scale and shift (+=). <paramref name="scratch"/> is like z and may hold Diff.
    /// </summary>
    public virtual void AffineGradient(DeferredBatchNorm<T> v, Tensor<T> diffDst, Tensor<T> scratch, bool weightGradients)
    {
        NormalizationBackward(v.Value, v.Norm, diffDst, scratch, accumulate: false, weightGradients);
        v.Diff = scratch;
        Fill(v.Gradient.Dy, T.One);
        Fill(v.Gradient.Z, T.Zero);
        Fill(v.Gradient.Constant, T.Zero);
    }

    /// <summary>Plans the workspace of shared pools.</summary>
    public virtual void PlanSharedPools(MemoryPlan<T> plan, SharedPools<T> pools)
    {
        long used = 0;
        pools.Scratch = plan.Scratch("d pool", pools.Max.Capacity, ref used);
    }

    /// <summary>Both pools of a state, as far as edges use them, and their statistics.</summary>
    public virtual void SharedPoolsForward(SharedPools<T> pools, bool training)
    {
        if (!pools.MaxEdges.IsEmpty) MaxPoolForward(pools.Src, pools.Max, pools.Indices, pools.Window);
        if (!pools.AverageEdges.IsEmpty) AveragePoolForward(pools.Src, pools.Average, pools.Window);
        foreach (var edge in pools.MaxEdges.Span) UpdateStatistics(pools.Max, edge.Norm, training);
        foreach (var edge in pools.AverageEdges.Span) UpdateStatistics(pools.Average, edge.Norm, training);
    }

    /// <summary>Src.Diff += the gradient of both pools, from the gradient vectors of all edges.</summary>
    public virtual void SharedPoolsBackward(SharedPools<T> pools)
    {
        if (!pools.MaxEdges.IsEmpty)
        {
            NormalizationDiff(pools.MaxEdges.Span, pools.Scratch!, accumulate: false);
            MaxPoolBackward(pools.Scratch!, pools.Indices, pools.Src.Diff!, pools.Window, accumulate: true);
        }

        if (pools.AverageEdges.IsEmpty) return;
        NormalizationDiff(pools.AverageEdges.Span, pools.Scratch!, accumulate: false);
        AveragePoolBackward(pools.Scratch!, pools.Src.Diff!, pools.Window, accumulate: true);
    }

    /// <summary>
    /// The value of every node: Dst (or, if the node sum accumulates, +)= Σ weights[k] · BN(z_k), or the tensor itself for an identity.
    /// </summary>
    public virtual void NodeSumForward(NodeSum<T> nodeSum)
    {
        Tensor<T>? node = null;
        foreach (var b in nodeSum.Branches)
        {
            var accumulate = nodeSum.Accumulate || ReferenceEquals(node, b.Dst);
            node = b.Dst!;
            if (b.Normalized is { } v)
            {
                NormalizationForward(v.Value, v.Norm, nodeSum.Scratch);
                ScaleForward(nodeSum.Scratch, nodeSum.Weights, b.Index, node, accumulate);
            }
            else
            {
                ScaleForward(b.Identity!, nodeSum.Weights, b.Index, node, accumulate);
            }
        }
    }

    /// <summary>
    /// From each node's Diff: the weights' gradients += Σ Dst.Diff · BN(z_k), every branch's gradient vectors, and for an identity its
    /// Diff += weight · Dst.Diff.
    /// </summary>
    public virtual void NodeSumBackward(NodeSum<T> nodeSum)
    {
        var (weights, diffWeights) = (nodeSum.Weights, nodeSum.Weights.Diff!);
        foreach (var b in nodeSum.Branches)
        {
            if (b.Normalized is { } v)
            {
                NormalizationGradient(v, weights, b.Index, diffWeights);
            }
            else
            {
                ScaleBackwardWeights(b.Identity!, b.Dst!.Diff!, diffWeights, b.Index);
                ScaleForward(b.Dst!.Diff!, weights, b.Index, b.Identity!.Diff!, accumulate: true);
            }
        }
    }

    private static Tensor<T> Middle(SeparableBranch<T> b) => b.Depthwise is null ? b.Scratch[0] : b.Scratch[1];

    private void SeparableMiddle(SeparableBranch<T> b)
    {
        if (b.NormalizedSrc is { } normalized)
        {
            NormalizationForward(normalized.Value, normalized.Norm, b.Scratch[0]);
            ReluForward(b.Scratch[0], b.Scratch[0]);
        }
        else
        {
            ReluForward(b.Src, b.Scratch[0]);
        }

        if (b.Depthwise is { } depthwise) ConvolutionForward(b.Scratch[0], depthwise, b.Scratch[1], b.Window, b.Src.Shape.C);
    }
}
