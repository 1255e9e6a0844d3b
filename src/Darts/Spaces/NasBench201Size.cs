using MIOpenDarts.Darts.Evaluation.NasBench201;
using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Spaces;

/// <summary>
/// The size of a network of NAS-Bench-201 without building it. It depends on the cell by two numbers only: k, the kernel areas of its
/// convolutions, and m, how many they are; so the 15,625 cells have 28 sizes. Edges that only zeros reach are kept and counted, as the
/// benchmark counts them.
/// </summary>
/// <param name="Parameters">The classifier's biases included.</param>
/// <param name="MultiplyAdds">For one image; of convolutions, padding taps included, and of the classifier, with its biases.</param>
internal readonly record struct NasBench201Size(long Parameters, long MultiplyAdds)
{
    /// <summary>The size of a cell's network.</summary>
    public static NasBench201Size From(NasBench201Cell cell, NasBench201Shape shape)
    {
        var (c, classes) = ((long)shape.InitChannels, shape.Task.Classes);
        long m = cell.Operations.Count(operation => Kernel(operation) > 0), k = cell.Operations.Sum(Kernel);
        long pixels = (long)shape.Task.Height * shape.Task.Width, stem = 9L * shape.Task.Channels * c;
        var (parameters, multiplyAdds) = (stem + 2 * c, stem * pixels);
        for (var stage = 0; stage < NasBench201Shape.Stages; stage++)
        {
            if (stage > 0)
            {
                // 3x3 from C to 2C and from 2C to 2C, each with a batch norm, and 1x1 from C to 2C.
                var filters = 9 * c * 2 * c + 9 * 4 * c * c + 2 * c * c;
                (c, pixels) = (2 * c, pixels / 4);
                parameters += filters + 2 * 2 * c;
                multiplyAdds += filters * pixels;
            }

            parameters += shape.CellsPerStage * (k * c * c + 2 * m * c);
            multiplyAdds += shape.CellsPerStage * k * c * c * pixels;
        }

        return new NasBench201Size(parameters + 2 * c + c * classes + classes, multiplyAdds + c * classes + classes);
    }

    private static long Kernel(Primitive operation) => operation == Primitives.NorConv1x1 ? 1 : operation == Primitives.NorConv3x3 ? 9 : 0;
}
