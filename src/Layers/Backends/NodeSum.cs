using System.Numerics;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends;

/// <summary>
/// Terms that are mixed into the nodes that they enter: Dst = Σ weights[k] · BN(z_k), eq. (2) of the DARTS paper summed over edges. All
/// have one shape, and those of one node follow each other.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="terms">The terms, each with its Dst (once the operation runs).</param>
/// <param name="weights">Mixing weights, and in their Diff the gradients.</param>
/// <param name="extent">Shape of a node for the largest batch.</param>
/// <param name="accumulate">Whether the nodes hold the sum over other terms already.</param>
internal sealed class NodeSum<T>(ActiveList<NodeSumTerm<T>> terms, Tensor<T> weights, Shape extent, bool accumulate)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The terms, each with its Dst.</summary>
    public ActiveList<NodeSumTerm<T>> Terms { get; } = terms;

    /// <summary>Mixing weights, and in their Diff the gradients.</summary>
    public Tensor<T> Weights { get; } = weights;

    /// <summary>Shape of a node for the largest batch: [N,C,H,W].</summary>
    public Shape Extent { get; } = extent;

    /// <summary>Whether the nodes hold the sum over other terms already.</summary>
    public bool Accumulate { get; } = accumulate;

    /// <summary>How many terms enter nodes of which shape.</summary>
    internal string Describe() =>
        $"{Terms.All.Count} terms, {Terms.All.Count(t => t.Normalized is null)} of them identities, into {Extent}";

    /// <summary>Leading terms that enter one node.</summary>
    public static int SameNode(ReadOnlySpan<NodeSumTerm<T>> terms)
    {
        var count = 1;
        while (count < terms.Length && ReferenceEquals(terms[count].Dst, terms[0].Dst)) count++;
        return count;
    }
}
