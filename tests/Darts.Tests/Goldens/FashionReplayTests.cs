using System.Numerics;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Optimisers;
using MIOpenDarts.Layers.Tensors;
using MIOpenDarts.Layers.Weights;

namespace MIOpenDarts.Darts.Tests.Goldens;

/// <summary>
/// The official search on Fashion-MNIST (C = 8, 5 cells, batch 64) with its initial weights and batches: freely in double, and step by step
/// in single precision, from states of the official run in double. A free run in single precision says nothing: each step magnifies
/// rounding some six times.
/// </summary>
public class FashionReplayTests
{
    private static readonly SupernetShape Shape = new(3, 28, 28, 10, 8, 5);

    /// <summary>
    /// The golden's spreads are those of a rounding sixteen times that of single precision in weights and images, the largest of three
    /// draws. Some 150 operations that round in turn make √150 = 12 roundings, with eight standard deviations six of those spreads.
    /// </summary>
    private const double Spreads = 6;

    public static TheoryData<int, int> StatesAndWidths() =>
        [.. new[] { 0, 8, 16 }.SelectMany(step =>
            new[] { 4, 8, 16 }.Where(w => w <= CpuBackend.PreferredWidth).Select(width => (step, width)))];

    // Twelve losses: beyond them even double precision parts.
    [Fact]
    [Trait("Category", "long")]
    public void Six_steps_on_Reference_in_double_give_the_official_losses_gradients_and_alphas()
    {
        using var golden = Open("fashion_steps_f64.safetensors");
        using var backend = new ReferenceBackend<double>();
        using var replay = new Replay<double>(backend);
        var (losses, norms) = (golden.ReadDouble("free.losses"), golden.ReadDouble("free.grad_norm"));
        var (normal, reduce) = (golden.ReadDouble("free.alphas_normal"), golden.ReadDouble("free.alphas_reduce"));
        for (var step = 0; step < norms.Length; step++)
        {
            var (valid, train, norm) = replay.Step(step, 0.025);
            Close.Equal<double>(losses.AsSpan(2 * step, 2), [valid, train], 1e-9, $"losses of step {step}");
            Close.Equal<double>(norms.AsSpan(step, 1), [norm], 1e-9, $"gradient norm of step {step}");
            Close.Equal<double>(normal.AsSpan(14 * 8 * step, 14 * 8), replay.Net.Normal.Alphas, 1e-9,
                $"alphas of normal cells after step {step}");
            Close.Equal<double>(reduce.AsSpan(14 * 8 * step, 14 * 8), replay.Net.Reduce.Alphas, 1e-9,
                $"alphas of reduction cells after step {step}");
        }
    }

    [Theory]
    [Trait("Category", "slow")]
    [MemberData(nameof(StatesAndWidths))]
    public void A_step_on_Cpu_from_a_state_of_the_official_run_has_its_losses_and_gradients(int step, int width)
    {
        using var golden = Open("fashion_steps_f64.safetensors");
        using var backend = CpuBackend.Create(0, width);
        using var replay = new Replay<float>(backend);
        if (step > 0) replay.Load(golden, $"state{step}.");
        var (valid, train, norm) = replay.Step(step, 0);
        var net = replay.Net;
        var losses = golden.ReadDouble($"step{step}.losses");
        var spreads = golden.ReadDouble($"step{step}.spread.losses");
        Assert.Equal(losses[0], valid, Spreads * spreads[0]);
        Assert.Equal(losses[1], train, Spreads * spreads[1]);
        AssertWithin("grad_alphas_normal", golden.ReadDouble($"step{step}.grad_alphas_normal"), replay.AlphaGradients[0]);
        AssertWithin("grad_alphas_reduce", golden.ReadDouble($"step{step}.grad_alphas_reduce"), replay.AlphaGradients[1]);
        double[] expected = [.. net.Parameters.Parameters.SelectMany(p =>
            Array.ConvertAll(golden.ReadSingle($"step{step}.grad.{p.Name}"), v => (double)v))];
        float[] actual = [.. net.Parameters.Parameters.SelectMany(p => SupernetGoldenTests.Raw(backend, p.Diff!))];
        AssertWithin("grad", expected, actual);
        Assert.Equal(golden.ReadDouble($"step{step}.grad_norm")[0], norm, Spreads * golden.ReadDouble($"step{step}.spread.grad").Max());

        // The length of the difference: single numbers jump where a ReLU or a largest value turns over.
        void AssertWithin(string name, double[] expected, float[] actual)
        {
            var distance = Math.Sqrt(expected.Zip(actual, (e, a) => (e - a) * (e - a)).Sum());
            var tolerance = Spreads * golden.ReadDouble($"step{step}.spread.{name}").Max();
            Assert.True(distance <= tolerance, $"{name}: off by {distance:E2}, {tolerance:E2} allowed");
        }
    }

