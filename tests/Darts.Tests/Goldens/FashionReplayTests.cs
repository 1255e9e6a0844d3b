using System.Text.Json;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Optimisers;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Tests.Goldens;

/// <summary>
/// A whole official search (Fashion-MNIST, C = 8, 5 cells, 5 epochs, float32 on another machine) replayed with its initial weights and
/// every batch. Two float runs part: rounding grows with every step through batch norms, ReLU kinks and momentum.
/// </summary>
public class FashionReplayTests
{
    // After one epoch the running statistics have seen 64 batches of a network in full motion, and the accuracy with them depends on
    // rounding alone. The official code itself gives 46.05 % with its images channels last, as recorded, and 55.55 % with the same images
    // channels first. Measured here, epochs 0 to 4: 40.2, 54.8, 78.4, 78.3, 82.2 % with 16 lanes and 49.6, 64.8, 71.3, 80.4, 81.8 % with 8;
    // seven runs of epoch 0 whose weights start half a unit in the last place apart gave 39.6 to 65.4 % (mean 48.2). One run says little
    // about it, the mean of three more.
    private const double FirstPoints = 12, MiddlePoints = 6, LastPoints = 4;
    private const int Replays = 3;

    [Fact]
    [Trait("Category", "slow")]
    public void The_first_epoch_follows_the_official_losses()
    {
        using var backend = CpuBackend.Create();
        var (mean, expected) = (0.0, 0.0);
        for (var i = 0; i < Replays; i++)
        {
            using var replay = new Replay(backend, i);
            var (losses, accuracy) = replay.Epoch(0);
            AssertMeanTrainingLoss(losses, replay, 0);
            AssertLosses(losses[..40], replay.OfficialLosses(0));
            mean += accuracy / Replays;
            expected = replay.OfficialAccuracy(0);
        }

        Assert.InRange(mean, expected - FirstPoints, expected + FirstPoints);
    }

    [Fact]
    [Trait("Category", "long")]
    public void All_five_epochs_follow_the_official_accuracy()
    {
        using var backend = CpuBackend.Create();
        var replays = Enumerable.Range(0, Replays).Select(i => new Replay(backend, i)).ToArray();
        for (var epoch = 0; epoch < 5; epoch++)
        {
            var (mean, expected) = (0.0, replays[0].OfficialAccuracy(epoch));
            foreach (var replay in replays)
            {
                var (losses, accuracy) = replay.Epoch(epoch);
                AssertMeanTrainingLoss(losses, replay, epoch);
                TestContext.Current.SendDiagnosticMessage($"epoch {epoch}: {accuracy} %, officially {expected} %");
                mean += accuracy / Replays;
            }

            var tolerance = epoch < 2 ? FirstPoints : epoch < 3 ? MiddlePoints : LastPoints;
            Assert.InRange(mean, expected - tolerance, expected + tolerance);
        }

        foreach (var replay in replays) replay.Dispose();
    }

    // Measured: 3e-6 in the first loss (the same against our double-precision run, from which this backend's loss is 2e-8 away), then
    // about five times more a step until it saturates below 10 %. Our own runs with 8 and with 16 lanes part at the same rate.
    private static void AssertLosses(double[] losses, float[] official)
    {
        for (var i = 0; i < losses.Length; i++)
        {
            var error = Math.Abs(losses[i] - official[i]) / official[i];
            Assert.True(error < Math.Min(1e-5 * Math.Pow(6, i / 2), 0.15), $"loss {i}: {losses[i]}, officially {official[i]}");
        }
    }

    // The mean over an epoch is steady where single losses are not: measured within 2.1 % in every epoch.
    private static void AssertMeanTrainingLoss(double[] losses, Replay replay, int epoch)
    {
        var ours = losses.Where((_, i) => i % 2 == 1).Average();
        var official = replay.OfficialLosses(epoch).Where((_, i) => i % 2 == 1).Average();
        Assert.InRange(ours / official, 0.95, 1.05);
    }

