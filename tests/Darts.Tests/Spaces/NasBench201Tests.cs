using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Evaluation.NasBench201;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Spaces;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Optimisers;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Tests.Spaces;

/// <summary>Cells are written by a digit an edge: 0 none, 1 skip_connect, 2 nor_conv_1x1, 3 nor_conv_3x3, 4 avg_pool_3x3.</summary>
public class NasBench201Tests
{
    private static readonly NasBench201Shape Cifar10 = new(new ImageTask(3, 32, 32, 10));
    private static readonly NasBench201Shape Small = new(new ImageTask(2, 8, 8, 3), InitChannels: 2, CellsPerStage: 1);

    // Parameters and multiply-adds that the benchmark's own files give for CIFAR-10, or follow from them.
    [Theory]
    [InlineData("421211", 129306, 15647370)]
    [InlineData("334034", 802426, 113951370)]
    [InlineData("111020", 101306, 11715210)]
    [InlineData("001110", 73306, 7783050)]
    [InlineData("111210", 101306, 11715210)]
    [InlineData("204111", 101306, 11715210)]
    [InlineData("020102", 129306, 15647370)]
    [InlineData("010013", 316346, 43172490)]
    [InlineData("031112", 344346, 47104650)]
    [InlineData("132102", 372346, 51036810)]
    [InlineData("303101", 559386, 78561930)]
    [InlineData("313021", 587386, 82494090)]
    [InlineData("223103", 615386, 86426250)]
    [InlineData("323122", 643386, 90358410)]
    [InlineData("323132", 858426, 121815690)]
    [InlineData("333132", 1073466, 153272970)]
    [InlineData("333123", 1073466, 153272970)]
    [InlineData("333133", 1288506, 184730250)]
    [InlineData("223133", 858426, 121815690)]
    [InlineData("202104", 129306, 15647370)]
    [InlineData("222104", 157306, 19579530)]
    [InlineData("321122", 400346, 54968970)]
    [InlineData("020142", 129306, 15647370)]
    [InlineData("103102", 344346, 47104650)]
    [InlineData("203132", 615386, 86426250)]
    [InlineData("111112", 101306, 11715210)]
    [InlineData("311021", 344346, 47104650)]
    [InlineData("334132", 830426, 117883530)]
    [InlineData("333333", 1531546, 220119690)]
    [InlineData("111111", 73306, 7783050)]
    [InlineData("222222", 241306, 31376010)]
    [InlineData("444444", 73306, 7783050)]
    [InlineData("000000", 73306, 7783050)]
    [InlineData("323103", 830426, 117883530)]
    public void Sizes_are_those_of_the_benchmark_also_of_built_networks(string code, long parameters, long multiplyAdds)
    {
        Assert.Equal(code, Cell(code).Code);
        Assert.Equal(new NasBench201Size(parameters, multiplyAdds), NasBench201Size.From(Cell(code), Cifar10));
        using var backend = CpuBackend.Create(1);
        using var net = new NasBench201Network<float>(backend, Cifar10, Cell(code));
        // A classifier's biases are additions; the benchmark counts them.
        Assert.Equal((parameters, multiplyAdds), (net.ParameterCount, net.Trace().MultiplyAdds + Cifar10.Task.Classes));
    }

    [Theory]
    [InlineData(100, 32, 135_156, 15_653_220)]
    [InlineData(120, 16, 136_456, 3_919_480)]
    public void Sizes_for_other_data_sets_are_those_of_the_benchmark(int classes, int side, long parameters, long multiplyAdds) =>
        Assert.Equal(
            new NasBench201Size(parameters, multiplyAdds),
            NasBench201Size.From(Cell("421211"), new NasBench201Shape(new ImageTask(3, side, side, classes))));

    [Fact]
    public void All_cells_have_twenty_eight_sizes_and_built_networks_have_them()
    {
        var codes = Enumerable.Range(0, 15_625).Select(
            number => string.Concat(Enumerable.Range(0, 6).Select(i => number / (int)Math.Pow(5, i) % 5)));
        var cells = codes.Select(Cell);
        var bySize = cells.GroupBy(cell => NasBench201Size.From(cell, Cifar10)).ToList();
        Assert.Equal(28, bySize.Count);
        Assert.Equal(new NasBench201Size(73_306, 7_783_050), bySize.MinBy(group => group.Key.Parameters)!.Key);
        Assert.Equal(new NasBench201Size(1_531_546, 220_119_690), bySize.MaxBy(group => group.Key.Parameters)!.Key);
        using var backend = CpuBackend.Create(1);
        foreach (var group in bySize)
        {
            // Of each size two cells: the first and the last.
            foreach (var cell in new[] { group.First(), group.Last() })
            {
                using var net = new NasBench201Network<float>(backend, Cifar10, cell);
                // A classifier's biases are additions; the benchmark counts them.
                Assert.Equal(group.Key, new NasBench201Size(net.ParameterCount, net.Trace().MultiplyAdds + Cifar10.Task.Classes));
            }
        }
    }

