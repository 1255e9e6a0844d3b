using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Evaluation.Tracing;

/// <summary>A value of a graph.</summary>
/// <param name="Number">Unique in its graph, in order of computation.</param>
/// <param name="Shape">Extent for one image: [1,C,H,W].</param>
public sealed record GraphValue(int Number, Shape Shape);

/// <summary>
/// What a network computes in inference, as a list of plain operations in order: for export, and to count its arithmetic.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class InferenceGraph<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<GraphNode<T>> nodes = [];

    /// <summary>An empty graph over images.</summary>
    public InferenceGraph(ImageTask task) => Output = Input = new GraphValue(0, new Shape(1, task.Channels, task.Height, task.Width));

    /// <summary>The operations, each behind those it reads.</summary>
    public IReadOnlyList<GraphNode<T>> Nodes => nodes;

    /// <summary>The images.</summary>
    public GraphValue Input { get; }

    /// <summary>The logits.</summary>
    public GraphValue Output { get; private set; }

    /// <summary>Multiply-adds of convolutions and linear layers for one image, padding taps included.</summary>
    public long MultiplyAdds => nodes.Sum(node => node.MultiplyAdds);

    /// <summary>Adds what a module computes.</summary>
    public GraphValue Add(Module<T> module, GraphValue src) => ModuleTrace.Add(this, module, src);

    /// <summary>Adds the concatenation of channels.</summary>
    public GraphValue Concat(params GraphValue[] sources) =>
        sources.Length == 1 ? sources[0] : Append(new ConcatNode<T>(sources, Next(sources[0].Shape with { C = sources.Sum(s => s.Shape.C) })));

    /// <summary>Adds an elementwise sum.</summary>
    public GraphValue Sum(GraphValue a, GraphValue b) => Append(new SumNode<T>(a, b, Next(a.Shape)));

    /// <summary>Says which value the logits are.</summary>
    public void SetOutput(GraphValue value) => Output = value;

    internal GraphValue Next(Shape shape) => new(nodes.Count + 1, shape);

    internal GraphValue Append(GraphNode<T> node)
    {
        nodes.Add(node);
        return node.Dst;
    }
}

/// <summary>An operation of a graph.</summary>
/// <param name="Sources">What it reads.</param>
/// <param name="Dst">What it computes.</param>
public abstract record GraphNode<T>(GraphValue[] Sources, GraphValue Dst)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Multiply-adds for one image.</summary>
    public virtual long MultiplyAdds => 0;
}

/// <summary>A convolution without bias. Weights: [O,I/groups,kh,kw].</summary>
public sealed record ConvolutionNode<T>(GraphValue Src, GraphValue Dst, Tensor<T> Weights, Window2D Window, int Groups) : GraphNode<T>([Src], Dst)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override long MultiplyAdds => Weights.Capacity.Count * Dst.Shape.Pixels;
}

/// <summary>A batch norm with its running statistics.</summary>
public sealed record NormNode<T>(GraphValue Src, GraphValue Dst, BatchNormState<T> Norm) : GraphNode<T>([Src], Dst)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;

/// <summary>max(x, 0).</summary>
public sealed record ReluNode<T>(GraphValue Src, GraphValue Dst) : GraphNode<T>([Src], Dst)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;

/// <summary>A pool whose border does not count.</summary>
public sealed record PoolNode<T>(GraphValue Src, GraphValue Dst, Window2D Window, bool IsMaximum) : GraphNode<T>([Src], Dst)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;

/// <summary>Mean over all pixels.</summary>
public sealed record GlobalAverageNode<T>(GraphValue Src, GraphValue Dst) : GraphNode<T>([Src], Dst)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;

/// <summary>x·Wᵀ + b. Weights: [O,I,1,1].</summary>
public sealed record LinearNode<T>(GraphValue Src, GraphValue Dst, Tensor<T> Weights, Tensor<T> Bias) : GraphNode<T>([Src], Dst)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override long MultiplyAdds => Weights.Capacity.Count;
}

/// <summary>x[1:,1:] with zeros behind it, in the extent of x.</summary>
public sealed record ShiftNode<T>(GraphValue Src, GraphValue Dst) : GraphNode<T>([Src], Dst)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;

/// <summary>Zeros in the extent of x at a stride.</summary>
public sealed record ZeroNode<T>(GraphValue Src, GraphValue Dst, int Stride) : GraphNode<T>([Src], Dst)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;

/// <summary>Channels of zeros before and behind those of x.</summary>
public sealed record ChannelPadNode<T>(GraphValue Src, GraphValue Dst, int Before, int Behind) : GraphNode<T>([Src], Dst)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;

/// <summary>Channels side by side.</summary>
public sealed record ConcatNode<T>(GraphValue[] Sources, GraphValue Dst) : GraphNode<T>(Sources, Dst)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;

/// <summary>a + b.</summary>
public sealed record SumNode<T>(GraphValue First, GraphValue Second, GraphValue Dst) : GraphNode<T>([First, Second], Dst)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;
