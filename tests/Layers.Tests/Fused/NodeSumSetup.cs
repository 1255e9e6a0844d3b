using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests.Fused;

/// <summary>
/// As many batch-normed branches and identities of two tensors in turn as say, which enter so many nodes [N,C,H,W], into which others have
/// been mixed before or not.
/// </summary>
public sealed record NodeSumCase(int N, int C, int H, int W, int Normalized, int Identities, int Nodes = 1, bool Accumulate = false)
    : FusedCase
{
    internal override FusedSetup<T> Prepare<T>(Backend<T> backend, params int[][] parts) => new NodeSumSetup<T>(backend, this, parts);
}

internal sealed class NodeSumSetup<T> : FusedSetup<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly NodeSumTerm<T>[] branches;
    private readonly Tensor<T> weights;
    private readonly Tensor<T>[] nodes;
    private readonly Tensor<T>[] identities;
    private readonly ActiveList<NodeSumTerm<T>> active = new();

    public NodeSumSetup(Backend<T> backend, NodeSumCase c, params int[][] parts)
        : base(backend, c.N)
    {
        Terms = (double)c.N * c.C * c.H * c.W + c.Normalized + c.Identities;
        weights = Parameters.AddParameter("alpha", new Shape(1, c.Normalized + c.Identities, 1, 1), Initializer.FanIn);
        identities = [.. Enumerable.Range(0, 2).Select(k => Plan.ActivationWithDiff($"x{k}", c.C, c.H, c.W))];
        nodes = [.. Enumerable.Range(0, c.Nodes).Select(k => Plan.ActivationWithDiff($"node {k}", c.C, c.H, c.W))];
        branches = [.. Enumerable.Range(0, c.Normalized + c.Identities).OrderBy(k => k % c.Nodes).Select(k => Branch(k, c))];
        var extent = new Shape(c.N, c.C, c.H, c.W);
        foreach (var part in Parts(branches, parts))
            backend.PlanNodeSum(Plan, new NodeSum<T>(active = new(part), weights, extent, c.Accumulate));
        Commit();
        Randomize(weights);
        foreach (var node in nodes)
        {
            Randomize(node);
            Randomize(node.Diff!);
        }

        foreach (var identity in identities)
        {
            Randomize(identity);
            Randomize(identity.Diff!);
        }

        foreach (var b in branches)
        {
            if (b.Normalized is not { } v) continue;
            Randomize(v.Value, 1, 2);
            backend.NormalizationStatistics(v.Value, v.Norm);
        }
    }

    public override double Terms { get; }

    public override int Items => branches.Length;

    public override void Choose(IEnumerable<int> chosen) => Choose(active, chosen);

    public override IEnumerable<(string Name, double[] Values)> Results()
    {
        foreach (var node in nodes) yield return ("node", Image(node));
        yield return ("d alpha", Vector(weights.Diff!));
        foreach (var identity in identities) yield return ("d identity", Image(identity.Diff!));
        foreach (var b in branches)
        {
            if (b.Normalized is not { } v) continue;
            yield return ("gradient factor of dy", Vector(v.Gradient.Dy));
            yield return ("gradient factor of z", Vector(v.Gradient.Z));
            yield return ("gradient constant", Vector(v.Gradient.Constant));
        }
    }

    private NodeSumTerm<T> Branch(int k, NodeSumCase c)
    {
        var node = nodes[k % c.Nodes];
        if (k >= c.Normalized) return new NodeSumTerm<T>(k, null, identities[k % 2]) { Dst = node };
        var v = new DeferredBatchNorm<T>(Plan.Activation($"z{k}", c.C, c.H, c.W),
            new BatchNormState<T>(Parameters, $"{k}.", c.C, affine: false));
        v.Plan(Plan);
        return new NodeSumTerm<T>(k, v, null) { Dst = node };
    }
}
