using System.Numerics;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Evaluation.Cells;

/// <summary>
/// A cell of a discrete network: the outputs of the two cells before it, brought to one size and C channels; nodes that sum operations on
/// earlier states; the concatenation of some states.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class EvaluationCell<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly DiscreteCell cell;
    private readonly int channels;
    private readonly Module<T>[] preprocess;
    private readonly CellNode<T>[] nodes;
    private readonly CellOperation<T>[] preprocessing = new CellOperation<T>[GenotypeCell.Inputs];
    private readonly Tensor<T>[] states;
    private Tensor<T>[] outputs = [];
    private Tensor<T>[] diffOutputs = [];
    private Tensor<T>[] unread = [];
    private Backend<T>? backend;

    /// <summary>Declares the two preprocessing blocks and every operation below <paramref name="prefix"/>.</summary>
    /// <param name="parameters">Where.</param>
    /// <param name="prefix">Official name of the cell, with its dot.</param>
    /// <param name="cell">Nodes and output.</param>
    /// <param name="channels">C.</param>
    /// <param name="inputs0">Channels of the output of the cell before the last.</param>
    /// <param name="inputs1">Channels of the output of the last cell.</param>
    /// <param name="reduction">Whether operations on the inputs have stride 2.</param>
    /// <param name="afterReduction">Whether the last cell was a reduction, so that the first input must be halved.</param>
    /// <param name="dropsNodes">Whether drop path acts on the sum of a node.</param>
    /// <param name="masks">Number of the network's next drop-path mask.</param>
    public EvaluationCell(
        ParameterSet<T> parameters, string prefix, DiscreteCell cell, int channels, int inputs0, int inputs1,
        bool reduction, bool afterReduction,
        bool dropsNodes, ref int masks)
    {
        (this.cell, this.channels) = (cell, channels);
        preprocess =
        [
            afterReduction
                ? new FactorizedReduce<T>(parameters, prefix + "preprocess0.", inputs0, channels, affine: true)
                : new ReluConvBn<T>(parameters, prefix + "preprocess0.", inputs0, channels, Window2D.Point, affine: true),
            new ReluConvBn<T>(parameters, prefix + "preprocess1.", inputs1, channels, Window2D.Point, affine: true),
        ];
        nodes = new CellNode<T>[cell.Nodes.Count];
        var operations = 0;
        for (var i = 0; i < nodes.Length; i++)
        {
            var (state, edges) = cell.Nodes[i];
            var node = new PlacedOperation<T>[edges.Length];
            for (var k = 0; k < edges.Length; k++, operations++)
            {
                var stride = reduction && edges[k].Source < GenotypeCell.Inputs ? 2 : 1;
                var site = new OperationSite<T>(parameters, $"{prefix}_ops.{operations}.", channels, stride, Affine: true, PoolNorm: false);
                node[k] = new PlacedOperation<T>(edges[k].Operation, edges[k].Source, stride, edges[k].Operation.Build(site));
            }

            nodes[i] = new CellNode<T>(state, node, dropsNodes, ref masks);
        }

        Ticks = GenotypeCell.Inputs + operations + 1;
        states = new Tensor<T>[1 + cell.Nodes.Select(node => node.State).Append(GenotypeCell.Inputs - 1).Max()];
    }

    /// <summary>Channels of the output.</summary>
    public int Outputs => cell.Multiplier * channels;

    /// <summary>Ticks that a pass takes: one for each operation, and one for the output.</summary>
    public int Ticks { get; }

    /// <summary>Output [N, multiplier·C, H, W].</summary>
    public Tensor<T> Dst { get; private set; } = new("cell", default);

    public void SetDropPath(double probability)
    {
        foreach (var node in nodes) node.DropPath = probability;
    }

    /// <summary>Asks for the memory of a pass over the outputs of the two cells before.</summary>
    public Tensor<T> Plan(
        MemoryPlan<T> plan, Scratchpad<T> scratchpad, LivenessSchedule time, Tensor<T> src0, Tensor<T> src1, LiveRange ticks)
    {
        backend = plan.Backend;
        var tick = ticks.Begin;
        foreach (var (i, src) in new[] { (0, src0), (1, src1) })
        {
            var kept = time.Value(tick, tick);
            var (_, _, h, w) = src.Capacity;
            preprocessing[i] = preprocess[i] is FactorizedReduce<T> halving
                ? new FactorizedReduceOperation<T>(plan, scratchpad, kept, src, halving)
                : new SeparableOperation<T>(plan, scratchpad, kept, src, (ReluConvBn<T>)preprocess[i]);
            var (height, width) = preprocess[i] is FactorizedReduce<T> ? ((h + 1) / 2, (w + 1) / 2) : (h, w);
            states[i] = State(plan, time, $"preprocessed {i}", height, width, tick++, ticks.End);
        }

        foreach (var node in nodes)
        {
            var (height, width) = node.OutputSize(states);
            var state = states[node.State] = State(plan, time, $"node {node.State}", height, width, tick, ticks.End);
            tick = node.Plan(plan, scratchpad, time, states, state, tick, ticks.End);
        }

        outputs = [.. cell.Concat.Select(s => states[s])];
        diffOutputs = [.. outputs.Select(o => o.Diff!)];
        unread = [.. states.Where(s => s is not null && !outputs.Contains(s))];
        Dst = plan.Activation("cell", Outputs, outputs[0].Capacity.H, outputs[0].Capacity.W, time.Value(ticks.End, ticks.LastRead));
        Dst.Diff = plan.Activation("d cell", Outputs, outputs[0].Capacity.H, outputs[0].Capacity.W, time.Diff(ticks.End, ticks.LastReader));
        return Dst;
    }

    /// <summary>Computes <see cref="Dst"/>.</summary>
    public void Forward(in Pass pass)
    {
        for (var i = 0; i < preprocessing.Length; i++) preprocessing[i].Forward(pass, states[i]);
        foreach (var node in nodes) node.Forward(pass);
        backend!.ConcatForward(outputs, Dst);
    }

    /// <summary>From Dst.Diff: adds to both sources' gradients and to the parameters'.</summary>
    public void Backward(in Pass pass)
    {
        backend!.ConcatBackward(Dst.Diff!, diffOutputs, accumulate: false);
        foreach (var state in unread) backend.Fill(state.Diff!, T.Zero);
        for (var i = nodes.Length - 1; i >= 0; i--) nodes[i].Backward(pass);
        for (var i = preprocessing.Length - 1; i >= 0; i--) preprocessing[i].Backward(pass, states[i].Diff!);
    }

    /// <summary>Adds the cell to a graph.</summary>
    public GraphValue Trace(InferenceGraph<T> graph, GraphValue src0, GraphValue src1)
    {
        var values = new GraphValue[states.Length];
        (values[0], values[1]) = (preprocess[0].Trace(graph, src0), preprocess[1].Trace(graph, src1));
        foreach (var node in nodes) values[node.State] = node.Trace(graph, values);
        return graph.Concat([.. cell.Concat.Select(s => values[s])]);
    }

    private Tensor<T> State(MemoryPlan<T> plan, LivenessSchedule time, string name, int height, int width, int from, int to)
    {
        var state = plan.Activation(name, channels, height, width, time.Value(from, to));
        state.Diff = plan.Activation("d " + name, channels, height, width, time.Diff(from, to));
        return state;
    }
}
