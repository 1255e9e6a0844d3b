using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Benchmarks.Operations;

/// <summary>
/// The exact arithmetic of a supernet, counted from the modules that it is built of; that of candidates which the shared form computes
/// once for several edges (pools) is none, so both forms count alike.
/// </summary>
internal static class SupernetArithmetic
{
    /// <summary>Multiply-adds of one image's forward pass: of the whole network, and of the stem alone.</summary>
    public static (double All, double Stem) ForwardImage(SupernetShape shape, SearchSpace? space = null)
    {
        using var parameters = new ParameterSet<float>();
        var mixing = new ArchitectureParameters<float>(shape.Edges, space);
        var (channels, image) = (shape.InitChannels, new Shape(1, shape.ImageChannels, shape.Height, shape.Width));
        var (stem, src1) = Count(
            new Convolution<float>(parameters, "stem.", shape.ImageChannels, shape.StemMultiplier * channels,
                Window2D.Square(3, 1, 1)), image);
        var (sum, src0, afterReduction) = (stem, src1, false);
        for (var i = 0; i < shape.Layers; i++)
        {
            var reduction = shape.IsReduction(i);
            if (reduction) channels *= 2;
            var cell = new Cell<float>(parameters, $"cells.{i}.", shape, channels, src0.C, src1.C, reduction, afterReduction, mixing);
            sum += Cell(cell, src0, src1);
            var (h, w) = reduction ? ((src1.H + 1) / 2, (src1.W + 1) / 2) : (src1.H, src1.W);
            (src0, src1, afterReduction) = (src1, new Shape(1, shape.Multiplier * channels, h, w), reduction);
        }

        return (sum + (double)src1.C * shape.Classes, stem);
    }

    /// <summary>FLOPs of a training step's forward and backward pass over a batch, the weights' gradients included.</summary>
    public static double WeightStep(SupernetShape shape, int batch, SearchSpace? space = null)
    {
        // The images need no gradient, so the stem has no backward pass in its data.
        var (all, stem) = ForwardImage(shape, space);
        return 2.0 * batch * (3 * all - stem);
    }

    /// <summary>
    /// FLOPs of an architecture step: first order needs no weight gradients, second order is two passes with and two without.
    /// </summary>
    public static double AlphaStep(SupernetShape shape, int batch, SearchSpace? space, bool unrolled)
    {
        var (all, stem) = ForwardImage(shape, space);
        var withoutWeights = 2.0 * batch * (2 * all - stem);
        return unrolled ? 2 * (WeightStep(shape, batch, space) + withoutWeights) : withoutWeights;
    }

    /// <summary>Multiply-adds of a cell's forward pass over the outputs of the two before it, for one image.</summary>
    internal static double Cell(Cell<float> cell, Shape src0, Shape src1)
    {
        var (sum, state0) = Count(cell.Preprocess0, src0);
        var (second, state1) = Count(cell.Preprocess1, src1);
        sum += second;
        var states = new List<Shape> { state0, state1 };
        for (var node = 0; node < cell.Shape.Nodes; node++)
        {
            Shape output = default;
            for (var source = 0; source < 2 + node; source++)
            {
                var edge = cell.Edge(node, source);
                var (_, c, h, w) = states[source];
                var head = states[source] with { C = c / cell.Architecture.Space.PartialChannels };
                foreach (var operation in edge.Operations) sum += Count(operation, head).MultiplyAdds;
                output = states[source] with { H = (h + edge.Stride - 1) / edge.Stride, W = (w + edge.Stride - 1) / edge.Stride };
            }

            states.Add(output);
        }

        return sum;
    }

    // Of one image, and the extent of the output.
    private static (double MultiplyAdds, Shape Dst) Count(Module<float> module, Shape source)
    {
        var graph = InferenceGraph<float>.From(module, source);
        return (graph.MultiplyAdds, graph.Output.Shape);
    }
}
