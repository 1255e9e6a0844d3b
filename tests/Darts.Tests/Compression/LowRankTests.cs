using MathNet.Numerics.LinearAlgebra;
using MIOpenDarts.Darts.Compression;
using MIOpenDarts.Darts.Compression.LowRank;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evaluation.Operations;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Tests.Compression;

/// <summary>Factors of low rank lose what their singular values say, and no others lose less.</summary>
public class LowRankTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 5)]
    [InlineData(12, 7)]
    [InlineData(7, 12)]
    [InlineData(36, 144)]
    public void Singular_values_equal_those_of_another_library(int rows, int columns)
    {
        var matrix = Random(rows, columns, 1);
        var own = SingularValues.From(matrix);
        var expected = Matrix<double>.Build.DenseOfArray(matrix).Svd(computeVectors: false).S;
        Assert.Equal(expected.Count, own.Values.Length);
        for (var i = 0; i < expected.Count; i++) Assert.Equal(expected[i], own.Values[i], 1e-12 * expected[0]);
        // Uᵀ·U = 1 and the projection onto all of U changes nothing.
        for (var i = 0; i < own.Left.Length; i++)
            for (var j = 0; j < own.Left.Length; j++)
                Assert.Equal(i == j ? 1 : 0, own.Left[i].Zip(own.Left[j], (a, b) => a * b).Sum(), 1e-12);
    }

    [Fact]
    public void What_a_rank_loses_is_what_the_singular_values_left_out_say()
    {
        // With E[x·xᵀ] = 1 the theorem of Eckart and Young: ‖W − Wᵣ‖² = Σ dropped σ².
        const int O = 9, I = 14;
        var weights = Random(O, I, 2);
        var spectrum = PointwiseSpectrum.From(Flat(weights), I, Identity(I));
        var sigma = Matrix<double>.Build.DenseOfArray(ToDouble(spectrum.Weights, O, I)).Svd(computeVectors: false).S;
        var whole = sigma.Sum(s => s * s);
        for (var rank = 1; rank <= O; rank++)
        {
            var dropped = sigma.Skip(rank).Sum(s => s * s);
            Assert.Equal(dropped / whole, spectrum.Loss(rank), 1e-12);
            Assert.Equal(dropped / whole, Error(spectrum, rank, Identity(I)) / whole, 1e-6);
        }
    }

    [Fact]
    public void Factors_made_for_the_data_lose_on_it_what_is_foretold_and_less_than_those_made_without()
    {
        const int O = 8, I = 12;
        var weights = Flat(Random(O, I, 3));
        var mixing = Random(I, I, 4);
        var moment = new SecondMoment(I);
        for (var n = 0; n < 500; n++) moment.Add(Mixed(mixing, n));
        var factor = moment.Factor();
        var (aware, plain) = (PointwiseSpectrum.From(weights, I, factor), PointwiseSpectrum.From(weights, I, Identity(I)));
        var whole = aware.Decomposition.Values.Sum(s => s * s);
        for (var rank = 1; rank < O; rank++)
        {
            double measured = 0, other = 0;
            for (var n = 0; n < 500; n++)
            {
                var x = Mixed(mixing, n);
                measured += Difference(aware, rank, x) / 500;
                other += Difference(plain, rank, x) / 500;
            }

            Assert.Equal(aware.Loss(rank) * whole, measured, 1e-5 * whole);
            Assert.True(measured <= other * (1 + 1e-5), $"rank {rank}: {measured} and {other}");
        }
    }

    [Fact]
    public void A_channel_that_is_always_zero_breaks_nothing()
    {
        const int I = 6;
        var moment = new SecondMoment(I);
        for (var n = 0; n < 50; n++)
        {
            var x = Mixed(Random(I, I, 5), n);
            (x[2], x[4]) = (0, 2 * x[1]);
            moment.Add(x);
        }

        var spectrum = PointwiseSpectrum.From(Flat(Random(5, I, 6)), I, moment.Factor());
        Assert.All(spectrum.Decomposition.Values, value => Assert.True(double.IsFinite(value)));
        Assert.All(spectrum.Factors(3).First, value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void Greedy_ranks_meet_the_budget_and_an_impossible_one_is_refused()
    {
        RankCandidate[] candidates = [.. Enumerable.Range(0, 4).Select(k => Candidate(10 + k))];
        var budget = 0.6 * 4 * 16 * 24;
        var ranks = RankChoice.ByBudget(candidates, budget, "params=0.6");
        var cost = ranks.Sum(option => option?.Cost ?? 16 * 24);
        Assert.InRange(cost, budget - 16 * 24, budget);
        Assert.All(ranks, option => Assert.True(option is null || option.Value.Cost == 40 * option.Value.Rank));
        Assert.Contains("cannot be met",
            Assert.Throws<OptionsException>(() => RankChoice.ByBudget(candidates, 4 * 40 - 1, "params=0.1")).Message);
        Assert.Equal([1, 1, 1, 1], RankChoice.ByBudget(candidates, 4 * 40, "params=0.1").Select(option => option!.Value.Rank));
        Assert.All(RankChoice.ByEnergy(candidates, 0.9999999), option => Assert.Null(option));
    }

    [Fact]
    public void No_ranks_of_the_same_cost_lose_less_than_those_that_a_budget_chooses()
    {
        // Singular values that fall late: the first ranks left out save next to nothing, and a look at the next one alone stops at them.
        RankCandidate late = new(100, [new(99, 0.05, 3, 3), new(40, 0.06, 2, 2), new(20, 0.5, 1, 1)]);
        RankCandidate even = new(100, [new(70, 0.03, 2, 2), new(40, 0.07, 1, 1)]);
        Assert.Equal([2, 1], late.Hull.Select(option => option.Rank));
        var ranks = RankChoice.ByBudget([late, even], 140, "macs=0.7");
        Assert.Equal((2, (RankOption?)null), (ranks[0]!.Value.Rank, ranks[1]));
        // The last cut goes no further than it has to.
        Assert.Equal(3, RankChoice.ByBudget([late, even], 199, "macs=0.995")[0]!.Value.Rank);
        Assert.Equal(3, RankChoice.ByEnergy([late], 0.95)[0]!.Value.Rank);
    }

    [Fact]
    public void Of_layers_that_lose_the_same_the_dearest_is_cut_first()
    {
        var ranks = RankChoice.ByBudget([Candidate(10), Candidate(10, pixels: 4)], 5 * 16 * 24 - 1, "macs=0.9");
        Assert.Null(ranks[0]);
        Assert.NotNull(ranks[1]);
    }

    [Fact]
    public void By_energy_the_least_rank_that_keeps_it_is_taken()
    {
        var candidate = Candidate(10);
        var option = RankChoice.ByEnergy([candidate], 0.6)[0]!.Value;
        Assert.True(option.Loss <= 0.4);
        Assert.All(candidate.Options.Where(other => other.Rank < option.Rank), other => Assert.True(other.Loss > 0.4));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Moments_are_those_of_the_pixels_that_a_stride_leaves(int stride)
    {
        const int Images = 2, C = 3, H = 5, W = 4;
        var values = Flat(Random(Images * C, H * W, 7));
        var (moment, picked) = (new SecondMoment(C), new SecondMoment(C));
        moment.Add(values, Images, H, W, stride);
        for (var n = 0; n < Images; n++)
            for (var pixel = 0; pixel < H * W; pixel++)
            {
                if (pixel / W % stride != 0 || pixel % W % stride != 0) continue;
                picked.Add(Array.ConvertAll([0, 1, 2], c => (double)values[(n * C + c) * H * W + pixel]));
            }

        Assert.Equal(picked.Factor(), moment.Factor());
    }

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

    private static RankCandidate Candidate(int key, int pixels = 1) =>
        new PointwiseFactors(PointwiseSpectrum.From(Flat(Random(16, 24, key)), 24, Identity(24)), Window2D.Point).Candidate(pixels, pixels);

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

    private static double Error(PointwiseSpectrum spectrum, int rank, double[,] factor)
    {
        var inputs = factor.GetLength(0);
        double sum = 0;
        for (var i = 0; i < inputs; i++)
        {
            var x = new double[inputs];
            for (var k = 0; k < inputs; k++) x[k] = factor[k, i];
            sum += Difference(spectrum, rank, x);
        }

        return sum;
    }

    private static double Difference(PointwiseSpectrum spectrum, int rank, double[] x)
    {
        var (first, second) = spectrum.Factors(rank);
        var (inputs, sum) = (spectrum.Inputs, 0.0);
        var middle = Enumerable.Range(0, rank).Select(r => Enumerable.Range(0, inputs).Sum(i => first[r * inputs + i] * x[i])).ToArray();
        for (var o = 0; o < spectrum.Outputs; o++)
        {
            var y = Enumerable.Range(0, inputs).Sum(i => spectrum.Weights[o * inputs + i] * x[i]);
            var d = y - Enumerable.Range(0, rank).Sum(r => second[o * rank + r] * middle[r]);
            sum += d * d;
        }

        return sum;
    }

    private static double[] Mixed(double[,] mixing, int key)
    {
        var random = new CounterRandom(9, RandomStream.Augmentation, 0, key);
        var z = new double[mixing.GetLength(0)];
        for (var i = 0; i < z.Length; i++) z[i] = random.NextNormal() / (1 + i);
        return [.. Enumerable.Range(0, z.Length).Select(i => Enumerable.Range(0, z.Length).Sum(k => mixing[i, k] * z[k]))];
    }

    private static double[,] Random(int rows, int columns, int key)
    {
        var random = new CounterRandom(8, RandomStream.Augmentation, 0, key);
        var matrix = new double[rows, columns];
        for (var i = 0; i < rows; i++)
            for (var j = 0; j < columns; j++) matrix[i, j] = random.NextNormal();
        return matrix;
    }

    private static double[,] Identity(int size)
    {
        var matrix = new double[size, size];
        for (var i = 0; i < size; i++) matrix[i, i] = 1;
        return matrix;
    }

    private static float[] Flat(double[,] matrix) => [.. matrix.Cast<double>().Select(x => (float)x)];

    private static double[,] ToDouble(float[] values, int rows, int columns)
    {
        var matrix = new double[rows, columns];
        for (var i = 0; i < values.Length; i++) matrix[i / columns, i % columns] = values[i];
        return matrix;
    }
}
