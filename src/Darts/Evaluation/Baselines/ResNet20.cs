using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Evaluation.Baselines;

/// <summary>ResNet-20 for small images with shortcuts of option A (He et al. 2016, section 4.2): 269,722 parameters for CIFAR-10.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class ResNet20<T> : BaselineNetwork<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int BlocksInStage = 3;

    /// <summary>Builds the network on a backend with zeroed parameters.</summary>
    public ResNet20(Backend<T> backend, ImageTask task)
        : base(backend, task)
    {
        var channels = 16;
        Append(Convolve("conv1", task.Channels, channels, Window2D.Square(3, 1, 1)), Norm("bn1", channels), new Relu<T>());
        foreach (var (stage, width) in new[] { (1, 16), (2, 32), (3, 64) })
        {
            for (var block = 0; block < BlocksInStage; block++)
            {
                Append(Block($"layer{stage}.{block}.", channels, width), new Relu<T>());
                channels = width;
            }
        }

        Finish(channels);
    }

    private Residual<T> Block(string prefix, int inputs, int outputs)
    {
        var stride = inputs == outputs ? 1 : 2;
        var body = new Sequential<T>(
            Convolve(prefix + "conv1", inputs, outputs, Window2D.Square(3, stride, 1)), Norm(prefix + "bn1", outputs), new Relu<T>(),
            Convolve(prefix + "conv2", outputs, outputs, Window2D.Square(3, 1, 1)), Norm(prefix + "bn2", outputs));
        var added = outputs - inputs;
        return new Residual<T>(body, added == 0 ? null : new SubsampleAndPad<T>(added / 2, added - added / 2));
    }
}
