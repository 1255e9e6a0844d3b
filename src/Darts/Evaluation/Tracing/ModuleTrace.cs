using System.Numerics;
using MIOpenDarts.Darts.Evaluation.Baselines;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Evaluation.Tracing;

/// <summary>Says what a module computes in inference, in plain operations.</summary>
internal static class ModuleTrace
{
    /// <summary>Extent of a module's output.</summary>
    public static Shape OutputOf<T>(Module<T> module, Shape src)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new InferenceGraph<T>(new ImageTask(src.C, src.H, src.W, 0)) is var graph ? graph.Add(module, graph.Input).Shape : default;

    /// <summary>Adds a module to a graph.</summary>
    /// <exception cref="NotSupportedException">A module that is not known here.</exception>
    public static GraphValue Add<T>(InferenceGraph<T> graph, Module<T> module, GraphValue src)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (module)
        {
            case Sequential<T> sequence:
                foreach (var part in sequence.Modules) src = Add(graph, part, src);
                return src;
            case Convolution<T> { Weights: var weights, Window: var window }:
                return Convolve(graph, src, weights, window);
            case BatchNorm<T> { Norm: var norm }:
                return graph.Append(new NormNode<T>(src, graph.Next(src.Shape), norm));
            case Relu<T>:
                return graph.Append(new ReluNode<T>(src, graph.Next(src.Shape)));
            case MaxPool<T> { Window: var window }:
                return Pool(graph, src, window, isMaximum: true);
            case AveragePool<T> { Window: var window }:
                return Pool(graph, src, window, isMaximum: false);
            case GlobalAveragePool<T>:
                return graph.Append(new GlobalAverageNode<T>(src, graph.Next(src.Shape with { H = 1, W = 1 })));
            case Linear<T> { Weights: var weights, Bias: var bias }:
                return graph.Append(new LinearNode<T>(src, graph.Next(src.Shape with { C = weights.Capacity.N }), weights, bias));
            case FactorizedReduce<T>.Halving { Even: var even, Odd: var odd }:
                var shifted = graph.Append(new ShiftNode<T>(src, graph.Next(src.Shape)));
                var halving = Window2D.Square(1, 2, 0);
                return graph.Concat(Convolve(graph, src, even, halving), Convolve(graph, shifted, odd, halving));
            case Identity<T>:
                return src;
            case Zero<T> { Stride: var stride }:
                var halved = src.Shape with { H = (src.Shape.H + stride - 1) / stride, W = (src.Shape.W + stride - 1) / stride };
                return graph.Append(new ZeroNode<T>(src, graph.Next(halved), stride));
            case Residual<T> { Body: var body, Shortcut: var shortcut }:
                return graph.Sum(Add(graph, body, src), shortcut is null ? src : Add(graph, shortcut, src));
            case SubsampleAndPad<T> { Before: var before, Behind: var behind }:
                var small = Pool(graph, src, SubsampleAndPad<T>.EverySecond, isMaximum: true);
                return graph.Append(new ChannelPadNode<T>(small, graph.Next(small.Shape with { C = small.Shape.C + before + behind }), before, behind));
            default:
                throw new NotSupportedException($"What {module.GetType().Name} computes is not known.");
        }
    }

    private static GraphValue Convolve<T>(InferenceGraph<T> graph, GraphValue src, Tensor<T> weights, Window2D window)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var dst = src.Shape with { C = weights.Capacity.N, H = window.OutputHeight(src.Shape.H), W = window.OutputWidth(src.Shape.W) };
        return graph.Append(new ConvolutionNode<T>(src, graph.Next(dst), weights, window, src.Shape.C / weights.Capacity.C));
    }

    private static GraphValue Pool<T>(InferenceGraph<T> graph, GraphValue src, Window2D window, bool isMaximum)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        graph.Append(new PoolNode<T>(
            src, graph.Next(src.Shape with { H = window.OutputHeight(src.Shape.H), W = window.OutputWidth(src.Shape.W) }), window, isMaximum));
}
