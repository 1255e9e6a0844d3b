using System.Numerics;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Evaluation;

/// <summary>
/// The second classifier that training hangs after two thirds of the cells (Szegedy et al. 2015): ReLU, average pool to 2x2, 1x1
/// convolution to 128 channels, 2x2 convolution to 768, linear. x: [N,C,H,W], y: [N,classes,1,1].
/// </summary>
/// <remarks>
/// The ImageNet form has no batch norm after the second convolution, as the official code has none. For the sizes of the paper (8x8 and
/// 7x7) the pool is the official 5x5 with stride 3 or 2; for other sizes it is the window that leaves 2x2 too.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class AuxiliaryHead<T> : Sequential<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Squeezed = 128;
    private const int Expanded = 768;

    /// <summary>Declares features and classifier below <paramref name="prefix"/>.</summary>
    /// <exception cref="OptionsException">The image is a single pixel wide or high there.</exception>
    public AuxiliaryHead(ParameterSet<T> parameters, string prefix, int inputs, EvaluationShape shape, (int Height, int Width) size)
        : base(Modules(parameters, prefix, inputs, shape, size))
    {
    }

    private static new Module<T>[] Modules(
        ParameterSet<T> parameters, string prefix, int inputs, EvaluationShape shape, (int Height, int Width) size)
    {
        if (Math.Min(size.Height, size.Width) < 2)
        {
            throw new OptionsException(
                $"an auxiliary head needs 2x2 pixels, but images of {shape.Task.Height}x{shape.Task.Width} have "
                + $"{size.Height}x{size.Width} where it stands; "
                + "larger images, the stem cifar, or auxiliary false help");
        }

        var (strideH, strideW) = (Stride(size.Height), Stride(size.Width));
        var pool = new Window2D(size.Height - strideH, size.Width - strideW, strideH, strideW, 0, 0, 1);
        List<Module<T>> modules =
        [
            new Relu<T>(),
            new AveragePool<T>(pool),
            new Convolution<T>(parameters, prefix + "features.2.", inputs, Squeezed, Window2D.Point),
            new BatchNorm<T>(parameters, prefix + "features.3.", Squeezed, affine: true),
            new Relu<T>(),
            new Convolution<T>(parameters, prefix + "features.5.", Squeezed, Expanded, Window2D.Square(2, 1, 0)),
        ];
        if (shape.Stem == StemForm.Cifar) modules.Add(new BatchNorm<T>(parameters, prefix + "features.6.", Expanded, affine: true));
        modules.Add(new Relu<T>());
        modules.Add(new Linear<T>(parameters, prefix + "classifier.", Expanded, shape.Task.Classes));
        return [.. modules];
    }

    private static int Stride(int size) => Math.Max(1, (size - 2) / 2);
}
