using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Modules;

/// <summary>An operation of a graph.</summary>
/// <param name="Sources">What it reads.</param>
/// <param name="Dst">What it computes.</param>
internal abstract record GraphNode<T>(GraphValue[] Sources, GraphValue Dst)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Multiply-adds for one image.</summary>
    public virtual long MultiplyAdds => 0;

    /// <summary>Gives the operation to who writes the graph in another form.</summary>
    public abstract void Accept(IGraphVisitor<T> visitor);
}

/// <summary>Who writes a graph in another form: a method for each operation, so that none can be forgotten.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal interface IGraphVisitor<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Writes a convolution.</summary>
    void Visit(ConvolutionNode<T> node);

    /// <summary>Writes a batch norm.</summary>
    void Visit(NormNode<T> node);

    /// <summary>Writes a ReLU.</summary>
    void Visit(ReluNode<T> node);

    /// <summary>Writes a pool.</summary>
    void Visit(PoolNode<T> node);

    /// <summary>Writes a mean over all pixels.</summary>
    void Visit(GlobalAverageNode<T> node);

    /// <summary>Writes a linear layer.</summary>
    void Visit(LinearNode<T> node);

    /// <summary>Writes a shift by one pixel.</summary>
    void Visit(ShiftNode<T> node);

    /// <summary>Writes zeros.</summary>
    void Visit(ZeroNode<T> node);

    /// <summary>Writes channels of zeros.</summary>
    void Visit(ChannelPadNode<T> node);

    /// <summary>Writes a concatenation.</summary>
    void Visit(ConcatNode<T> node);

    /// <summary>Writes a sum.</summary>
    void Visit(SumNode<T> node);

    /// <summary>Writes values as bytes.</summary>
    void Visit(QuantiseNode<T> node);
}

/// <summary>A convolution without bias. Weights: [O,I/groups,kh,kw].</summary>
internal sealed record ConvolutionNode<T>(GraphValue Src, GraphValue Dst, Tensor<T> Weights, Window2D Window, int Groups)
    : GraphNode<T>([Src], Dst)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override long MultiplyAdds => Weights.Capacity.Count * Dst.Shape.Pixels;

    /// <inheritdoc/>
    public override void Accept(IGraphVisitor<T> visitor) => visitor.Visit(this);
}

/// <summary>A batch norm with its running statistics.</summary>
internal sealed record NormNode<T>(GraphValue Src, GraphValue Dst, BatchNormState<T> Norm) : GraphNode<T>([Src], Dst)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override void Accept(IGraphVisitor<T> visitor) => visitor.Visit(this);
}

/// <summary>max(x, 0).</summary>
internal sealed record ReluNode<T>(GraphValue Src, GraphValue Dst) : GraphNode<T>([Src], Dst)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override void Accept(IGraphVisitor<T> visitor) => visitor.Visit(this);
}

/// <summary>A pool whose border does not count.</summary>
internal sealed record PoolNode<T>(GraphValue Src, GraphValue Dst, Window2D Window, bool IsMaximum) : GraphNode<T>([Src], Dst)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override void Accept(IGraphVisitor<T> visitor) => visitor.Visit(this);
}

/// <summary>Mean over all pixels.</summary>
internal sealed record GlobalAverageNode<T>(GraphValue Src, GraphValue Dst) : GraphNode<T>([Src], Dst)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override void Accept(IGraphVisitor<T> visitor) => visitor.Visit(this);
}

/// <summary>x·Wᵀ + b. Weights: [O,I,1,1].</summary>
internal sealed record LinearNode<T>(GraphValue Src, GraphValue Dst, Tensor<T> Weights, Tensor<T> Bias) : GraphNode<T>([Src], Dst)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override long MultiplyAdds => Weights.Capacity.Count;

    /// <inheritdoc/>
    public override void Accept(IGraphVisitor<T> visitor) => visitor.Visit(this);
}

/// <summary>x[1:,1:] with zeros after it, in the extent of x.</summary>
internal sealed record ShiftNode<T>(GraphValue Src, GraphValue Dst) : GraphNode<T>([Src], Dst)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override void Accept(IGraphVisitor<T> visitor) => visitor.Visit(this);
}

/// <summary>Zeros in the extent of x at a stride.</summary>
internal sealed record ZeroNode<T>(GraphValue Src, GraphValue Dst, int Stride) : GraphNode<T>([Src], Dst)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override void Accept(IGraphVisitor<T> visitor) => visitor.Visit(this);
}

/// <summary>Channels of zeros before and after those of x.</summary>
internal sealed record ChannelPadNode<T>(GraphValue Src, GraphValue Dst, int Before, int After) : GraphNode<T>([Src], Dst)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override void Accept(IGraphVisitor<T> visitor) => visitor.Visit(this);
}

/// <summary>Channels side by side.</summary>
internal sealed record ConcatNode<T>(GraphValue[] Sources, GraphValue Dst) : GraphNode<T>(Sources, Dst)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override void Accept(IGraphVisitor<T> visitor) => visitor.Visit(this);
}

/// <summary>a + b.</summary>
internal sealed record SumNode<T>(GraphValue First, GraphValue Second, GraphValue Dst) : GraphNode<T>([First, Second], Dst)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override void Accept(IGraphVisitor<T> visitor) => visitor.Visit(this);
}

/// <summary>x + bias rounded to what bytes hold. Bias: [C] or null.</summary>
internal sealed record QuantiseNode<T>(GraphValue Src, GraphValue Dst, Tensor<T>? Bias, ByteScale Scale) : GraphNode<T>([Src], Dst)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override void Accept(IGraphVisitor<T> visitor) => visitor.Visit(this);
}
