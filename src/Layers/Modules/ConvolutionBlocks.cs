using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Modules;

/// <summary>ReLU, convolution, batch norm. x: [N,I,H,W], y: [N,O,H',W'].</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class ReluConvBn<T> : Sequential<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Declares op.1 and op.2 below <paramref name="prefix"/>.</summary>
    public ReluConvBn(ParameterSet<T> parameters, string prefix, int inputs, int outputs, Window2D window, bool affine)
        : this(new Convolution<T>(parameters, prefix + "op.1.", inputs, outputs, window), new BatchNorm<T>(
            parameters, prefix + "op.2.", outputs, affine))
    {
    }

    private ReluConvBn(Convolution<T> convolution, BatchNorm<T> norm)
        : base(new Relu<T>(), convolution, norm) => (Convolution, Norm) = (convolution, norm);

    /// <summary>The convolution.</summary>
    public Convolution<T> Convolution { get; }

    /// <summary>The batch norm.</summary>
    public BatchNorm<T> Norm { get; }
}

/// <summary>Separable blocks one after another, and nothing else: what a supernet computes for many edges at once.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal interface ISeparable<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The blocks in order.</summary>
    IReadOnlyList<SeparableBlock<T>> Blocks { get; }
}

/// <summary>
/// ReLU, depthwise convolution (kernel k, dilation d, padding d·(k−1)/2), pointwise convolution, batch norm: the dilated
/// convolution of the search space, and half of a separable one. x: [N,I,H,W], y: [N,O,H',W'].
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class SeparableBlock<T> : Sequential<T>, ISeparable<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Declares op.{first+1}, op.{first+2} and op.{first+3} below <paramref name="prefix"/>.</summary>
    public SeparableBlock(
        ParameterSet<T> parameters, string prefix, int inputs, int outputs, int kernel, int stride,
        int dilation, bool affine, int first = 0)
        : this(
            new Convolution<T>(
                parameters, $"{prefix}op.{first + 1}.", inputs, inputs,
                Window2D.Square(kernel, stride, dilation * (kernel - 1) / 2, dilation), inputs),
            new Convolution<T>(parameters, $"{prefix}op.{first + 2}.", inputs, outputs, Window2D.Point),
            new BatchNorm<T>(parameters, $"{prefix}op.{first + 3}.", outputs, affine))
    {
    }

    private SeparableBlock(Convolution<T> depthwise, Convolution<T> pointwise, BatchNorm<T> norm)
        : base(new Relu<T>(), depthwise, pointwise, norm) => (Depthwise, Pointwise, Norm) = (depthwise, pointwise, norm);

    /// <summary>Depthwise convolution.</summary>
    public Convolution<T> Depthwise { get; }

    /// <summary>Pointwise convolution.</summary>
    public Convolution<T> Pointwise { get; }

    /// <summary>Batch norm after it.</summary>
    public BatchNorm<T> Norm { get; }

    /// <summary>Itself.</summary>
    public IReadOnlyList<SeparableBlock<T>> Blocks => [this];
}

/// <summary>Separable convolution: the block twice, the stride in the first only. x: [N,C,H,W], y: [N,O,H',W'].</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class SepConv<T> : Sequential<T>, ISeparable<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Declares op.1 … op.7 below <paramref name="prefix"/>.</summary>
    public SepConv(ParameterSet<T> parameters, string prefix, int inputs, int outputs, int kernel, int stride, bool affine)
        : this(
            new SeparableBlock<T>(parameters, prefix, inputs, inputs, kernel, stride, 1, affine),
            new SeparableBlock<T>(parameters, prefix, inputs, outputs, kernel, 1, 1, affine, first: 4))
    {
    }

    private SepConv(SeparableBlock<T> first, SeparableBlock<T> second)
        : base(first, second) => Blocks = [first, second];

    /// <summary>The block with the stride, and the one after it.</summary>
    public IReadOnlyList<SeparableBlock<T>> Blocks { get; }
}
