using MIOpenDarts.Darts.Compression;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Randomness;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Tests.Compression;

/// <summary>Small networks with settled statistics.</summary>
internal static class TestNetwork
{
    /// <summary>A cell of NAS-Bench-201 with every operation of the space.</summary>
    public const string Cell = "|nor_conv_3x3~0|+|nor_conv_1x1~0|avg_pool_3x3~1|+|skip_connect~0|none~1|nor_conv_1x1~2|";

    public static NetworkDescription Describe(string name, int channels = 4) =>
        new()
        {
            Network = name,
            Task = new ImageTask(3, 16, 16, 10),
            InitChannels = channels,
            Layers = 4,
            CellsPerStage = name == Cell ? 1 : 0,
            Mean = [0, 0, 0],
            Deviation = [1, 1, 1],
        };

    /// <summary>A network with drawn weights, whose running statistics are those of some passes.</summary>
    public static HostNetwork Host(string name, Backend<float> backend, int channels = 4)
    {
        var description = Describe(name, channels);
        using var net = description.Build(backend);
        net.Parameters.Initialize(3);
        net.Plan(16);
        net.LoadBatch(Images(net.Task, 16), new int[16]);
        for (var i = 0; i < 8; i++) net.Forward(new Pass(Training: true));
        return HostNetwork.From(description, net);
    }

    public static float[] Logits(ImageClassifier<float> net, int count)
    {
        var values = new float[count * net.Task.Classes];
        net.Backend.ReadImages(net.Logits, values);
        return values;
    }

    public static float[] Images(ImageTask task, int count)
    {
        var random = new CounterRandom(1, RandomStream.Augmentation);
        var pixels = new float[count * task.Channels * task.Height * task.Width];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (float)random.NextNormal();
        return pixels;
    }

    /// <summary>Drawn images to measure a network on.</summary>
    public static CalibrationImages Sample(HostNetwork host)
    {
        var task = host.Origin.Task;
        var random = new CounterRandom(5, RandomStream.Augmentation);
        var pixels = new byte[40 * task.Channels * task.Height * task.Width];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)(256 * random.NextSingle());
        return new CalibrationImages(
            new ImageSet("drawn", task.Channels, task.Height, task.Width, task.Classes, pixels, new int[40]), host.Origin, 40, seed: 1);
    }

    /// <summary>Parameters and statistics of equal name.</summary>
    public static IEnumerable<(Tensor<T> From, Tensor<T> To)> Pairs<T>(ImageClassifier<T> from, ImageClassifier<T> to)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> =>
        from.Parameters.Parameters.Concat(from.Parameters.Statistics)
            .Join(to.Parameters.Parameters.Concat(to.Parameters.Statistics), t => t.Name, t => t.Name, (a, b) => (a, b));
}