    private sealed class Replay : IDisposable
    {
        private const int Batch = 64, Half = 2000, Epochs = 5;
        private readonly SafetensorsFile golden = SafetensorsFile.Open(GoldenFiles.Named("fashion_first.safetensors").First());
        private readonly JsonDocument facts = JsonDocument.Parse(File.ReadAllText(GoldenFiles.Named("fashion_first.json").First()));
        private readonly ImageEncoder encoder;
        private readonly Supernet<float> net;
        private readonly Sgd<float> sgd;
        private readonly Architect<float> architect;
        private readonly int[] order;
        private readonly int[] draws;

        /// <summary>The official run, or number <paramref name="neighbour"/> of those that start a rounding away from it.</summary>
        public Replay(Backend<float> backend, int neighbour)
        {
            var data = DataSource.Open(DataSource.FashionMnistSlice);
            encoder = new ImageEncoder(data.Train, data.Normalization, greyToRgb: true);
            net = new Supernet<float>(backend, new SupernetShape(3, 28, 28, 10, 8, 5));
            net.Plan(Batch);
            StateDict.Load(net.Parameters, backend, golden, "init.");
            if (neighbour > 0) Shift(backend, new Random(neighbour));
            golden.Read<float>("init.alphas_normal", net.Normal.Alphas);
            golden.Read<float>("init.alphas_reduce", net.Reduce.Alphas);
            sgd = new Sgd<float>(backend, net.Parameters, 0.9, 3e-4);
            architect = new Architect<float>(net, sgd, [.. net.Alphas.Select(a => new Adam<float>(a.Length, 3e-4, 0.5, 0.999, 1e-3))], unrolled: false);
            order = golden.Read<int>("train_order");
            draws = golden.Read<int>("valid_draw");
        }

        public float[] OfficialLosses(int epoch) => golden.ReadSingle($"epoch{epoch}.losses");

        public double OfficialAccuracy(int epoch) => facts.RootElement[epoch].GetProperty("valid_acc").GetDouble();

        public (double[] Losses, double Accuracy) Epoch(int epoch)
        {
            var steps = (Half + Batch - 1) / Batch;
            var rate = new CosineSchedule(0.025, 0.001, Epochs).Rate(epoch);
            var losses = new List<double>();
            using var train = new BatchPipeline(encoder, Batch, 1);
            using var draw = new BatchPipeline(encoder, Batch, 1);
            train.Start(BatchSchedule.InOrder(order[(epoch * Half)..((epoch + 1) * Half)], Batch));
            draw.Start(BatchSchedule.InOrder(draws[(epoch * steps * Batch)..((epoch + 1) * steps * Batch)], Batch));
            var pass = new Pass(Training: true);
            while (train.TryRead(out var t) && draw.TryRead(out var v))
            {
                losses.Add(architect.Step(new(t.Pixels, t.Labels), new(v.Pixels, v.Labels), rate, pass).Loss);
                losses.Add(net.Evaluate(new(t.Pixels, t.Labels), pass).Loss);
                sgd.Clip(5);
                sgd.Step(rate);
            }

            var correct = 0;
            draw.Start(BatchSchedule.InOrder([.. Enumerable.Range(Half, Half)], Batch));
            while (draw.TryRead(out var v))
            {
                net.LoadBatch(v.Pixels, v.Labels);
                correct += net.Forward(Pass.Inference).Correct;
            }

            return ([.. losses], 100.0 * correct / Half);
        }

        private void Shift(Backend<float> backend, Random random)
        {
            foreach (var tensor in net.Parameters.Parameters)
            {
                var values = new float[tensor.Shape.Count];
                backend.Download(tensor, values);
                foreach (ref var value in values.AsSpan())
                    if (random.Next(2) == 0) value = float.BitIncrement(value);
                backend.Upload<float>(values, tensor);
            }
        }

        public void Dispose()
        {
            net.Dispose();
            golden.Dispose();
            facts.Dispose();
        }
    }
}
