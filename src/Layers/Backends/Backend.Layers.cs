using MIOpenDarts.Layers.Backends.Prepared;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends;

// The operations of layers: planning returns what runs. They run the plain passes of the other files, which a backend computes in a form of
// its own; what memory a pass needs is asked for here, so that none is asked for in a step.
public abstract partial class Backend<T>
{
    /// <summary>
    /// A convolution: forward dst = src ∗ weights, a cross-correlation as in PyTorch, with zeros outside the image; backward
    /// weights.Diff += src ⋆ dst.Diff and src.Diff (+)= dst.Diff ∗ᵀ weights. Workspace and the choice of an algorithm are made now.
    /// </summary>
    /// <param name="plan">Where workspace is booked.</param>
    /// <param name="src">[N,I,H,W].</param>
    /// <param name="weights">[O,I/groups,kh,kw].</param>
    /// <param name="dst">[N,O,H',W'].</param>
    /// <param name="window">Kernel, stride, zero padding, dilation: H' is <see cref="Window2D.OutputHeight"/> of H.</param>
    /// <param name="groups">1, or I for a depthwise convolution.</param>
    public LayerOperation<T> PlanConvolution(
        MemoryPlan<T> plan, Tensor<T> src, Tensor<T> weights, Tensor<T> dst, Window2D window, int groups)
    {
        PrepareConvolution(plan, src, weights, dst, window, groups);
        return plan.Add(new PreparedConvolution<T>(this, src, weights, dst, window, groups));
    }

    /// <summary>
    /// The two convolutions of a factorized reduction (<see cref="FactorizedReduceForward"/>). src: [N,I,H,W], even and odd:
    /// [O/2,I,1,1], dst: [N,O,⌈H/2⌉,⌈W/2⌉].
    /// </summary>
    public LayerOperation<T> PlanFactorizedReduce(MemoryPlan<T> plan, Tensor<T> src, Tensor<T> even, Tensor<T> odd, Tensor<T> dst) =>
        plan.Add(new PreparedFactorizedReduce<T>(this, src, even, odd, dst));

    /// <summary>
    /// A linear layer: forward dst = src·weightsᵀ + bias; backward the gradients of both (+=), and src.Diff, which is overwritten. src:
    /// [N,I,1,1], weights: [O,I,1,1], bias: [O], dst: [N,O,1,1].
    /// </summary>
    public LayerOperation<T> PlanLinear(MemoryPlan<T> plan, Tensor<T> src, Tensor<T> weights, Tensor<T> bias, Tensor<T> dst) =>
        plan.Add(new PreparedLinear<T>(this, src, weights, bias, dst));

    /// <summary>
    /// A batch norm: forward <see cref="BatchNormForward"/>, backward <see cref="NormalizationBackward"/>. src and dst: [N,C,H,W].
    /// </summary>
    public LayerOperation<T> PlanBatchNorm(MemoryPlan<T> plan, Tensor<T> src, BatchNormState<T> norm, Tensor<T> dst)
    {
        norm.Plan(plan);
        return plan.Add(new PreparedBatchNorm<T>(this, src, norm, dst));
    }

    /// <summary>
    /// A max pool: forward <see cref="MaxPoolForward"/>, backward <see cref="MaxPoolBackward"/>. src: [N,C,H,W], dst and indices:
    /// [N,C,H',W'].
    /// </summary>
    public LayerOperation<T> PlanMaxPool(MemoryPlan<T> plan, Tensor<T> src, Tensor<T> dst, Tensor<byte> indices, Window2D window) =>
        plan.Add(new PreparedMaxPool<T>(this, src, dst, indices, window));

    /// <summary>
    /// An average pool: forward <see cref="AveragePoolForward"/>, backward <see cref="AveragePoolBackward"/>. src: [N,C,H,W], dst:
    /// [N,C,H',W'].
    /// </summary>
    public LayerOperation<T> PlanAveragePool(MemoryPlan<T> plan, Tensor<T> src, Tensor<T> dst, Window2D window) =>
        plan.Add(new PreparedAveragePool<T>(this, src, dst, window));

    /// <summary>
    /// The mean over all pixels: forward <see cref="GlobalAverageForward"/>, backward <see cref="GlobalAverageBackward"/>. src: [N,C,H,W],
    /// dst: [N,C,1,1].
    /// </summary>
    public LayerOperation<T> PlanGlobalAverage(MemoryPlan<T> plan, Tensor<T> src, Tensor<T> dst) =>
        plan.Add(new PreparedGlobalAverage<T>(this, src, dst));

    /// <summary>Asks for the workspace of a convolution in all three directions, and chooses its algorithm.</summary>
    internal virtual void PrepareConvolution(
        MemoryPlan<T> plan, Tensor<T> src, Tensor<T> weights, Tensor<T> dst, Window2D window, int groups)
    {
    }

    /// <summary>How the backend computes an operation: what a prepared one says of itself.</summary>
    internal virtual string Implementation(PlainOperation operation) => Name;
}
