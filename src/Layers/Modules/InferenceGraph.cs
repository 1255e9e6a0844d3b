using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Modules;

/// <summary>A value of a graph.</summary>
/// <param name="Number">Unique in its graph, in order of computation.</param>
/// <param name="Shape">Extent for one image: [1,C,H,W].</param>
public sealed record GraphValue(int Number, Shape Shape);

/// <summary>
/// What a network computes in inference, as a list of plain operations in order. Every module says its own part
/// (<see cref="Module{T}.Trace"/>); exporters write the list, and arithmetic and extents are read from it.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class InferenceGraph<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<GraphNode<T>> nodes = [];

    /// <summary>An empty graph over images of this extent.</summary>
    public InferenceGraph(int channels, int height, int width) => Output = Input = new GraphValue(0, new Shape(1, channels, height, width));

    /// <summary>The operations, each after those it reads.</summary>
    internal IReadOnlyList<GraphNode<T>> Nodes => nodes;

    /// <summary>The images.</summary>
    public GraphValue Input { get; }

    /// <summary>The logits.</summary>
    public GraphValue Output { get; private set; }

    /// <summary>Multiply-adds of convolutions and linear layers for one image, padding taps included.</summary>
    public long MultiplyAdds => nodes.Sum(node => node.MultiplyAdds);

    /// <summary>The graph of one module on a source [N,C,H,W], counted for one image.</summary>
    /// <exception cref="NotSupportedException">A module that does not say what it computes.</exception>
    public static InferenceGraph<T> From(Module<T> module, Shape source)
    {
        var graph = new InferenceGraph<T>(source.C, source.H, source.W);
        graph.SetOutput(module.Trace(graph, graph.Input));
        return graph;
    }

    /// <summary>Says which value the logits are.</summary>
    public void SetOutput(GraphValue value) => Output = value;

    /// <summary>max(x, 0).</summary>
    public GraphValue Relu(GraphValue source) => Append(new ReluNode<T>(source, Next(source.Shape)));

    /// <summary>A batch norm with its running statistics.</summary>
    public GraphValue BatchNorm(GraphValue source, BatchNormState<T> norm) => Append(new NormNode<T>(source, Next(source.Shape), norm));

    /// <summary>A convolution without bias. Weights: [O,I/groups,kh,kw].</summary>
    public GraphValue Convolution(GraphValue source, Tensor<T> weights, Window2D window) => Append(new ConvolutionNode<T>(
        source, Next(Strided(source.Shape, window) with { C = weights.Capacity.N }), weights, window, source.Shape.C / weights.Capacity.C));

    /// <summary>A maximum or average pool whose border does not count.</summary>
    public GraphValue Pool(GraphValue source, Window2D window, bool isMaximum) =>
        Append(new PoolNode<T>(source, Next(Strided(source.Shape, window)), window, isMaximum));

    /// <summary>Mean over all pixels.</summary>
    public GraphValue GlobalAverage(GraphValue source) =>
        Append(new GlobalAverageNode<T>(source, Next(source.Shape with { H = 1, W = 1 })));

    /// <summary>x·Wᵀ + b. Weights: [O,I,1,1].</summary>
    public GraphValue Linear(GraphValue source, Tensor<T> weights, Tensor<T> bias) =>
        Append(new LinearNode<T>(source, Next(source.Shape with { C = weights.Capacity.N }), weights, bias));

    /// <summary>x[1:,1:] with zeros after it, in the extent of x.</summary>
    public GraphValue Shift(GraphValue source) => Append(new ShiftNode<T>(source, Next(source.Shape)));

    /// <summary>Zeros in the extent of x at a stride.</summary>
    public GraphValue Zero(GraphValue source, int stride)
    {
        var (h, w) = ((source.Shape.H + stride - 1) / stride, (source.Shape.W + stride - 1) / stride);
        return Append(new ZeroNode<T>(source, Next(source.Shape with { H = h, W = w }), stride));
    }

    /// <summary>Channels of zeros before and after those of x.</summary>
    public GraphValue PadChannels(GraphValue source, int before, int after) =>
        Append(new ChannelPadNode<T>(source, Next(source.Shape with { C = source.Shape.C + before + after }), before, after));

    /// <summary>Channels side by side.</summary>
    public GraphValue Concat(params GraphValue[] sources) =>
        sources.Length == 1 ? sources[0] : Append(
            new ConcatNode<T>(sources, Next(sources[0].Shape with { C = sources.Sum(s => s.Shape.C) })));

    /// <summary>a + b.</summary>
    public GraphValue Sum(GraphValue a, GraphValue b) => Append(new SumNode<T>(a, b, Next(a.Shape)));

    /// <summary>x + bias rounded to what bytes hold. Bias: [C] or null.</summary>
    internal GraphValue Quantise(GraphValue source, Tensor<T>? bias, ByteScale scale) =>
        Append(new QuantiseNode<T>(source, Next(source.Shape), bias, scale));

    private static Shape Strided(Shape source, Window2D window) =>
        source with { H = window.OutputHeight(source.H), W = window.OutputWidth(source.W) };

    private GraphValue Next(Shape shape) => new(nodes.Count + 1, shape);

    private GraphValue Append(GraphNode<T> node)
    {
        nodes.Add(node);
        return node.Dst;
    }
}