    private static SafetensorsFile Open(string name) => SafetensorsFile.Open(GoldenFiles.Named(name).First());

    private sealed class Replay<T> : IDisposable
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private const int Batch = 64;
        private readonly ImageEncoder encoder;
        private readonly ImageData data = DataSource.Open(DataSource.FashionMnistSlice);
        private readonly Backend<T> backend;
        private readonly Sgd<T> sgd;
        private readonly Architect<T> architect;
        private readonly int[] order;
        private readonly int[] draws;

        public Replay(Backend<T> backend)
        {
            this.backend = backend;
            encoder = new ImageEncoder(data.Train, data.Normalization, greyToRgb: true);
            Net = new Supernet<T>(backend, Shape);
            Net.Plan(Batch);
            using var golden = Open("fashion_first.safetensors");
            Load(golden, "init.");
            sgd = new Sgd<T>(backend, Net.Parameters, 0.9, 3e-4);
            architect = new Architect<T>(Net, sgd, [.. Net.Alphas.Select(a => new Adam<T>(a.Length, 3e-4, 0.5, 0.999, 1e-3))],
                unrolled: false);
            order = golden.Read<int>("train_order");
            draws = golden.Read<int>("valid_draw");
        }

        public Supernet<T> Net { get; }

        /// <summary>Of the last step's validation loss; its training pass has overwritten them in the network.</summary>
        public T[][] AlphaGradients { get; private set; } = [];

        public void Load(SafetensorsFile file, string prefix)
        {
            StateDict.Load(Net.Parameters, backend, file, prefix);
            file.ReadNumbers<T>(prefix + "alphas_normal").CopyTo(Net.Normal.Alphas, 0);
            file.ReadNumbers<T>(prefix + "alphas_reduce").CopyTo(Net.Reduce.Alphas, 0);
        }

        /// <summary>
        /// A step of the first epoch: alphas, then weights. Gradients are left as they were before clipping where the rate is 0.
        /// </summary>
        public (double ValidLoss, double TrainLoss, double Norm) Step(int step, double rate)
        {
            var (trainImages, trainLabels) = Images(order.AsSpan(step * Batch, Batch));
            var (validImages, validLabels) = Images(draws.AsSpan(step * Batch, Batch));
            var pass = new Pass(Training: true);
            var valid = architect.Step(new(trainImages, trainLabels), new(validImages, validLabels), rate, pass).Loss;
            AlphaGradients = [.. Net.AlphaDiffs.Select(d => (T[])d.Clone())];
            var train = Net.Evaluate(new(trainImages, trainLabels), pass).Loss;
            var norm = sgd.Clip(rate > 0 ? 5 : 0);
            if (rate > 0) sgd.Step(rate);
            return (valid, train, norm);
        }

        public void Dispose() => Net.Dispose();

        private (T[] Images, int[] Labels) Images(ReadOnlySpan<int> numbers)
        {
            var (pixels, images, labels) = (new float[encoder.Size], new List<T>(), new int[numbers.Length]);
            for (var i = 0; i < numbers.Length; i++)
            {
                encoder.Encode(numbers[i], pixels);
                images.AddRange(pixels.Select(p => T.CreateChecked(p)));
                labels[i] = data.Train.Labels[numbers[i]];
            }

            return ([.. images], labels);
        }
    }
}
