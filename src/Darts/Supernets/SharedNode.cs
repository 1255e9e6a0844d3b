using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Supernets;

/// <summary>
/// One node of a cell: the sum over all operations of all edges that enter it, each with its weight, in one pass. Partial channels are
/// split, scaled and shuffled alike on all edges, so that operations and bypasses are summed first and merged once.
/// y: [N,C,H,W].
/// </summary>
internal sealed class SharedNode<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Backend<T> backend;
    private readonly ArchitectureParameters<T> architecture;
    private readonly PathList<NodeSumTerm<T>> branches = new();
    private readonly NodeSumTerm<T>[] bypasses;
    private readonly Tensor<T> mixed;
    private readonly Tensor<T>? bypassed;
    private readonly Tensor<T> scratch;

    /// <summary>
    /// Plans a node of the extent <paramref name="extent"/>, into which the given branches lead; <paramref name="dst"/> is its value, if it
    /// has one.
    /// </summary>
    public SharedNode(
        MemoryPlan<T> plan, ArchitectureParameters<T> architecture, string name, Shape extent, Tensor<T>? dst,
        IEnumerable<(int Path, NodeSumTerm<T> Branch)> branches, IEnumerable<NodeSumTerm<T>> bypasses)
    {
        (backend, this.architecture) = (plan.Backend, architecture);
        foreach (var (path, branch) in branches) this.branches.Add(path, branch);
        this.bypasses = [.. bypasses];
        var (parts, (_, channels, h, w)) = (architecture.Space.PartialChannels, extent);
        Dst = dst ?? plan.ActivationWithDiff(name, channels, h, w);
        mixed = Dst;
        if (parts > 1)
        {
            mixed = plan.ActivationWithDiff(name + ", mixed", channels / parts, h, w);
            bypassed = plan.ActivationWithDiff(name + ", bypassed", channels - channels / parts, h, w);
        }

        foreach (var branch in this.branches.Span) branch.Dst = mixed;
        foreach (var bypass in this.bypasses) bypass.Dst = bypassed;
        long used = 0;
        scratch = plan.Scratch("mix", mixed.Capacity, ref used);
    }

    /// <summary>The node's value, with its gradient.</summary>
    public Tensor<T> Dst { get; }

    /// <summary>The value, from all branches.</summary>
    public void Forward()
    {
        if (architecture.Relaxation.IsSampled) branches.Select(architecture);
        if (branches.Count > 0) backend.NodeSumForward(new NodeSum<T>(branches.Span, architecture.Mixing, scratch, accumulate: false));
        else backend.Fill(mixed, T.Zero);
        if (bypassed is null) return;
        backend.NodeSumForward(new NodeSum<T>(bypasses, architecture.Mixing, scratch, accumulate: false));
        backend.PartialMergeForward(mixed, bypassed, Dst);
    }

    /// <summary>Makes the node's gradient ready for the states in front, each of which goes back through what leaves it.</summary>
    public void Backward()
    {
        if (bypassed is not null) backend.PartialMergeBackward(Dst.Diff!, mixed.Diff!, bypassed.Diff!);
    }
}
