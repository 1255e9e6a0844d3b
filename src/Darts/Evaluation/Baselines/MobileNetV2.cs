using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Evaluation.Baselines;

/// <summary>
/// MobileNetV2 (Sandler et al. 2018) with the strides that are usual for 32x32 images (stem and second stage at stride 1, ReLU, a
/// projection on every shortcut that changes the width): 2,296,922 parameters for CIFAR-10.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class MobileNetV2<T> : BaselineNetwork<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int LastWidth = 1280;

    private static readonly (int Expansion, int Width, int Blocks, int Stride)[] Stages =
        [(1, 16, 1, 1), (6, 24, 2, 1), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];

    /// <summary>Builds the network on a backend with zeroed parameters.</summary>
    public MobileNetV2(Backend<T> backend, ImageTask task)
        : base(backend, task)
    {
        var channels = 32;
        Append(Convolve("conv1", task.Channels, channels, Window2D.Square(3, 1, 1)), Norm("bn1", channels), new Relu<T>());
        var index = 0;
        foreach (var (expansion, width, blocks, stride) in Stages)
        {
            for (var block = 0; block < blocks; block++, index++)
            {
                Append(Block($"layers.{index}.", channels, width, expansion, block == 0 ? stride : 1));
                channels = width;
            }
        }

        Append(Convolve("conv2", channels, LastWidth, Window2D.Point), Norm("bn2", LastWidth), new Relu<T>());
        Finish(LastWidth);
    }

    private Module<T> Block(string prefix, int inputs, int outputs, int expansion, int stride)
    {
        var middle = expansion * inputs;
        var body = new Sequential<T>(
            Convolve(prefix + "conv1", inputs, middle, Window2D.Point), Norm(prefix + "bn1", middle), new Relu<T>(),
            Convolve(prefix + "conv2", middle, middle, Window2D.Square(3, stride, 1), middle), Norm(prefix + "bn2", middle), new Relu<T>(),
            Convolve(prefix + "conv3", middle, outputs, Window2D.Point), Norm(prefix + "bn3", outputs));
        if (stride != 1) return body;
        var shortcut = inputs == outputs
            ? null
            : new Sequential<T>(Convolve(prefix + "shortcut.0", inputs, outputs, Window2D.Point), Norm(prefix + "shortcut.1", outputs));
        return new Residual<T>(body, shortcut);
    }
}
