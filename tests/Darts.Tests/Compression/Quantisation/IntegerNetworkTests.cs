using MIOpenDarts.Darts.Compression.Quantisation;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Evaluation.Operations;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Tests.Compression.Quantisation;

/// <summary>Layers in integers compute what plain loops over numbers do, and what the network computes with rounded numbers.</summary>
public class IntegerNetworkTests
{
    private const double NearHalf = 1e-4;
    private static readonly ByteScale Source = new(0.02f, 100);
    private static readonly ByteScale Result = new(0.5f, 90);

    public static TheoryData<string> Networks =>
        ["DARTS_V1", "DARTS_V2", "PC_DARTS_cifar", "PDARTS", TestNetwork.Cell, .. NetworkDescription.Baselines];

    [Theory]
    [InlineData(3, 1, 1, 1, 1)]
    [InlineData(3, 2, 1, 1, 1)]
    [InlineData(5, 2, 4, 2, 4)]
    [InlineData(1, 1, 0, 1, 1)]
    [InlineData(1, 2, 0, 1, 1)]
    [InlineData(3, 1, 1, 1, 2)]
    public void A_convolution_sums_what_plain_loops_sum(int kernel, int stride, int padding, int dilation, int groups)
    {
        const int I = 4, O = 8, H = 7, W = 9;
        var window = Window2D.Square(kernel, stride, padding, dilation);
        var to = new ByteValue(O, window.OutputHeight(H), window.OutputWidth(W), Result);
        var filter = Filter(O, I / groups * kernel * kernel);
        var layer = new IntegerConvolution("c", [0], [new ByteValue(I, H, W, Source)], to, filter, window, groups);
        var (x, sums) = (Bytes(I * H * W), new int[to.Pixels]);
        for (var o = 0; o < O; o++)
        {
            layer.Sum(x, o, sums);
            for (var h = 0; h < to.Height; h++)
                for (var w = 0; w < to.Width; w++)
                    Assert.Equal(Expected(o, h, w), sums[h * to.Width + w]);
        }

        long Expected(int o, int h, int w)
        {
            long sum = filter.Bias[o];
            var inputs = I / groups;
            for (var i = 0; i < inputs; i++)
                for (var kh = 0; kh < kernel; kh++)
                    for (var kw = 0; kw < kernel; kw++)
                    {
                        var (row, column) = (h * stride - padding + kh * dilation, w * stride - padding + kw * dilation);
                        if (row < 0 || row >= H || column < 0 || column >= W) continue;
                        var q = x[((o / (O / groups) * inputs + i) * H + row) * W + column];
                        sum += (q - Source.ZeroPoint) * filter.Weights[((o * inputs + i) * kernel + kh) * kernel + kw];
                    }

            return sum;
        }
    }

    [Theory]
    [InlineData(6, 8)]
    [InlineData(5, 7)]
    public void A_factorized_reduction_is_one_convolution_over_blocks_of_four(int height, int width)
    {
        const int I = 3, O = 4;
        var filter = Filter(O, I);
        var (h2, w2) = ((height + 1) / 2, (width + 1) / 2);
        var layer = new IntegerConvolution(
            "r", [0], [new ByteValue(I, height, width, Source)], new ByteValue(O, h2, w2, Result), filter.OverBlocks(),
            Window2D.Square(2, 2, 0), 1);
        var (x, sums) = (Bytes(I * height * width), new int[h2 * w2]);
        for (var o = 0; o < O; o++)
        {
            layer.Sum(x, o, sums);
            // The second half of the channels reads x[1:,1:], and zeros beyond it.
            var shift = o < O / 2 ? 0 : 1;
            for (var p = 0; p < sums.Length; p++)
            {
                var (row, column) = (2 * (p / w2) + shift, 2 * (p % w2) + shift);
                var expected = filter.Bias[o];
                for (var i = 0; i < I && row < height && column < width; i++)
                    expected += (x[(i * height + row) * width + column] - Source.ZeroPoint) * filter.Weights[o * I + i];
                Assert.Equal(expected, sums[p]);
            }
        }
    }

