using MIOpenDarts.Darts.Compression;
using MIOpenDarts.Darts.Compression.LowRank;
using MIOpenDarts.Darts.Evaluation.Operations;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Tests.Compression.LowRank;

/// <summary>Networks of factors lose what is said, meet a target, and are whole at full rank.</summary>
public class DecompositionTests
{
    [Theory]
    [InlineData("DARTS_V2")]
    [InlineData("mobilenetv2")]
    public void Each_decomposed_layer_loses_on_the_images_what_it_is_said_to(string name)
    {
        using var backend = CpuBackend.Create(2);
        var host = TestNetwork.Host(name, backend, channels: 8);
        var sample = TestNetwork.Sample(host);
        var (small, layers) = new Decomposition(host, sample, backend).Keeping(0.9);
        Assert.All(layers.Where(layer => layer.Taps == 1), layer => Assert.Equal("output's", layer.Energy));
        var cut = layers.Where(layer => layer.Rank > 0).ToDictionary(layer => layer.Name + ".");
        Assert.All(cut.Values, layer => Assert.Equal(1, layer.Taps));
        Assert.True(cut.Count > 1);
        var whole = Values(host, backend, sample);
        var narrow = Values(small, backend, sample);
        var first = host.Operations.Index().First(pair => cut.ContainsKey(pair.Item.Name)).Index;
        // Before the first decomposed layer the networks are one; it is two operations in the smaller.
        Assert.Equal(cut[host.Operations[first].Name].Loss, Lost(whole[first + 1], narrow[first + 2]), 1e-4);
        foreach (var (i, operation) in host.Operations.Index().Where(pair => cut.ContainsKey(pair.Item.Name)))
        {
            var (layer, source) = (cut[operation.Name], operation.Sources[0]);
            Assert.Equal(1, operation.Window.StrideH);
            var middle = Multiply(small.Tensors[operation.Name + "0.weight"], whole[source], layer.Inputs);
            Assert.Equal(layer.Loss, Lost(whole[i + 1], Multiply(small.Tensors[operation.Name + "1.weight"], middle, layer.Rank)), 1e-4);
        }
    }

    [Theory]
    [InlineData("DARTS_V2")]
    [InlineData("resnet20")]
    public void A_network_cut_at_full_rank_gives_the_same_logits(string name)
    {
        using var backend = CpuBackend.Create(2);
        var host = TestNetwork.Host(name, backend, channels: 8);
        var sample = TestNetwork.Sample(host);
        var decomposition = new Decomposition(host, sample, backend);
        var layers = decomposition.Keeping(1 - 1e-12).Layers;
        var (cut, told) = decomposition.Cut([.. layers.Select(layer => (RankOption?)new RankOption(
            0, 0, layer.Taps == 1 ? 0 : layer.Inputs, layer.Taps == 1 ? Math.Min(layer.Inputs, layer.Outputs) : layer.Outputs))]);
        Assert.All(told, layer => Assert.True(layer.Rank > 0 && layer.Loss < 1e-12, $"{layer}"));
        Assert.DoesNotContain(layers[0].Name + ".", cut.Operations.Select(operation => operation.Name));
        // What no calibration image shows is not kept.
        var images = sample.Batches().First().Pixels[..(2 * 3 * 16 * 16)];
        var (expected, actual) = (Doubles(host, images), Doubles(cut, images));
        var largest = expected.Max(Math.Abs);
        // The factors are floats.
        foreach (var (e, a) in expected.Zip(actual)) Assert.Equal(e, a, 1e-5 * largest);
    }

    [Theory]
    [InlineData("DARTS_V2")]
    [InlineData("resnet20")]
    public void A_network_keeps_what_nothing_saves_and_at_a_target_costs_no_more(string name)
    {
        using var backend = CpuBackend.Create(2);
        var host = TestNetwork.Host(name, backend, channels: 8);
        var decomposition = new Decomposition(host, TestNetwork.Sample(host), backend);
        var images = TestNetwork.Images(host.Origin.Task, 3);
        // Nothing saves at nearly all of the energy, so every layer stays whole.
        var (same, kept) = decomposition.Keeping(1 - 1e-12);
        Assert.All(kept, layer => Assert.Equal(0, layer.Rank));
        Assert.Equal(Run(host, images), Run(same, images));
        var target = CompressionTarget.Parse("macs=0.7");
        var (small, layers) = decomposition.To(target);
        Assert.True(small.Size.MultiplyAdds <= target.Budget(host.Size), $"{small.Size} of {host.Size}");
        Assert.Contains(layers, layer => layer.Rank > 0);
        Assert.All(layers.Where(layer => layer.Rank > 0), layer => Assert.InRange(layer.Loss, 0, 1));
        Assert.All(Run(small, images), logit => Assert.True(float.IsFinite(logit)));
    }

