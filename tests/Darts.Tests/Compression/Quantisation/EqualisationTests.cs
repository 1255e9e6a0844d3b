using MIOpenDarts.Darts.Compression;
using MIOpenDarts.Darts.Compression.Quantisation;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Evaluation.Operations;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Tests.Compression.Quantisation;

/// <summary>Equal channels change nothing but what is lost, and corrected biases leave the mean where it was.</summary>
public class EqualisationTests
{
    private const int Batch = 3;

    [Theory]
    [InlineData("DARTS_V2")]
    [InlineData("mobilenetv2")]
    public void The_network_computes_the_same(string name)
    {
        using var backend = new ReferenceBackend<float>();
        using var fast = CpuBackend.Create(2);
        var host = TestNetwork.Host(name, fast, channels: 8);
        var equal = Equalisation.Apply(host, new QuantisationChoice(), TestNetwork.Sample(host), fast);
        Assert.Contains(host.Tensors, pair => !pair.Value.SequenceEqual(equal.Tensors[pair.Key]));
        var (expected, actual) = (Logits(host, backend), Logits(equal, backend));
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 2e-5 * expected.Max(Math.Abs)));
    }

    [Fact]
    public void A_channel_that_hardly_fires_on_the_calibration_images_keeps_room_for_others()
    {
        using var backend = CpuBackend.Create(2);
        var host = TestNetwork.Host("DARTS_V2", backend, channels: 8);
        var norms = host.Operations.Where(operation => operation is { Kind: OperationKind.BatchNorm, Affine: true }).ToList();
        foreach (var norm in norms)
            foreach (var vector in new[] { "weight", "bias" }) host.Tensors[norm.Name + vector][0] *= 1e-4f;
        var equal = Equalisation.Apply(host, new QuantisationChoice(), TestNetwork.Sample(host), backend);
        float[] growth = [.. norms.SelectMany(norm => equal.Tensors[norm.Name + "weight"].Zip(
            host.Tensors[norm.Name + "weight"], (after, before) => after / before))];
        // Without a bound some would grow ten-thousandfold, and what is a little larger on another image would lie beyond all bytes.
        Assert.Equal(32, growth.Max(), 1e-3);
    }

    [Fact]
    public void What_only_zeros_read_is_equalised_too_and_counts_for_nothing()
    {
        using var backend = CpuBackend.Create(2);
        var task = new ImageTask(3, 16, 16, 10);
        NetworkOperation[] operations =
        [
            new() { Kind = OperationKind.Convolution, Sources = [0], Name = "first.", Channels = 4, Window = Window2D.Point },
            new() { Kind = OperationKind.Convolution, Sources = [1], Name = "second.", Channels = 4, Window = Window2D.Point },
            new() { Kind = OperationKind.Zero, Sources = [2], Window = Window2D.Point },
            new() { Kind = OperationKind.Convolution, Sources = [0], Name = "other.", Channels = 4, Window = Window2D.Point },
            new() { Kind = OperationKind.Sum, Sources = [3, 4] },
            new() { Kind = OperationKind.GlobalAverage, Sources = [5] },
            new() { Kind = OperationKind.Linear, Sources = [6], Name = "linear.", Channels = 10 },
        ];
        var description = TestNetwork.Describe("DARTS_V2") with { Task = task, Operations = operations };
        using var net = description.Build(backend);
        net.Parameters.Initialize(1);
        var host = HostNetwork.From(description, net);
        var equal = Equalisation.Apply(host, new QuantisationChoice(), TestNetwork.Sample(host), backend);
        using var right = new ReferenceBackend<float>();
        Assert.Equal(Logits(host, right), Logits(equal, right));
    }

    [Fact]
    public void The_logits_of_a_network_with_uneven_channels_lose_less()
    {
        using var backend = CpuBackend.Create(2);
        var host = Uneven("DARTS_V2");
        using var right = new ReferenceBackend<float>();
        var expected = Logits(host, right);
        Assert.True(Lost(isPlain: false) < Lost(isPlain: true));

        double Lost(bool isPlain)
        {
            var quantised = NetworkQuantiser.Apply(host, new QuantisationChoice(IsPlain: isPlain), TestNetwork.Sample(host), backend);
            return expected.Zip(Logits(quantised.Network, right)).Sum(pair => Math.Pow(pair.First - pair.Second, 2));
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(3, 6)]
    public void A_corrected_bias_takes_back_what_rounded_weights_move_the_mean_by(int kernel, int groups)
    {
        const int I = 6, O = 6, most = 64;
        const float step = 0.05f;
        var random = new CounterRandom(2, RandomStream.Weights);
        var (weights, bias, means) = (Draw(O * I / groups * kernel * kernel), Draw(O), Draw(I).Select(x => (double)x).ToArray());
        var layer = new FoldedLayer(
            new NetworkOperation
            {
                Kind = OperationKind.Convolution,
                Sources = [0],
                Channels = O,
                Groups = groups,
                Window = Window2D.Square(kernel, 1, 0),
            },
            1, false, weights, bias);
        var corrected = BiasCorrection.Apply(layer, means, step, most);
        var filter = IntegerFilter.From(weights, bias, step, most);
        for (var o = 0; o < O; o++)
        {
            double expected = bias[o], actual = corrected[o];
            for (var k = 0; k < layer.FilterSize; k++)
            {
                var mean = means[o / (O / groups) * (I / groups) + k / (kernel * kernel)];
                expected += weights[o * layer.FilterSize + k] * mean;
                actual += (double)filter.Scales[o] * filter.Weights[o * layer.FilterSize + k] * mean;
            }

            Assert.Equal(expected, actual, 1e-5);
        }

        Assert.NotEqual(bias, corrected);

        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)random.NextNormal())];
    }

    // Channels of norms and depthwise filters that differ by factors up to thirty, as training sometimes leaves them.
    private static HostNetwork Uneven(string name)
    {
        using var backend = CpuBackend.Create(2);
        var host = TestNetwork.Host(name, backend, channels: 8);
        var tensors = host.Tensors.ToDictionary();
        foreach (var operation in host.Operations)
        {
            var vectors = operation.Kind switch
            {
                OperationKind.BatchNorm => new[] { "weight", "bias" },
                OperationKind.Convolution when operation.Groups > 1 => ["weight"],
                _ => [],
            };
            foreach (var vector in vectors)
            {
                var old = tensors[operation.Name + vector];
                var channels = operation.Kind == OperationKind.BatchNorm ? old.Length : operation.Channels;
                tensors[operation.Name + vector] =
                    [.. old.Select((w, k) => w * MathF.Pow(30, (float)(k / (old.Length / channels)) / channels))];
            }
        }

        return host with { Tensors = tensors };
    }

    private static float[] Logits(HostNetwork host, Backend<float> backend)
    {
        using var net = host.Build(backend);
        net.Plan(Batch);
        net.LoadBatch(TestNetwork.Images(net.Task, Batch), new int[Batch]);
        net.Forward(Pass.Inference);
        return TestNetwork.Logits(net, Batch);
    }
}