    [Fact]
    public void A_cell_is_read_written_and_derived()
    {
        const string text = "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|";
        Assert.Equal(text, Cell("421211").ToString());
        Assert.Equal(text, NasBench201Cell.Parse(text).ToString());
        var scores = new float[30];
        for (var edge = 0; edge < 6; edge++) scores[5 * edge + "421211"[edge] - '0'] = 1;
        Assert.Equal(text, NasBench201Cell.Derive(scores).ToString());
        // Of equals the first, none included.
        Assert.All(NasBench201Cell.Derive(new float[30]).Operations, operation => Assert.Equal(Primitives.None, operation));
        foreach (var length in new[] { 25, 31, 35 })
            Assert.Contains($"{length} scores are not [6, 5]",
                Assert.Throws<ArgumentException>(() => NasBench201Cell.Derive(new float[length])).Message);
        Assert.Throws<ArgumentException>(() => NasBench201Cell.Derive([.. Enumerable.Repeat(float.NaN, 30)]));
    }

    [Fact]
    public void Tensors_have_the_official_names()
    {
        using var backend = CpuBackend.Create(1);
        using var net = new NasBench201Network<float>(backend, Small, Cell("300002"));
        string[] expected =
        [
            "stem.0.weight", "stem.1.weight", "cells.0.layers.0.op.1.weight", "cells.0.layers.5.op.2.bias", "cells.1.conv_a.op.1.weight",
            "cells.1.conv_b.op.2.weight", "cells.1.downsample.1.weight", "cells.4.layers.0.op.1.weight", "lastact.0.bias",
            "classifier.bias",
        ];
        Assert.Subset(net.Parameters.Parameters.Select(p => p.Name).ToHashSet(), expected.ToHashSet());
    }

    [Fact]
    public void Images_that_cannot_be_halved_twice_are_refused()
    {
        using var backend = CpuBackend.Create(1);
        var shape = Small with { Task = new ImageTask(1, 28, 30, 2) };
        var error = Assert.Throws<OptionsException>(() => new NasBench201Network<float>(backend, shape, Cell("333333")));
        Assert.Contains("28x30", error.Message);
    }

