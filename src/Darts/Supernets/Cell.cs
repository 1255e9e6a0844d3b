using System.Numerics;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Supernets;

/// <summary>A cell as the supernet runs it, whichever way it computes.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal interface ICell<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Output [N, multiplier·C, H, W].</summary>
    Tensor<T> Dst { get; }

    /// <summary>Asks for the memory of a pass over the outputs of the two cells before.</summary>
    Tensor<T> Plan(MemoryPlan<T> plan, Tensor<T> src0, Tensor<T> src1);

    /// <summary>Computes <see cref="Dst"/>.</summary>
    void Forward(in Pass pass);

    /// <summary>From Dst.Diff: adds to both sources' gradients, to the mixing weights' and, if asked, to the parameters'.</summary>
    void Backward(in Pass pass);
}

/// <summary>
/// A search cell, section 2.1 of the DARTS paper, in textbook form: every edge is a <see cref="MixedOp{T}"/>, a node is the sum of its
/// edges, the output concatenates the last nodes. It is the specification of <see cref="SharedCell{T}"/>, which runs.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class Cell<T> : ICell<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly CellTopology topology;
    private readonly MixedOp<T>[] edges;
    private readonly Tensor<T>[] states;
    private Backend<T>? backend;
    private Tensor<T>[] outputs = [];
    private Tensor<T>[] diffOutputs = [];

    /// <summary>Declares the two preprocessing blocks and every edge below <paramref name="prefix"/>.</summary>
    /// <param name="parameters">Where.</param>
    /// <param name="prefix">Official name of the cell, with its dot.</param>
    /// <param name="shape">Nodes and multiplier.</param>
    /// <param name="channels">C.</param>
    /// <param name="inputs0">Channels of the output of the cell before the last.</param>
    /// <param name="inputs1">Channels of the output of the last cell.</param>
    /// <param name="reduction">Whether edges from the inputs have stride 2.</param>
    /// <param name="afterReduction">Whether the last cell was a reduction, so that the first input must be halved.</param>
    /// <param name="architecture">Architecture parameters of this kind of cell.</param>
    /// <param name="dropPath">Whether operations can be dropped, which the textbook form alone can do.</param>
    public Cell(
        ParameterSet<T> parameters, string prefix, SupernetShape shape, int channels, int inputs0, int inputs1, bool reduction,
        bool afterReduction, ArchitectureParameters<T> architecture, bool dropPath = false)
    {
        (Shape, topology) = (shape, shape.Topology);
        Channels = channels;
        Architecture = architecture;
        Preprocess0 = afterReduction
            ? new FactorizedReduce<T>(parameters, prefix + "preprocess0.", inputs0, channels, affine: false)
            : new ReluConvBn<T>(parameters, prefix + "preprocess0.", inputs0, channels, Window2D.Point, affine: false);
        Preprocess1 = new ReluConvBn<T>(parameters, prefix + "preprocess1.", inputs1, channels, Window2D.Point, affine: false);
        edges = new MixedOp<T>[topology.Edges];
        for (int node = 0, edge = 0; node < shape.Nodes; node++)
            for (var source = 0; source < topology.SourcesOf(node); source++, edge++)
                edges[edge] = new MixedOp<T>(
                    parameters, $"{prefix}_ops.{edge}.", channels, reduction && source < topology.Inputs ? 2 : 1, architecture, edge,
                    dropPath);
        states = new Tensor<T>[topology.Inputs + shape.Nodes];
    }

    /// <summary>Nodes and multiplier.</summary>
    public SupernetShape Shape { get; }

    /// <summary>C.</summary>
    public int Channels { get; }

    /// <summary>Architecture parameters of this kind of cell.</summary>
    public ArchitectureParameters<T> Architecture { get; }

    /// <summary>1x1 convolution, or factorized reduction, of the cell before the last.</summary>
    public Module<T> Preprocess0 { get; }

    /// <summary>1x1 convolution of the last cell.</summary>
    public ReluConvBn<T> Preprocess1 { get; }

    /// <inheritdoc/>
    public Tensor<T> Dst { get; private set; } = new("cell", default);

    /// <summary>All edges, node by node.</summary>
    public IReadOnlyList<MixedOp<T>> Edges => edges;

    /// <summary>The edge from state <paramref name="source"/> (0 and 1 are the inputs) to a node.</summary>
    public MixedOp<T> Edge(int node, int source) => edges[topology.FirstEdge(node) + source];

    /// <summary>Sets the drop-path probability of all edges.</summary>
    public void SetDropPath(double probability)
    {
        foreach (var edge in edges) edge.SetDropPath(probability);
    }

    /// <inheritdoc/>
    public Tensor<T> Plan(MemoryPlan<T> plan, Tensor<T> src0, Tensor<T> src1)
    {
        backend = plan.Backend;
        states[0] = Preprocess0.Plan(plan, src0);
        states[1] = Preprocess1.Plan(plan, src1);
        for (var node = 0; node < Shape.Nodes; node++)
        {
            for (var source = 0; source < topology.SourcesOf(node); source++) Edge(node, source).Plan(plan, states[source]);
            var (_, c, h, w) = Edge(node, 0).Dst.Capacity;
            var state = states[topology.Inputs + node] = plan.ActivationWithDiff($"node {node}", c, h, w);
            // Without edge normalisation the gradient of an edge is that of its node.
            if (!Architecture.Space.EdgeNormalization)
                for (var source = 0; source < topology.SourcesOf(node); source++) Edge(node, source).Dst.Diff = state.Diff;
        }

        outputs = states[^Shape.Multiplier..];
        diffOutputs = [.. outputs.Select(o => o.Diff!)];
        return Dst = plan.ActivationWithDiff("cell", Shape.Multiplier * Channels, outputs[0].Capacity.H, outputs[0].Capacity.W);
    }

    /// <inheritdoc/>
    public void Forward(in Pass pass)
    {
        Preprocess0.Forward(pass);
        Preprocess1.Forward(pass);
        for (var node = 0; node < Shape.Nodes; node++)
            for (var source = 0; source < topology.SourcesOf(node); source++)
            {
                var edge = Edge(node, source);
                edge.Forward(pass);
                if (Architecture.Space.EdgeNormalization)
                    backend!.ScaleForward(
                        edge.Dst, Architecture.Mixing, edge.EdgeWeight, states[topology.Inputs + node], accumulate: source > 0);
                else if (source == 0) backend!.Copy(edge.Dst, states[topology.Inputs + node]);
                else backend!.Add(edge.Dst, states[topology.Inputs + node]);
            }

        backend!.ConcatForward(outputs, Dst);
    }

    /// <inheritdoc/>
    public void Backward(in Pass pass)
    {
        foreach (var state in states) backend!.Fill(state.Diff!, T.Zero);
        backend!.ConcatBackward(Dst.Diff!, diffOutputs, accumulate: true);
        for (var node = Shape.Nodes - 1; node >= 0; node--)
            for (var source = 0; source < topology.SourcesOf(node); source++)
            {
                var (edge, diffNode) = (Edge(node, source), states[topology.Inputs + node].Diff!);
                if (Architecture.Space.EdgeNormalization)
                {
                    backend!.ScaleBackwardWeights(edge.Dst, diffNode, Architecture.Mixing.Diff!, edge.EdgeWeight);
                    backend!.ScaleForward(diffNode, Architecture.Mixing, edge.EdgeWeight, edge.Dst.Diff!, accumulate: false);
                }

                edge.Backward(pass, accumulate: true);
            }

        Preprocess1.Backward(pass, accumulate: true);
        Preprocess0.Backward(pass, accumulate: true);
    }
}
