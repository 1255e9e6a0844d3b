using System.Numerics;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Supernets;

/// <summary>
/// One state of a cell and everything that leaves it, grouped by what edges can share (<see cref="SharedKind"/>); what has no faster way is
/// computed by its own module, so that nothing is weighted that is not computed. With partial channels all of them leave the state's first
/// channels, and the others bypass. Operations that a search has given up are not planned; those that a pass has not drawn are not
/// computed.
/// </summary>
internal sealed class SharedState<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly MemoryPlan<T> plan;
    private readonly ArchitectureParameters<T> architecture;
    private readonly List<(int Node, int Path, NodeSumTerm<T> Term)> terms = [];
    private readonly List<(int Node, NodeSumTerm<T> Term)> bypasses = [];
    private readonly PathList<NodeSumTerm<T>> leaving = new();
    private readonly Operation<T>? mixing;
    private readonly Operation<T>? bypassing;
    private readonly int index;
    private readonly int stride;
    private readonly Lifetime diffs;
    private readonly Tensor<T> head;
    private readonly ChannelSplit<T>? split;
    private SharedPooling<T>? pooling;
    private SharedFactorizedReduce<T>? reduction;
    private SharedSeparable<T>? separable;
    private SharedModules<T>? modules;

    /// <summary>
    /// Plans all edges from state <paramref name="index"/> of <paramref name="cell"/>, whose value is <paramref name="src"/>.
    /// </summary>
    public SharedState(Cell<T> cell, MemoryPlan<T> plan, Tensor<T> src, int index, Lifetime diffs)
    {
        (this.plan, architecture, this.index, this.diffs) = (plan, cell.Architecture, index, diffs);
        head = Src = src;
        var firstNode = Math.Max(index - 1, 0);
        var edges = Enumerable.Range(firstNode, cell.Shape.Nodes - firstNode).Select(n => (Node: n, Edge: cell.Edge(n, index))).ToArray();
        if (edges.Length == 0) return;

        var parts = architecture.Space.PartialChannels;
        stride = edges[0].Edge.Stride;
        if (parts > 1)
        {
            split = new ChannelSplit<T>(plan, src, parts, stride);
            head = split.Head;
            bypasses.AddRange(edges.Select(e => (e.Node, new NodeSumTerm<T>(e.Edge.EdgeWeight, null, split.Bypass))));
        }

        foreach (var (node, edge) in edges)
            for (var k = 0; k < edge.Operations.Count; k++)
                if (architecture.Relaxation.IsAlive(edge.FirstPath + k))
                    Add(node, edge.FirstPath + k, architecture.Space.Candidates[k], edge.Operations[k]);

        // By node: its gradient is read once for all of them.
        foreach (var (_, path, term) in terms.OrderBy(t => t.Node)) leaving.Add(path, term);
        mixing = Sum(leaving.Items, head.Capacity, stride);
        if (split is not null) bypassing = Sum(new([.. bypasses.Select(b => b.Term)]), split.Bypass.Capacity, 1);
        pooling?.Plan();
        reduction?.Plan();
        separable?.Plan();
    }

    /// <summary>The state's value, with its gradient.</summary>
    public Tensor<T> Src { get; }

    /// <summary>What enters <paramref name="node"/> from here.</summary>
    public IEnumerable<(int Path, NodeSumTerm<T> Term)> TermsOf(int node) => terms.Where(t => t.Node == node).Select(t => (t.Path, t.Term));

    /// <summary>What enters <paramref name="node"/> from here around the operations.</summary>
    public IEnumerable<NodeSumTerm<T>> BypassesTo(int node) => bypasses.Where(b => b.Node == node).Select(b => b.Term);

    /// <summary>Raw values and statistics of everything that leaves the state.</summary>
    public void Forward(in Pass pass)
    {
        if (mixing is null) return;
        if (architecture.Relaxation.IsSampled) Select();
        split?.Forward();
        pooling?.Forward(pass);
        reduction?.Forward(pass);
        modules?.Forward(pass);
        separable?.Forward(pass);
    }

    /// <summary>Clears gradients that later nodes only add to.</summary>
    public void ClearDiffs()
    {
        split?.ClearDiffs();
        modules?.ClearDiffs();
    }

    /// <summary>Adds to the state's gradient, once every later node has its own.</summary>
    public void Backward(in Pass pass)
    {
        if (mixing is null) return;
        bypassing?.Backward(weightGradients: false);
        mixing.Backward(weightGradients: false);
        separable?.Backward(pass);
        modules?.Backward(pass);
        reduction?.Backward(pass);
        pooling?.Backward();
        split?.Backward(accumulate: true);
    }

    // By source: what enters the nodes from other states is summed there.
    private Operation<T> Sum(ActiveList<NodeSumTerm<T>> some, Shape src, int step) =>
        plan.Backend.PlanNodeSum(
            plan,
            new(
                some, architecture.Mixing, src with { H = (src.H + step - 1) / step, W = (src.W + step - 1) / step },
                accumulate: index > 0));

    private void Select()
    {
        pooling?.Select(architecture);
        reduction?.Select(architecture);
        separable?.Select(architecture);
        modules?.Select(architecture);
        leaving.Select(architecture);
    }

    private void Add(int node, int path, Primitive primitive, Module<T> module)
    {
        switch (primitive.Shared)
        {
            case SharedKind.None:
                break;
            case SharedKind.Skip when primitive.IsIdentity(stride):
                Enter(node, path, null, head);
                break;
            case SharedKind.Skip:
                Enter(node, path, (reduction ??= new(plan, head)).Add((FactorizedReduce<T>)module, path));
                break;
            case SharedKind.MaxPool or SharedKind.AveragePool when architecture.Space.PoolNorm:
                Enter(node, path, (pooling ??= new(plan, head, stride)).Add(path, primitive.Shared, (Sequential<T>)module));
                break;
            case SharedKind.Separable:
                Enter(node, path, (separable ??= new(plan, head, diffs)).Add(path, (ISeparable<T>)module));
                break;
            default:
                Enter(node, path, null, (modules ??= new(plan, head)).Add(path, module));
                break;
        }
    }

    private void Enter(int node, int path, DeferredBatchNorm<T>? normalized, Tensor<T>? value = null) =>
        terms.Add((node, path, new NodeSumTerm<T>(architecture.NodeWeight(path), normalized, value)));
}
