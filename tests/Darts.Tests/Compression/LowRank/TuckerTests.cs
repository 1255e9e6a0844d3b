using MathNet.Numerics.LinearAlgebra;
using MIOpenDarts.Darts.Compression;
using MIOpenDarts.Darts.Compression.LowRank;
using MIOpenDarts.Darts.Evaluation.Operations;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Tests.Compression.LowRank;

/// <summary>The three factors of a k x k convolution lose what is said, and make the same convolution of lower rank.</summary>
public class TuckerTests
{
    private const int O = 10, I = 7, Taps = 9;
    private static readonly Window2D Window = Window2D.Square(3, 2, 1);

    [Fact]
    public void What_ranks_lose_is_the_distance_of_the_weights_and_no_more_than_the_unfoldings_say()
    {
        var weights = Random(O * I * Taps, 1);
        var tucker = new TuckerFactors(weights, I, Window);
        var (rows, columns) = (Singular(weights, byInput: false), Singular(weights, byInput: true));
        var whole = weights.Sum(w => (double)w * w);
        foreach (var (r, s) in new[] { (1, 1), (2, 5), (6, 9), (4, O), (I, 4), (3, 3) })
        {
            var (factors, loss) = tucker.Cut(new RankOption(0, 0, r, s));
            Assert.Equal(1 + (r < I ? 1 : 0) + (s < O ? 1 : 0), factors.Count);
            Assert.Equal(loss, Distance(weights, Compose(factors, I)) / whole, 1e-5);
            // HOOI loses no more than HOSVD, and that no more than both unfoldings together.
            Assert.True(loss <= tucker.Loss(r, s) + 1e-12, $"{loss} after {tucker.Loss(r, s)}");
            var dropped = rows.Skip(s).Sum(x => x * x) + columns.Skip(r).Sum(x => x * x);
            Assert.True(tucker.Loss(r, s) * whole <= dropped * (1 + 1e-12), $"{tucker.Loss(r, s) * whole} of {dropped}");
            // No approximation of these ranks loses less than that of one side alone.
            Assert.True(loss * whole >= Math.Max(rows.Skip(s).Sum(x => x * x), columns.Skip(r).Sum(x => x * x)) * (1 - 1e-9));
        }
    }

    [Fact]
    public void With_one_side_whole_the_loss_is_that_of_the_other_librarys_singular_values()
    {
        var weights = Random(O * I * Taps, 2);
        var tucker = new TuckerFactors(weights, I, Window);
        var (rows, columns) = (Singular(weights, byInput: false), Singular(weights, byInput: true));
        var whole = weights.Sum(w => (double)w * w);
        for (var s = 1; s <= O; s++) Assert.Equal(rows.Skip(s).Sum(x => x * x) / whole, tucker.Loss(I, s), 1e-12);
        for (var r = 1; r <= I; r++) Assert.Equal(columns.Skip(r).Sum(x => x * x) / whole, tucker.Loss(r, O), 1e-12);
    }

    [Fact]
    public void A_convolution_of_low_rank_is_found_again_whole()
    {
        const int R = 3, S = 4;
        var weights = Compose(
            [
                new LayerFactor(Window2D.Point, R, Random(R * I, 3)), new LayerFactor(Window, S, Random(S * R * Taps, 4)),
                new LayerFactor(Window2D.Point, O, Random(O * S, 5)),
            ],
            I);
        var tucker = new TuckerFactors(weights, I, Window);
        var (factors, loss) = tucker.Cut(new RankOption(0, 0, R, S));
        Assert.Equal(0, loss, 1e-9);
        var largest = weights.Max(Math.Abs);
        foreach (var (expected, actual) in weights.Zip(Compose(factors, I))) Assert.Equal(expected, actual, 1e-5 * largest);
        // So do the options, whose costs are those of the factors.
        var best = tucker.Candidate(49, 16).Options.Last(option => option.Loss < 1e-9);
        Assert.Equal((R, S), (best.InputRank, best.Rank));
        Assert.Equal(I * R * 49 + (R * S * Taps + S * O) * 16, best.Cost);
    }

    [Fact]
    public void Options_fall_in_cost_and_rise_in_loss_and_those_on_the_hull_ever_faster()
    {
        var candidate = new TuckerFactors(Random(O * I * Taps, 6), I, Window).Candidate(49, 16);
        Assert.Equal(O * I * Taps * 16, candidate.Whole);
        Assert.True(candidate.Options.Count > candidate.Hull.Count && candidate.Hull.Count > 3);
        foreach (var (dearer, cheaper) in candidate.Options.Zip(candidate.Options.Skip(1)))
            Assert.True(cheaper.Cost < dearer.Cost && cheaper.Loss > dearer.Loss);
        var (before, rate) = (new RankOption(candidate.Whole, 0, I, O), 0.0);
        foreach (var option in candidate.Hull)
        {
            Assert.True(option.Cost < before.Cost && option.Loss > before.Loss);
            var next = (option.Loss - before.Loss) / (before.Cost - option.Cost);
            Assert.True(next > rate);
            (before, rate) = (option, next);
        }
    }

