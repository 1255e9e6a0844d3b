using System.Numerics;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Supernets;

/// <summary>One state of a cell and everything that leaves it: both pools, the first halves of all convolutions as one list, the second halves, the skips.</summary>
internal sealed class SharedState<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Backend<T> backend;
    private readonly List<(int Node, MixBranch<T> Branch)> branches = [];
    private readonly SharedHalving<T>? halving;
    private readonly PoolPair<T>? pools;
    private readonly SeparableBranch<T>[] first = [];
    private readonly SeparableBranch<T>[] second = [];

    /// <summary>Plans all edges from state <paramref name="index"/> of <paramref name="cell"/>, whose value is <paramref name="src"/>.</summary>
    public SharedState(Cell<T> cell, MemoryPlan<T> plan, Tensor<T> src, int index, Lifetime diffs)
    {
        backend = plan.Backend;
        Src = src;
        var firstNode = Math.Max(index - 1, 0);
        var edges = Enumerable.Range(firstNode, cell.Shape.Nodes - firstNode).Select(n => (Node: n, Edge: cell.Edge(n, index))).ToArray();
        if (edges.Length == 0) return;

        var stride = edges[0].Edge.Stride;
        pools = PlanPools(plan, stride, edges);
        if (stride == 2) halving = new SharedHalving<T>(plan, src);
        var (starts, ends) = (new List<SeparableBranch<T>>(), new List<SeparableBranch<T>>());
        foreach (var (node, edge) in edges)
        {
            if (halving is null) branches.Add((node, new MixBranch<T>(edge.WeightIndex(Primitive.SkipConnect), null, src)));
            else Enter(node, edge, Primitive.SkipConnect, halving.Add((FactorizedReduce<T>)edge.Operations[(int)Primitive.SkipConnect]));
            foreach (var primitive in (ReadOnlySpan<Primitive>)[Primitive.SepConv3x3, Primitive.SepConv5x5])
            {
                var convolution = (SepConv<T>)edge.Operations[(int)primitive];
                var start = Separable(plan, src, null, convolution.First);
                start.Dst.Diff = plan.Activation("d " + start.Dst.Value.Name, cell.Channels, start.Dst.Value.Capacity.H, start.Dst.Value.Capacity.W, diffs);
                starts.Add(start);
                ends.Add(Separable(plan, start.Dst.Value, start.Dst, convolution.Second));
                Enter(node, edge, primitive, ends[^1].Dst);
            }

            foreach (var primitive in (ReadOnlySpan<Primitive>)[Primitive.DilConv3x3, Primitive.DilConv5x5])
            {
                starts.Add(Separable(plan, src, null, (SeparableBlock<T>)edge.Operations[(int)primitive]));
                Enter(node, edge, primitive, starts[^1].Dst);
            }
        }

        first = [.. starts];
        second = [.. ends];
        backend.PlanSeparable(plan, first);
        backend.PlanSeparable(plan, second);
    }

    /// <summary>The state's value, with its gradient.</summary>
    public Tensor<T> Src { get; }

    /// <summary>What enters <paramref name="node"/> from here.</summary>
    public IEnumerable<MixBranch<T>> BranchesTo(int node) => branches.Where(b => b.Node == node).Select(b => b.Branch);

    /// <summary>Raw values and statistics of everything that leaves the state.</summary>
    public void Forward(in Pass pass)
    {
        if (pools is null) return;
        backend.PoolsForward(pools, pass.Training);
        halving?.Forward(pass);
        backend.SeparableForward(first, pass.Training);
        backend.SeparableForward(second, pass.Training);
    }

    /// <summary>Adds to the state's gradient, once every node behind it has its own.</summary>
    public void Backward(in Pass pass)
    {
        if (pools is null) return;
        backend.SeparableBackward(second, pass.WeightGradients);
        backend.SeparableBackward(first, pass.WeightGradients);
        halving?.Backward(pass);
        backend.PoolsBackward(pools);
    }

    private static SeparableBranch<T> Separable(MemoryPlan<T> plan, Tensor<T> src, NormalizedTensor<T>? normalized, SeparableBlock<T> block)
    {
        var (window, outputs) = (block.Depthwise.Window, block.Pointwise.Weights.Capacity.N);
        var value = plan.Activation(
            block.Pointwise.Weights.Name + " output", outputs, window.OutputHeight(src.Capacity.H), window.OutputWidth(src.Capacity.W));
        var dst = new NormalizedTensor<T>(value, block.Norm.Norm);
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

    private PoolPair<T> PlanPools(MemoryPlan<T> plan, int stride, (int Node, MixedOp<T> Edge)[] edges)
    {
        var window = Window.Square(3, stride, 1);
        var (_, c, h, w) = Src.Capacity;
        var (height, width) = (window.OutputHeight(h), window.OutputWidth(w));
        var max = plan.Activation("max pool", c, height, width);
        var average = plan.Activation("average pool", c, height, width);
        var pair = new PoolPair<T>
        {
            Src = Src,
            Window = window,
            Max = max,
            Indices = plan.PerImage<byte>("max pool indices", c, height, width),
            Average = average,
            MaxEdges = [.. edges.Select(e => Pooled(plan, max, e.Node, e.Edge, Primitive.MaxPool3x3))],
            AverageEdges = [.. edges.Select(e => Pooled(plan, average, e.Node, e.Edge, Primitive.AvgPool3x3))],
        };
        backend.PlanPools(plan, pair);
        return pair;
    }

    private NormalizedTensor<T> Pooled(MemoryPlan<T> plan, Tensor<T> value, int node, MixedOp<T> edge, Primitive primitive)
    {
        var norm = ((BatchNorm<T>)((Sequential<T>)edge.Operations[(int)primitive]).Modules[1]).Norm;
        var normalized = new NormalizedTensor<T>(value, norm);
        normalized.Plan(plan);
        Enter(node, edge, primitive, normalized);
        return normalized;
    }

    private void Enter(int node, MixedOp<T> edge, Primitive primitive, NormalizedTensor<T> value) =>
        branches.Add((node, new MixBranch<T>(edge.WeightIndex(primitive), value, null)));
}
