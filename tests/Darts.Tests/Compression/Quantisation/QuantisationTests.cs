using MIOpenDarts.Darts.Compression;
using MIOpenDarts.Darts.Compression.Quantisation;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Optimisers;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Tests.Compression.Quantisation;

/// <summary>A quantised network is measured, saved and trained like any other.</summary>
public class QuantisationTests
{
    private const int Batch = 3;

    [Theory]
    [InlineData("DARTS_V2")]
    [InlineData("resnet20")]
    public void Its_layers_lose_little_and_its_weights_stay_in_the_chosen_range(string name)
    {
        using var backend = CpuBackend.Create(2);
        var host = TestNetwork.Host(name, backend);
        foreach (var full in new[] { false, true })
        {
            var choice = new QuantisationChoice(FullRange: full, IsPlain: true);
            var quantised = NetworkQuantiser.Apply(host, choice, TestNetwork.Sample(host), backend);
            var filters = IntegerNetwork.From(quantised.Network).Layers.OfType<IntegerConvolution>().Select(layer => layer.Filter).ToList();
            Assert.Equal(full ? 127 : 64, filters.Max(filter => filter.Weights.Max(q => Math.Abs((int)q))));
            var losses = LayerLoss.Measure(quantised, TestNetwork.Sample(host), backend);
            Assert.Equal(filters.Count, losses.Count);
            // A step of 64 or of 255 in a range of some deviations: far below a hundredth of the square.
            Assert.All(losses, loss => Assert.InRange(loss.Alone, 0, 0.01));
        }
    }

    [Theory]
    [InlineData("DARTS_V2")]
    [InlineData(TestNetwork.Cell)]
    public void A_weights_file_keeps_it(string name)
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            using var backend = CpuBackend.Create(1);
            var quantised = Quantised(name).Network;
            quantised.Save(path);
            var (description, net) = NetworkDescription.Load(path, backend);
            using (net)
            {
                Assert.True(description.IsQuantised);
                using var built = quantised.Build(backend);
                Assert.Equal(Logits(built), Logits(net));
                var (expected, actual) = (IntegerNetwork.From(quantised), IntegerNetwork.From(description, net));
                Assert.Equal(expected.Values, actual.Values);
                Assert.Equal(expected.Classifier.Filter.Weights, actual.Classifier.Filter.Weights);
                Assert.Contains("quantised already", Assert.Throws<OptionsException>(() => HostNetwork.From(description, net)).Message);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Training_it_lowers_its_loss_and_a_step_allocates_nothing_after_the_first()
    {
        using var backend = CpuBackend.Create(2);
        using var net = Quantised("DARTS_V2").Network.Build(backend);
        var sgd = new Sgd<float>(backend, net.Parameters, 0.9, 3e-4);
        net.Plan(Batch);
        net.LoadBatch(TestNetwork.Images(net.Task, Batch), [1, 2, 3]);
        var before = Step();
        for (var i = 0; i < 2; i++) Step();
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 3; i++) Step();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - bytes);
        for (var i = 0; i < 30; i++) Step();
        Assert.True(net.Forward(Pass.Inference).Loss < before / 2);

        double Step()
        {
            var pass = new Pass(Training: true);
            var loss = net.Forward(pass).Loss;
            net.Backward(pass);
            sgd.Clip(5);
            sgd.Step(0.01);
            return loss;
        }
    }

    [Fact]
    public void Tails_are_cut_and_least_squares_lose_no_more_than_any_share_of_the_range()
    {
        var random = new CounterRandom(6, RandomStream.Weights);
        var numbers = new float[40_000];
        foreach (ref var x in numbers.AsSpan()) x = (float)random.NextNormal();
        (numbers[0], numbers[1]) = (-60, 80);
        var histogram = new ValueHistogram(-60, 80);
        histogram.Add(numbers);
        var (whole, tails, squares) = (
            ByteScale.Over(-60, 80), histogram.WithoutTails(), histogram.WithLeastSquares());
        // The two that are far out are half of a ten-thousandth.
        Assert.InRange(tails.Step * 255, 6, 12);
        // Two far numbers cost less than wide steps for all: neither the whole range nor half of it is best.
        double[] shares = [.. Enumerable.Range(0, 51).Select(k => Loss(ByteScale.Over(-60 * (0.5f + k / 100f), 80 * (0.5f + k / 100f))))];
        Assert.True(shares.Min() < 0.95 * Math.Min(shares[0], Loss(whole)));
        // A histogram knows a number to a bin, which is an eighth of a step.
        Assert.InRange(Loss(squares), 0, 1.02 * shares.Min());

        double Loss(ByteScale scale) => numbers.Sum(x => Math.Pow(x - scale.Nearest(x), 2));
    }

    [Fact]
    public void A_weight_that_is_no_number_is_refused_and_named_before_rounding_makes_a_zero_of_it()
    {
        using var backend = CpuBackend.Create(1);
        var description = TestNetwork.Describe("DARTS_V2");
        using var net = description.Build(backend);
        net.Parameters.Initialize(3);
        var weights = net.Parameters.Parameters.First(tensor => tensor.Name.StartsWith("cells.1.", StringComparison.Ordinal));
        var values = new float[weights.Capacity.Count];
        backend.Download<float>(weights, values);
        values[^1] = float.NaN;
        backend.Upload<float>(values, weights);
        var told = Assert.Throws<InvalidDataException>(() => HostNetwork.From(description, net)).Message;
        Assert.Contains(weights.Name, told);
        Assert.Contains("--best", told);
    }

    private static QuantisedNetwork Quantised(string name)
    {
        using var backend = CpuBackend.Create(1);
        var host = TestNetwork.Host(name, backend);
        return NetworkQuantiser.Apply(host, new QuantisationChoice(IsPlain: true), TestNetwork.Sample(host), backend);
    }

    private static float[] Logits(ImageClassifier<float> net)
    {
        net.Plan(Batch);
        net.LoadBatch(TestNetwork.Images(net.Task, Batch), new int[Batch]);
        net.Forward(Pass.Inference);
        return TestNetwork.Logits(net, Batch);
    }
}