    [Fact]
    public void A_bias_is_counted_in_the_single_precision_product_of_both_steps()
    {
        float[] weights = [0.3f, -0.7f, 0.11f, 0.05f], bias = [0.123f, -4.5f];
        var filter = IntegerFilter.From(weights, bias, 0.017f, Int8Filter.ReducedRange);
        for (var o = 0; o < bias.Length; o++)
        {
            Assert.Equal((int)Math.Round(bias[o] / (double)(0.017f * filter.Scales[o])), filter.Bias[o]);
            Assert.InRange(filter.Weights.Max(q => Math.Abs((int)q)), 0, Int8Filter.ReducedRange);
        }
    }

    /// <summary>
    /// From the bytes of the network with rounded numbers each layer in integers gives that network's bytes, unless the number of steps is
    /// so near to a half that single precision decides.
    /// </summary>
    [Theory]
    [MemberData(nameof(Networks))]
    public void Each_layer_gives_the_bytes_of_the_network_with_rounded_numbers(string name)
    {
        using var backend = CpuBackend.Create(2);
        var host = TestNetwork.Host(name, backend);
        var quantised = NetworkQuantiser.Apply(host, new QuantisationChoice(IsPlain: true), TestNetwork.Sample(host), backend);
        var integers = IntegerNetwork.From(quantised.Network);
        var values = Rounded(quantised, integers);
        for (var k = 1; k < values.Length; k++)
        {
            var (layer, expected) = (integers.Layers[k - 1], values[k]);
            var sources = Array.ConvertAll(layer.Sources, source => values[source]);
            var actual = new byte[layer.To.Count];
            layer.Run(sources, actual);
            if (layer is not RoundingLayer rounding)
            {
                Assert.Equal(expected, actual);
                continue;
            }

            var steps = new float[actual.Length];
            rounding.Steps(sources, steps);
            for (var i = 0; i < actual.Length; i++)
            {
                var half = Math.Abs(steps[i] - Math.Floor(steps[i]) - 0.5);
                Assert.True(
                    expected[i] == actual[i] || (half < NearHalf && Math.Abs(expected[i] - actual[i]) == 1),
                    $"{layer.Name} {i}: {actual[i]} is not {expected[i]}, {steps[i]} steps");
            }
        }
    }

    // Bytes of one image in the network with rounded numbers, in double precision, so that its sums decide nothing.
    private static byte[][] Rounded(QuantisedNetwork quantised, IntegerNetwork integers)
    {
        using var backend = new ReferenceBackend<double>();
        using var net = quantised.Network.Description.Build(backend);
        foreach (var tensor in net.Parameters.Parameters)
            backend.Upload<double>(Array.ConvertAll(quantised.Network.Tensors[tensor.Name], x => (double)x), tensor);
        net.Plan(1);
        net.LoadBatch(Array.ConvertAll(TestNetwork.Images(net.Task, 1), x => (double)x), [0]);
        net.Forward(Pass.Inference);
        return
        [
            .. integers.Values.Select((value, k) =>
            {
                var numbers = new double[value.Count];
                backend.ReadImages(((ListedNetwork<double>)net).Values[k + 1], numbers);
                return Array.ConvertAll(numbers, x => value.Scale.Quantise((float)x));
            }),
        ];
    }

    private static IntegerFilter Filter(int outputs, int size)
    {
        var random = new CounterRandom(3, RandomStream.Weights);
        var (weights, bias) = (new float[outputs * size], new float[outputs]);
        foreach (ref var w in weights.AsSpan()) w = (float)random.NextNormal();
        foreach (ref var b in bias.AsSpan()) b = (float)random.NextNormal();
        return IntegerFilter.From(weights, bias, Source.Step, Int8Filter.ReducedRange);
    }

    private static byte[] Bytes(int count)
    {
        var random = new CounterRandom(4, RandomStream.Weights);
        var bytes = new byte[count];
        foreach (ref var q in bytes.AsSpan()) q = (byte)(256 * random.NextSingle());
        return bytes;
    }
}