    [Theory]
    [InlineData("mobilenetv2", 0.7)]
    [InlineData(TestNetwork.Cell, 0.97)]
    public void Other_networks_meet_a_target_too(string name, double share)
    {
        using var backend = CpuBackend.Create(2);
        var host = TestNetwork.Host(name, backend, channels: 8);
        foreach (var target in new[] { new CompressionTarget(false, share), new CompressionTarget(true, share) })
        {
            var (small, layers) = new Decomposition(host, TestNetwork.Sample(host), backend).To(target);
            Assert.InRange(target.Of(small.Size), 1, target.Budget(host.Size));
            Assert.Contains(layers, layer => layer.Rank > 0);
            Assert.All(Run(small, TestNetwork.Images(host.Origin.Task, 3)), logit => Assert.True(float.IsFinite(logit)));
        }
    }

    private static float[] Run(HostNetwork host, float[] images)
    {
        using var backend = CpuBackend.Create(2);
        using var net = host.Build(backend);
        net.Plan(3, training: false);
        net.LoadBatch(images, new int[3]);
        net.Forward(Pass.Inference);
        return TestNetwork.Logits(net, 3);
    }

    // Logits of the same numbers computed in double precision.
    private static double[] Doubles(HostNetwork host, float[] images)
    {
        using var backend = new ReferenceBackend<double>();
        using var net = new ListedNetwork<double>(backend, host.Origin.Task, host.Operations);
        foreach (var tensor in net.Parameters.Parameters.Concat(net.Parameters.Statistics))
            backend.Upload<double>(Array.ConvertAll(host.Tensors[tensor.Name], value => (double)value), tensor);
        net.Plan(2, training: false);
        net.LoadBatch(Array.ConvertAll(images, value => (double)value), new int[2]);
        net.Forward(Pass.Inference);
        var logits = new double[2 * host.Origin.Task.Classes];
        backend.ReadImages(net.Logits, logits);
        return logits;
    }

    // Of every value its images and channels [batches · N, C, pixels].
    private static List<float[][]>[] Values(HostNetwork host, Backend<float> backend, CalibrationImages sample)
    {
        using var net = host.Build(backend);
        net.Plan(CalibrationImages.BatchSize);
        var values = Enumerable.Range(0, host.Operations.Count + 1).Select(_ => new List<float[][]>()).ToArray();
        foreach (var (pixels, labels) in sample.Batches())
        {
            net.LoadBatch(pixels, labels);
            net.Forward(Pass.Inference);
            foreach (var (number, tensor) in net.Values.Index())
            {
                var all = new float[tensor.Shape.Count];
                backend.ReadImages(tensor, all);
                values[number].AddRange(all.Chunk(tensor.Shape.Pixels).Chunk(tensor.Shape.C));
            }
        }

        return values;
    }

    // W [rows, columns] times every pixel.
    private static List<float[][]> Multiply(float[] weights, List<float[][]> images, int columns) =>
    [
        .. images.Select(image => weights.Chunk(columns).Select(row => Enumerable.Range(0, image[0].Length)
            .Select(pixel => (float)row.Index().Sum(w => (double)w.Item * image[w.Index][pixel])).ToArray()).ToArray()),
    ];

    // Share of the square of the first that the difference has.
    private static double Lost(List<float[][]> whole, List<float[][]> rest)
    {
        double square = 0, difference = 0;
        foreach (var (a, b) in whole.SelectMany(image => image).SelectMany(channel => channel)
            .Zip(rest.SelectMany(image => image).SelectMany(channel => channel)))
        {
            square += (double)a * a;
            difference += ((double)a - b) * ((double)a - b);
        }

        return difference / square;
    }
}
