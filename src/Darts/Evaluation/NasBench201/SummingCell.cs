using System.Numerics;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Evaluation.NasBench201;

/// <summary>
/// A cell of NAS-Bench-201 (Dong and Yang 2020, section 2.1): every node sums its edges from all states before it, the source is the first
/// state, the last node the destination. x and y: [N,C,H,W].
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="topology">Nodes of the cell.</param>
/// <param name="edges">What stands on the edges, node by node: an operation, or a mixture of all.</param>
/// <param name="weights">Weights of the edges, with their gradients; null where all are one.</param>
internal sealed class SummingCell<T>(CellTopology topology, IReadOnlyList<Module<T>> edges, EdgeWeights<T>? weights = null) : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Tensor<T>[] states = new Tensor<T>[1 + topology.Nodes];

    /// <inheritdoc/>
    public override void Forward(in Pass pass)
    {
        for (var node = 0; node < topology.Nodes; node++)
            for (var source = 0; source <= node; source++)
            {
                var edge = Edge(node, source);
                edge.Forward(pass);
                if (weights is not null)
                    Backend.ScaleForward(
                        edge.Dst, weights.Tensor, weights.First + topology.FirstEdge(node) + source, states[1 + node],
                        accumulate: source > 0);
                else if (source == 0) Backend.Copy(edge.Dst, states[1 + node]);
                else Backend.Add(edge.Dst, states[1 + node]);
            }
    }

    /// <inheritdoc/>
    public override void Backward(in Pass pass, bool accumulate)
    {
        if (!accumulate) Backend.Fill(Src.Diff!, T.Zero);
        for (var state = 1; state < topology.Nodes; state++) Backend.Fill(states[state].Diff!, T.Zero);
        for (var node = topology.Nodes - 1; node >= 0; node--)
            for (var source = 0; source <= node; source++)
            {
                var (edge, diffNode) = (Edge(node, source), states[1 + node].Diff!);
                if (weights is not null)
                {
                    var weight = weights.First + topology.FirstEdge(node) + source;
                    Backend.ScaleBackwardWeights(edge.Dst, diffNode, weights.Tensor.Diff!, weight);
                    Backend.ScaleForward(diffNode, weights.Tensor, weight, edge.Dst.Diff!, accumulate: false);
                }

                edge.Backward(pass, accumulate: true);
            }
    }

    /// <inheritdoc/>
    public override GraphValue Trace(InferenceGraph<T> graph, GraphValue source)
    {
        var values = new GraphValue[states.Length];
        values[0] = source;
        for (var node = 0; node < topology.Nodes; node++)
        {
            values[1 + node] = Edge(node, 0).Trace(graph, source);
            for (var s = 1; s <= node; s++) values[1 + node] = graph.Sum(values[1 + node], Edge(node, s).Trace(graph, values[s]));
        }

        return values[^1];
    }

    /// <inheritdoc/>
    protected override Tensor<T> PlanDestination(MemoryPlan<T> plan, Tensor<T> source)
    {
        var (_, c, h, w) = source.Capacity;
        states[0] = source;
        for (var node = 0; node < topology.Nodes; node++)
        {
            states[1 + node] = plan.ActivationWithDiff($"node {1 + node}", c, h, w);
            for (var s = 0; s <= node; s++)
            {
                var dst = Edge(node, s).Plan(plan, states[s]);
                // Without weights of its own the gradient of an edge is that of its node.
                if (weights is null) dst.Diff = states[1 + node].Diff;
            }
        }

        return states[^1];
    }

    private Module<T> Edge(int node, int source) => edges[topology.FirstEdge(node) + source];
}

/// <summary>Weights of a cell's edges in one vector.</summary>
/// <param name="Tensor">The vector, with its gradient.</param>
/// <param name="First">Index of the first edge's weight.</param>
internal sealed record EdgeWeights<T>(Tensor<T> Tensor, int First)
    where T : unmanaged;
