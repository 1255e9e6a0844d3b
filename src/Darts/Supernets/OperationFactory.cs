using System.Numerics;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Supernets;

/// <summary>Builds a primitive as a module, as <c>operations.py</c> of the official code does.</summary>
public static class OperationFactory
{
    /// <summary>
    /// The operation of <paramref name="primitive"/> from C to C channels. x: [N,C,H,W], y: [N,C,⌈H/stride⌉,⌈W/stride⌉].
    /// </summary>
    /// <param name="parameters">Where its parameters are declared.</param>
    /// <param name="primitive">Which.</param>
    /// <param name="prefix">Official name of the operation, with its dot.</param>
    /// <param name="channels">C.</param>
    /// <param name="stride">1 or 2.</param>
    /// <param name="affine">Whether batch norms learn scale and shift: not in a search.</param>
    /// <param name="poolNorm">Whether a pool is followed by a batch norm: in a search only.</param>
    /// <exception cref="ArgumentOutOfRangeException">A primitive outside the search space, or another stride.</exception>
    public static Module<T> Create<T>(
        ParameterSet<T> parameters, Primitive primitive, string prefix, int channels, int stride, bool affine, bool poolNorm)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (stride is not (1 or 2)) throw new ArgumentOutOfRangeException(nameof(stride), stride, "A primitive has stride 1 or 2.");
        var pool = Window2D.Square(3, stride, 1);
        return primitive switch
        {
            Primitive.None => new Zero<T>(stride),
            Primitive.MaxPool3x3 => Pool(new MaxPool<T>(pool)),
            Primitive.AvgPool3x3 => Pool(new AveragePool<T>(pool)),
            Primitive.SkipConnect when stride == 1 => new Identity<T>(),
            Primitive.SkipConnect => new FactorizedReduce<T>(parameters, prefix, channels, channels, affine),
            Primitive.SepConv3x3 => new SepConv<T>(parameters, prefix, channels, channels, 3, stride, affine),
            Primitive.SepConv5x5 => new SepConv<T>(parameters, prefix, channels, channels, 5, stride, affine),
            Primitive.DilConv3x3 => new SeparableBlock<T>(parameters, prefix, channels, channels, 3, stride, 2, affine),
            Primitive.DilConv5x5 => new SeparableBlock<T>(parameters, prefix, channels, channels, 5, stride, 2, affine),
            _ => throw new ArgumentOutOfRangeException(nameof(primitive), primitive, "Not a primitive of the search space."),
        };

        Module<T> Pool(Module<T> module) =>
            poolNorm ? new Sequential<T>(module, new BatchNorm<T>(parameters, prefix + "1.", channels, affine: false)) : module;
    }
}