    [Theory]
    [InlineData("421301")]
    [InlineData("333333")]
    [InlineData("100423")]
    public void Gradients_of_a_network_are_those_of_the_loss(string code)
    {
        using var backend = new ReferenceBackend<double>();
        using var net = new NasBench201Network<double>(backend, Small, Cell(code));
        net.Parameters.Initialize(1);
        net.Plan(4);
        var (images, labels) = Batch(4);
        net.LoadBatch(images, labels);
        var pass = new Pass(Training: true);
        net.Forward(pass);
        net.Backward(pass);
        AssertSlope(backend, net.Parameters, () => net.Forward(pass).Loss);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    public void Gradients_of_a_supernet_are_those_of_the_loss_in_weights_alphas_and_betas(int partialChannels, bool edgeNormalization)
    {
        using var backend = new ReferenceBackend<double>();
        using var net = Supernet(backend, partialChannels, edgeNormalization);
        Assert.Equal(edgeNormalization ? 2 : 1, net.Alphas.Count);
        var (images, labels) = Batch(4);
        var pass = new Pass(Training: true);
        double Loss() => net.Evaluate(new ImageBatch<double>(images, labels), pass).Loss;
        Loss();
        var gradients = net.AlphaDiffs.Select(diffs => (double[])diffs.Clone()).ToArray();
        foreach (var (alphas, gradient) in net.Alphas.Zip(gradients))
        {
            for (var i = 0; i < gradient.Length; i++)
            {
                const double h = 1e-6;
                var at = alphas[i];
                alphas[i] = at + h;
                var above = Loss();
                alphas[i] = at - h;
                Assert.Equal((above - Loss()) / (2 * h), gradient[i], 1e-6);
                alphas[i] = at;
            }
        }

        Loss();
        AssertSlope(backend, net.Parameters, Loss);
    }

    [Fact]
    public void A_search_step_of_either_order_moves_weights_and_alphas()
    {
        foreach (var unrolled in new[] { false, true })
        {
            using var backend = new ReferenceBackend<double>();
            using var net = Supernet(backend);
            var sgd = new Sgd<double>(backend, net.Parameters, 0.9, 3e-4);
            var architect = new Architect<double>(net, sgd, [new Adam<double>(net.Alphas[0].Length, 0.1, 0.5, 0.999, 1e-3)], unrolled);
            var (images, labels) = Batch(4);
            var batch = new ImageBatch<double>(images, labels);
            var before = (double[])net.Alphas[0].Clone();
            architect.Step(batch, batch, 0.1, new Pass(Training: true));
            Assert.All(before.Zip(net.Alphas[0]), pair => Assert.NotEqual(pair.First, pair.Second));
            var first = net.Evaluate(batch, new Pass(Training: true)).Loss;
            for (var i = 0; i < 10; i++)
            {
                sgd.Step(0.05);
                net.Evaluate(batch, new Pass(Training: true));
            }

            Assert.True(net.Evaluate(batch, new Pass(Training: true)).Loss < first);
        }
    }

    [Fact]
    public void A_pass_without_weight_gradients_leaves_those_of_the_pass_before()
    {
        using var backend = new ReferenceBackend<double>();
        using var net = Supernet(backend);
        var (images, labels) = Batch(4);
        var batch = new ImageBatch<double>(images, labels);
        net.Evaluate(batch, new Pass(Training: true));
        var (before, after) = (new double[net.Parameters.Count], new double[net.Parameters.Count]);
        backend.Download<double>(net.Parameters.Diffs, before);
        var alphas = (double[])net.AlphaDiffs[0].Clone();
        net.Evaluate(batch, new Pass(Training: true, WeightGradients: false));
        backend.Download<double>(net.Parameters.Diffs, after);
        Assert.Equal(before, after);
        Assert.Equal(alphas, net.AlphaDiffs[0]);
    }

    private static NasBench201Supernet<double> Supernet(
        ReferenceBackend<double> backend, int partialChannels = 1, bool edgeNormalization = false)
    {
        var space = new SearchSpace(CellSpace.NasBench201.Candidates, partialChannels, edgeNormalization) { Cells = CellSpace.NasBench201 };
        var net = new NasBench201Supernet<double>(backend, Small, space);
        net.Initialize(1);
        var random = new CounterRandom(2, RandomStream.Alphas);
        foreach (var alphas in net.Alphas)
            for (var i = 0; i < alphas.Length; i++) alphas[i] = 0.5 * random.NextNormal();
        net.Plan(4);
        return net;
    }

    // The derivative along a random direction, which all parameters have a part in; the gradients are those of the last pass.
    private static void AssertSlope(ReferenceBackend<double> backend, Layers.Backends.ParameterSet<double> parameters, Func<double> loss)
    {
        var (values, diffs) = (new double[parameters.Count], new double[parameters.Count]);
        backend.Download<double>(parameters.Values, values);
        backend.Download<double>(parameters.Diffs, diffs);
        var random = new CounterRandom(7, RandomStream.Weights);
        var direction = Array.ConvertAll(values, _ => random.NextNormal());
        var expected = direction.Zip(diffs, (a, b) => a * b).Sum();
        const double step = 1e-8;
        var slope = (At(step) - At(-step)) / (2 * step);
        Assert.True(Math.Abs(slope - expected) <= 1e-5 * Math.Max(1, Math.Abs(expected)), $"{slope} is not {expected}");

        double At(double distance)
        {
            backend.Upload<double>(values.Zip(direction, (v, d) => v + distance * d).ToArray(), parameters.Values);
            return loss();
        }
    }

    private static (double[] Images, int[] Labels) Batch(int count)
    {
        var random = new CounterRandom(3, RandomStream.Augmentation);
        var images = new double[count * Small.Task.Channels * Small.Task.Height * Small.Task.Width];
        for (var i = 0; i < images.Length; i++) images[i] = random.NextNormal();
        return (images, [.. Enumerable.Range(0, count).Select(i => i % Small.Task.Classes)]);
    }

    private static NasBench201Cell Cell(string code) =>
        NasBench201Cell.From([.. code.Select(digit => CellSpace.NasBench201.Candidates[digit - '0'])]);
}
