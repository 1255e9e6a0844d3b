using System.Numerics;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Evaluation;

/// <summary>Builds the operations of a discrete network: those of the search with affine batch norms and bare pools, and two that only published genotypes use.</summary>
public static class EvaluationOperations
{
    /// <summary>The operation of <paramref name="primitive"/> from C to C channels. x: [N,C,H,W], y: [N,C,⌈H/stride⌉,⌈W/stride⌉].</summary>
    /// <param name="parameters">Where its parameters are declared.</param>
    /// <param name="primitive">Which.</param>
    /// <param name="prefix">Official name of the operation, with its dot.</param>
    /// <param name="channels">C.</param>
    /// <param name="stride">1 or 2.</param>
    public static Module<T> Create<T>(ParameterSet<T> parameters, Primitive primitive, string prefix, int channels, int stride)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => primitive switch
        {
            Primitive.SepConv7x7 => new SepConv<T>(parameters, prefix, channels, channels, 7, stride, affine: true),
            Primitive.Conv7x1_1x7 => Factorized(parameters, prefix, channels, stride),
            _ => OperationFactory.Create(parameters, primitive, prefix, channels, stride, affine: true, poolNorm: false),
        };

    // A bare sequence in the official code, so its names have no "op."; they had one here in version 1.
    private static Sequential<T> Factorized<T>(ParameterSet<T> parameters, string prefix, int channels, int stride)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        parameters.AddFormerPrefix(prefix, prefix + "op.");
        return new Sequential<T>(
            new Relu<T>(),
            new Convolution<T>(parameters, prefix + "1.", channels, channels, new Window2D(1, 7, 1, stride, 0, 3, 1)),
            new Convolution<T>(parameters, prefix + "2.", channels, channels, new Window2D(7, 1, stride, 1, 3, 0, 1)),
            new BatchNorm<T>(parameters, prefix + "3.", channels, affine: true));
    }
}
