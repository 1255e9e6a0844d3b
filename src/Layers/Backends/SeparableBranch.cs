using System.Numerics;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends;

/// <summary>
/// ReLU, depthwise and pointwise convolution, and the statistics of the batch norm that follows them, as one operation. The source is a
/// state of a cell or, in the second half of a separable convolution, a raw value whose batch norm and ReLU are applied on loading.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class SeparableBranch<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Source that a ReLU precedes: [N,I,H,W]. Its Diff, where there is one, accumulates.</summary>
    public required Tensor<T> Src { get; init; }

    /// <summary>
    /// The same source with its batch norm, where one stands before the ReLU; its Diff is overwritten, masked by the ReLU.
    /// </summary>
    public DeferredBatchNorm<T>? NormalizedSrc { get; init; }

    /// <summary>Depthwise filter [I,1,kh,kw], or null for ReLU and pointwise only.</summary>
    public Tensor<T>? Depthwise { get; init; }

    /// <summary>Pointwise filter [O,I,1,1].</summary>
    public required Tensor<T> Pointwise { get; init; }

    /// <summary>Geometry of the depthwise convolution (1x1 without one).</summary>
    public required Window2D Window { get; init; }

    /// <summary>Raw output [N,O,H',W'] and its statistics.</summary>
    public required DeferredBatchNorm<T> Dst { get; init; }

    /// <summary>What branches compute, and from what shape.</summary>
    internal static string Describe(IReadOnlyList<SeparableBranch<T>> branches) =>
        $"{branches.Count} x relu, {string.Join(" | ", branches.GroupBy(b => b.Kernels).Select(g => $"{g.Count()} x {g.Key}"))} over " +
            $"{branches[0].Src.Capacity}";

    private string Kernels
    {
        get
        {
            var (o, i, _, _) = Pointwise.Capacity;
            return $"{(Depthwise is null ? "" : $"depthwise {Window.Describe()} + ")}pointwise {i}x{o}";
        }
    }
}
