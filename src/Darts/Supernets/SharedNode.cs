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
    private readonly Operation<T> mixing;
    private readonly Operation<T>? bypassing;
    private readonly Tensor<T> mixed;
    private readonly Tensor<T>? bypassed;

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
        var around = new ActiveList<NodeSumTerm<T>>([.. bypasses]);
        var (parts, (_, channels, h, w)) = (architecture.Space.PartialChannels, extent);
        Dst = dst ?? plan.ActivationWithDiff(name, channels, h, w);
        mixed = Dst;
        if (parts > 1)
        {
            mixed = plan.ActivationWithDiff(name + ", mixed", channels / parts, h, w);
            bypassed = plan.ActivationWithDiff(name + ", bypassed", channels - channels / parts, h, w);
        }

        foreach (var branch in this.branches.Active) branch.Dst = mixed;
        foreach (var bypass in around.Active) bypass.Dst = bypassed;
        mixing = backend.PlanNodeSum(plan, new(this.branches.Items, architecture.Mixing, mixed.Capacity, accumulate: false));
        if (bypassed is not null)
            bypassing = backend.PlanNodeSum(plan, new(around, architecture.Mixing, bypassed.Capacity, accumulate: false));
    }

    /// <summary>The node's value, with its gradient.</summary>
    public Tensor<T> Dst { get; }

    /// <summary>The value, from all branches.</summary>
    public void Forward()
    {
        if (architecture.Relaxation.IsSampled) branches.Select(architecture);
        if (branches.Active.IsEmpty) backend.Fill(mixed, T.Zero);
        else mixing.Forward(training: true);
        if (bypassing is null) return;
        bypassing.Forward(training: true);
        backend.PartialMergeForward(mixed, bypassed!, Dst);
    }

    /// <summary>Makes the node's gradient ready for the states in front, each of which goes back through what leaves it.</summary>
    public void Backward()
    {
        if (bypassed is not null) backend.PartialMergeBackward(Dst.Diff!, mixed.Diff!, bypassed.Diff!);
    }
}
