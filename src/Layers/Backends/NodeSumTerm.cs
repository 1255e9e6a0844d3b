using System.Numerics;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends;

/// <summary>One candidate operation that enters a node: a raw value with its batch norm, or a tensor as it is (identity).</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="index">Index of its mixing weight.</param>
/// <param name="normalized">Raw value, batch norm and gradient; null for the identity.</param>
/// <param name="identity">The tensor itself; null where there is a batch norm.</param>
internal sealed class NodeSumTerm<T>(int index, DeferredBatchNorm<T>? normalized, Tensor<T>? identity)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private Tensor<T>? dst;

    /// <summary>Index of its mixing weight.</summary>
    public int Index { get; } = index;

    /// <summary>Raw value, batch norm and gradient; null for the identity.</summary>
    public DeferredBatchNorm<T>? Normalized { get; } = normalized;

    /// <summary>The tensor itself; null where there is a batch norm. Its Diff accumulates.</summary>
    public Tensor<T>? Identity { get; } = identity;

    /// <summary>The node that the branch enters [N,C,H,W]; a batch norm keeps the node's gradient as its own.</summary>
    public Tensor<T>? Dst
    {
        get => dst;
        set
        {
            dst = value;
            if (Normalized is { } v) v.Diff = value?.Diff;
        }
    }
}
