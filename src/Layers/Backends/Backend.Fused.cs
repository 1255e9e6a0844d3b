using MIOpenDarts.Layers.Backends.Composed;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends;

// Operations over lists, for a supernet that shares work between the edges of a cell: planning returns what runs. The composed forms are
// the specification of a backend's fused ones.
public abstract partial class Backend<T>
{
    /// <summary>
    /// Branches of ReLU, depthwise and pointwise convolution. Forward: Dst.Value [N,O,H',W'] = pointwise(depthwise(ReLU(src))) is
    /// overwritten, and its statistics. Backward, from Dst's gradient vectors: the filters' gradients accumulate if asked; the source's is
    /// added to Src.Diff or, after a batch norm, overwrites NormalizedSrc.Diff and its gradient vectors. Branches with one source stand
    /// together. Source: sections 3 and A.1.1 of the DARTS paper; Chollet 2017.
    /// </summary>
    internal virtual Operation<T> PlanSeparable(MemoryPlan<T> plan, ActiveList<SeparableBranch<T>> branches) =>
        plan.Add(new ComposedSeparable<T>(plan, branches));

    /// <summary>
    /// Factorized reductions of ReLU(src), src: [N,I,H,W]. Forward: raw outputs [N,O,⌈H/2⌉,⌈W/2⌉] and their statistics are overwritten.
    /// Backward, from the branches' gradient vectors: src.Diff accumulates, and the filters' gradients if asked.
    /// </summary>
    internal virtual Operation<T> PlanFactorizedReduce(MemoryPlan<T> plan, Tensor<T> src, ActiveList<FactorizedReduceBranch<T>> branches) =>
        plan.Add(new ComposedFactorizedReduce<T>(plan, src, branches));

    /// <summary>
    /// The pools of a state, as far as edges use them. Forward: pooled values, taps and statistics are overwritten. Backward, from the
    /// gradient vectors of all edges: Src.Diff accumulates.
    /// </summary>
    internal virtual Operation<T> PlanSharedPools(MemoryPlan<T> plan, SharedPools<T> pools) => plan.Add(new ComposedPools<T>(plan, pools));

    /// <summary>
    /// Forward: the value of every node = (or, if the sum accumulates, +=) Σ weights[k] · BN(z_k), or the tensor itself for an identity.
    /// Backward, from each node's Diff: the weights' gradients += Σ Dst.Diff · BN(z_k), every term's gradient vectors are overwritten, and
    /// for an identity its Diff += weight · Dst.Diff. An identity may be the source of several terms.
    /// </summary>
    internal virtual Operation<T> PlanNodeSum(MemoryPlan<T> plan, NodeSum<T> sum) => plan.Add(new ComposedNodeSum<T>(plan, sum));

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
}