    [Theory]
    [InlineData("resnet20", 0.5)]
    [InlineData(TestNetwork.Cell, 0.7)]
    public void A_network_meets_a_target_and_computes_what_it_does_with_the_composed_weights(string name, double share)
    {
        using var backend = CpuBackend.Create(2);
        var host = TestNetwork.Host(name, backend, channels: 8);
        var target = new CompressionTarget(false, share);
        var (small, layers) = new Decomposition(host, TestNetwork.Sample(host), backend).To(target);
        Assert.InRange(target.Of(small.Size), 1, target.Budget(host.Size));
        var cut = layers.Where(layer => layer is { Rank: > 0, Taps: > 1 }).ToList();
        Assert.NotEmpty(cut);
        Assert.All(cut, layer => Assert.Equal("weights'", layer.Energy));
        // The same network with each decomposed layer's factors multiplied out.
        var tensors = host.Tensors.ToDictionary();
        foreach (var layer in layers.Where(layer => layer.Rank > 0))
        {
            var factors = small.Operations.Where(operation => operation.Name.StartsWith(layer.Name + ".", StringComparison.Ordinal))
                .Select(operation => new LayerFactor(operation.Window, operation.Channels, small.Tensors[operation.Name + "weight"]));
            tensors[layer.Name + ".weight"] = Compose([.. factors], layer.Inputs);
        }

        var images = TestNetwork.Images(host.Origin.Task, 3);
        var (expected, actual) = (Run(host with { Tensors = tensors }, images), Run(small, images));
        var largest = expected.Max(Math.Abs);
        foreach (var (e, a) in expected.Zip(actual)) Assert.Equal(e, a, 1e-3 * largest);
    }

    [Fact]
    public void An_impossible_target_is_refused()
    {
        using var backend = CpuBackend.Create(2);
        var host = TestNetwork.Host("resnet20", backend);
        Assert.Contains("cannot be met", Assert.Throws<OptionsException>(
            () => new Decomposition(host, TestNetwork.Sample(host), backend).To(new CompressionTarget(false, 0.001))).Message);
    }

    // W [O, I, taps] of factors in the order of computation.
    private static float[] Compose(IReadOnlyList<LayerFactor> factors, int inputs)
    {
        var (product, channels, taps) = ((double[]?)null, inputs, 1);
        foreach (var factor in factors)
        {
            var (width, own) = (channels, factor.Window.Taps);
            var next = new double[factor.Channels * inputs * own * taps];
            for (var o = 0; o < factor.Channels; o++)
                for (var i = 0; i < inputs; i++)
                    for (var t = 0; t < own * taps; t++)
                        for (var k = 0; k < width; k++)
                            next[(o * inputs + i) * own * taps + t] += factor.Weights[(o * width + k) * own + (own > 1 ? t : 0)]
                                * (product is null ? (k == i ? 1 : 0) : product[(k * inputs + i) * taps + (own > 1 ? 0 : t)]);
            (product, channels, taps) = (next, factor.Channels, own * taps);
        }

        return [.. product!.Select(x => (float)x)];
    }

    private static double[] Singular(float[] weights, bool byInput)
    {
        var matrix = byInput
            ? Matrix<double>.Build.Dense(I, O * Taps, (i, k) => weights[(k / Taps * I + i) * Taps + k % Taps])
            : Matrix<double>.Build.Dense(O, I * Taps, (o, k) => weights[o * I * Taps + k]);
        return [.. matrix.Svd(computeVectors: false).S];
    }

    private static double Distance(float[] a, float[] b) => a.Zip(b).Sum(pair => Math.Pow((double)pair.First - pair.Second, 2));

    private static float[] Run(HostNetwork host, float[] images)
    {
        using var backend = CpuBackend.Create(2);
        using var net = host.Build(backend);
        net.Plan(3, training: false);
        net.LoadBatch(images, new int[3]);
        net.Forward(Pass.Inference);
        return TestNetwork.Logits(net, 3);
    }

    private static float[] Random(int count, int key)
    {
        var random = new CounterRandom(12, RandomStream.Augmentation, 0, key);
        return [.. Enumerable.Range(0, count).Select(_ => (float)random.NextNormal())];
    }
}
