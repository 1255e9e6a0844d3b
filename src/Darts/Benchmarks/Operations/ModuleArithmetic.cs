using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Benchmarks.Operations;

/// <summary>Counts the multiply-adds of a module's forward pass from its filters, padding taps included.</summary>
internal static class ModuleArithmetic
{
    /// <summary>Multiply-adds of <paramref name="module"/> on <paramref name="src"/>, and the extent of its output.</summary>
    /// <exception cref="NotSupportedException">A module that is not known here: its arithmetic must not be missing from a sum.</exception>
    public static (double MultiplyAdds, Shape Dst) Forward(Module<float> module, Shape src)
    {
        switch (module)
        {
            case Sequential<float> sequence:
                double sum = 0;
                foreach (var part in sequence.Modules)
                {
                    var (multiplyAdds, dst) = Forward(part, src);
                    (sum, src) = (sum + multiplyAdds, dst);
                }

                return (sum, src);
            case Convolution<float> { Window: var window, Weights.Capacity: var filter }:
                return Filtered(filter.Count, src with { C = filter.N, H = window.OutputHeight(src.H), W = window.OutputWidth(src.W) });
            case FactorizedReduce<float>.Halving { Even.Capacity: var half }:
                return Filtered(2 * half.Count, src with { C = 2 * half.N, H = (src.H + 1) / 2, W = (src.W + 1) / 2 });
            case Linear<float> { Weights.Capacity: var matrix }:
                return Filtered(matrix.Count, src with { C = matrix.N });
            case MaxPool<float> { Window: var window }:
                return (0, src with { H = window.OutputHeight(src.H), W = window.OutputWidth(src.W) });
            case AveragePool<float> { Window: var window }:
                return (0, src with { H = window.OutputHeight(src.H), W = window.OutputWidth(src.W) });
            case GlobalAveragePool<float>:
                return (0, src with { H = 1, W = 1 });
            case Relu<float> or BatchNorm<float> or Identity<float> or Zero<float>:
                return (0, src);
            default:
                throw new NotSupportedException($"The arithmetic of {module.GetType().Name} is not known.");
        }
    }

    private static (double MultiplyAdds, Shape Dst) Filtered(double filter, Shape dst) => (filter * dst.N * dst.Pixels, dst);
}
