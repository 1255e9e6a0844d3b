using System.Numerics;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends;

/// <summary>
/// Branches that are mixed into the nodes that they enter: Dst = Σ weights[k] · BN(z_k), eq. (2) of the DARTS paper summed over edges. All
/// have one shape, and those of one node follow each other.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="branches">The branches, each with its Dst.</param>
/// <param name="weights">Mixing weights, and in their Diff the gradients.</param>
/// <param name="scratch">A tensor of a node's shape that the composed form overwrites.</param>
/// <param name="accumulate">Whether the nodes hold the sum over other branches already.</param>
public readonly ref struct NodeSum<T>(ReadOnlySpan<NodeSumTerm<T>> branches, Tensor<T> weights, Tensor<T> scratch, bool accumulate)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The branches, each with its Dst.</summary>
    public ReadOnlySpan<NodeSumTerm<T>> Branches { get; } = branches;

    /// <summary>Mixing weights, and in their Diff the gradients.</summary>
    public Tensor<T> Weights { get; } = weights;

    /// <summary>A tensor of a node's shape that the composed form overwrites.</summary>
    public Tensor<T> Scratch { get; } = scratch;

    /// <summary>Whether the nodes hold the sum over other branches already.</summary>
    public bool Accumulate { get; } = accumulate;

    /// <summary>Whether there is nothing to mix, as in the default value.</summary>
    public bool IsEmpty => Branches.IsEmpty;

    /// <summary>Leading branches that enter one node.</summary>
    public static int SameNode(ReadOnlySpan<NodeSumTerm<T>> branches)
    {
        var count = 1;
        while (count < branches.Length && ReferenceEquals(branches[count].Dst, branches[0].Dst)) count++;
        return count;
    }
}
