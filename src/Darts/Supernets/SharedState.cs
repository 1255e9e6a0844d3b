using System.Numerics;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Supernets;

/// <summary>
/// One state of a cell and everything that leaves it: both pools, the first halves of all convolutions as one list, the second halves,
/// the skips. With partial channels all of them leave its first channels, and the others bypass. Operations that a search has given up
/// are not planned; those that a pass has not drawn are not computed.
/// </summary>
internal sealed class SharedState<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Backend<T> backend;
    private readonly ArchitectureParameters<T> architecture;
    private readonly List<(int Node, int Path, NodeSumTerm<T> Branch)> branches = [];
    private readonly List<(int Node, NodeSumTerm<T> Branch)> bypasses = [];
    private readonly PathList<NodeSumTerm<T>> leaving = new();
    private readonly NodeSumTerm<T>[] bypassing = [];
    private readonly int entering;
    private readonly Tensor<T>? scratch;
    private readonly int index;
    private readonly ChannelSplit<T>? split;
    private readonly SharedHalving<T>? halving;
    private readonly SharedPools<T>? pools;
    private readonly PathList<DeferredBatchNorm<T>> maxPools = new();
    private readonly PathList<DeferredBatchNorm<T>> averagePools = new();
    private readonly PathList<SeparableBranch<T>> first = new();
    private readonly PathList<SeparableBranch<T>> second = new();

    /// <summary>Plans all edges from state <paramref name="index"/> of <paramref name="cell"/>, whose value is <paramref name="src"/>.</summary>
    public SharedState(Cell<T> cell, MemoryPlan<T> plan, Tensor<T> src, int index, Lifetime diffs)
    {
        (backend, architecture, Src, this.index) = (plan.Backend, cell.Architecture, src, index);
        var firstNode = Math.Max(index - 1, 0);
        var edges = Enumerable.Range(firstNode, cell.Shape.Nodes - firstNode).Select(n => (Node: n, Edge: cell.Edge(n, index))).ToArray();
        if (edges.Length == 0) return;

        var (stride, parts) = (edges[0].Edge.Stride, architecture.Space.PartialChannels);
        if (parts > 1)
        {
            split = new ChannelSplit<T>(plan, src, parts, stride);
            bypasses.AddRange(edges.Select(e => (e.Node, new NodeSumTerm<T>(e.Edge.EdgeWeight, null, split.Bypass))));
        }

        var head = split?.Head ?? src;
        pools = PlanSharedPools(plan, head, stride, edges);
        if (stride == 2) halving = new SharedHalving<T>(plan, head);
        foreach (var (node, edge) in edges)
        {
            if (Lives(edge, Primitive.SkipConnect, out var skip))
            {
                if (halving is null) Enter(node, skip, null, head);
                else Enter(node, skip, halving.Add((FactorizedReduce<T>)edge.Operation(Primitive.SkipConnect), skip));
            }

            foreach (var primitive in (ReadOnlySpan<Primitive>)[Primitive.SepConv3x3, Primitive.SepConv5x5])
            {
                if (!Lives(edge, primitive, out var path)) continue;
                var convolution = (SepConv<T>)edge.Operation(primitive);
                var start = Separable(plan, head, null, convolution.First);
                var (_, c, h, w) = start.Dst.Value.Capacity;
                start.Dst.Diff = plan.Activation("d " + start.Dst.Value.Name, c, h, w, diffs);
                var end = Separable(plan, start.Dst.Value, start.Dst, convolution.Second);
                first.Add(path, start);
                second.Add(path, end);
                Enter(node, path, end.Dst);
            }

            foreach (var primitive in (ReadOnlySpan<Primitive>)[Primitive.DilConv3x3, Primitive.DilConv5x5])
            {
                if (!Lives(edge, primitive, out var path)) continue;
                var branch = Separable(plan, head, null, (SeparableBlock<T>)edge.Operation(primitive));
                first.Add(path, branch);
                Enter(node, path, branch.Dst);
            }
        }

        // By node: its gradient is read once for all of them.
        foreach (var (_, path, branch) in branches.OrderBy(b => b.Node)) leaving.Add(path, branch);
        entering = index == 0 ? 0 : branches.Count(b => b.Node == firstNode);
        bypassing = [.. bypasses.Select(b => b.Branch)];
        long used = 0;
        scratch = plan.Scratch("mix", pools.Max.Capacity, ref used);
        backend.PlanSeparable(plan, first.Span);
        backend.PlanSeparable(plan, second.Span);
    }

    /// <summary>The state's value, with its gradient.</summary>
    public Tensor<T> Src { get; }

    /// <summary>What enters <paramref name="node"/> from here.</summary>
    public IEnumerable<(int Path, NodeSumTerm<T> Branch)> BranchesTo(int node) => branches.Where(b => b.Node == node).Select(b => (b.Path, b.Branch));

    /// <summary>What enters <paramref name="node"/> from here around the operations.</summary>
    public IEnumerable<NodeSumTerm<T>> BypassesTo(int node) => bypasses.Where(b => b.Node == node).Select(b => b.Branch);

    /// <summary>Whether what leaves the state can be mixed node by node: nothing that does is left out.</summary>
    public bool OverlapsNodeSum => backend.OverlapsNodeSum && leaving.Count > 0 && !architecture.Relaxation.ComputesSome;

    /// <summary>What enters the next state, which waits for it.</summary>
    public NodeSum<T> ToNext => SumOf(leaving.Span[..entering]);

    /// <summary>What enters the states behind the next one, which others enter first.</summary>
    public NodeSum<T> Beyond => SumOf(leaving.Span[entering..]);

    /// <summary>Raw values and statistics of everything that leaves the state, and the mixture of what left another one.</summary>
    public void Forward(in Pass pass, NodeSum<T> overlapped)
    {
        if (pools is null) return;
        if (architecture.Relaxation.ComputesSome) Select();
        split?.Forward();
        if (HasPools) backend.SharedPoolsForward(pools, pass.Training);
        halving?.Forward(pass);
        backend.SeparableForward(first.Span, pass.Training, overlapped);
        backend.SeparableForward(second.Span, pass.Training);
    }

    /// <summary>Clears gradients that nodes behind only add to.</summary>
    public void ClearDiffs() => split?.ClearDiffs();

    /// <summary>
    /// Adds to the state's gradient, once every node behind it has its own, and goes back through the mixture of what left another one.
    /// </summary>
    public void Backward(in Pass pass, NodeSum<T> overlapped)
    {
        if (pools is null) return;
        if (bypassing.Length > 0) backend.NodeSumBackward(SumOf(bypassing));
        // The rest has been handed to the next state, to be gone back through alongside.
        var own = OverlapsNodeSum ? ToNext : SumOf(leaving.Span);
        if (!own.IsEmpty) backend.NodeSumBackward(own);
        backend.SeparableBackward(second.Span, pass.WeightGradients);
        backend.SeparableBackward(first.Span, pass.WeightGradients, overlapped);
        halving?.Backward(pass);
        if (HasPools) backend.SharedPoolsBackward(pools);
        split?.Backward(accumulate: true);
    }

    private NodeSum<T> SumOf(ReadOnlySpan<NodeSumTerm<T>> some) => new(some, architecture.Mixing, scratch!, accumulate: index > 0);

    private bool HasPools => maxPools.Count + averagePools.Count > 0;

    private void Select()
    {
        first.Select(architecture);
        second.Select(architecture);
        maxPools.Select(architecture);
        averagePools.Select(architecture);
        halving?.Select(architecture);
        leaving.Select(architecture);
        (pools!.MaxEdges, pools.AverageEdges) = (maxPools.Memory, averagePools.Memory);
    }

    // An operation has memory unless it can never be computed any more.
    private bool Lives(MixedOp<T> edge, Primitive primitive, out int path)
    {
        path = architecture.Has(primitive) ? edge.Path(primitive) : -1;
        return path >= 0 && architecture.Relaxation.Lives(path);
    }

    private static SeparableBranch<T> Separable(MemoryPlan<T> plan, Tensor<T> src, DeferredBatchNorm<T>? normalized, SeparableBlock<T> block)
    {
        var (window, outputs) = (block.Depthwise.Window, block.Pointwise.Weights.Capacity.N);
        var value = plan.Activation(
            block.Pointwise.Weights.Name + " output", outputs, window.OutputHeight(src.Capacity.H), window.OutputWidth(src.Capacity.W));
        var dst = new DeferredBatchNorm<T>(value, block.Norm.Norm);
        dst.Plan(plan);
        return new SeparableBranch<T>
        {
            Src = src,
            NormalizedSrc = normalized,
            Depthwise = block.Depthwise.Weights,
            Pointwise = block.Pointwise.Weights,
            Window = window,
            Dst = dst,
        };
    }

    private SharedPools<T> PlanSharedPools(MemoryPlan<T> plan, Tensor<T> head, int stride, (int Node, MixedOp<T> Edge)[] edges)
    {
        var window = Window2D.Square(3, stride, 1);
        var (_, c, h, w) = head.Capacity;
        var (height, width) = (window.OutputHeight(h), window.OutputWidth(w));
        var max = plan.Activation("max pool", c, height, width);
        var average = plan.Activation("average pool", c, height, width);
        AddPooled(maxPools, plan, max, edges, Primitive.MaxPool3x3);
        AddPooled(averagePools, plan, average, edges, Primitive.AvgPool3x3);
        var pair = new SharedPools<T>
        {
            Src = head,
            Window = window,
            Max = max,
            Indices = plan.PerImage<byte>("max pool indices", c, height, width),
            Average = average,
            MaxEdges = maxPools.Memory,
            AverageEdges = averagePools.Memory,
        };
        backend.PlanSharedPools(plan, pair);
        return pair;
    }

    private void AddPooled(
        PathList<DeferredBatchNorm<T>> list, MemoryPlan<T> plan, Tensor<T> value, (int Node, MixedOp<T> Edge)[] edges, Primitive primitive)
    {
        foreach (var (node, edge) in edges)
        {
            if (!Lives(edge, primitive, out var path)) continue;
            var norm = ((BatchNorm<T>)((Sequential<T>)edge.Operation(primitive)).Modules[1]).Norm;
            var normalized = new DeferredBatchNorm<T>(value, norm);
            normalized.Plan(plan);
            list.Add(path, normalized);
            Enter(node, path, normalized);
        }
    }

    private void Enter(int node, int path, DeferredBatchNorm<T>? value, Tensor<T>? identity = null) =>
        branches.Add((node, path, new NodeSumTerm<T>(architecture.NodeWeight(path), value, identity)));
}
