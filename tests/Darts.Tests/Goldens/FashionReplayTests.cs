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
    // epoch 0 gave 50.2, 48.1 and 55.6 % with 16, 8 and 4 lanes when the pools summed in another order.
    private const double FirstPoints = 12, MiddlePoints = 6, LastPoints = 4;

    [Fact]
    [Trait("Category", "slow")]
    public void The_first_epoch_follows_the_official_losses()
    {
        using var backend = CpuBackend.Create();
        using var replay = new Replay(backend);
        var (losses, accuracy) = replay.Epoch(0);
        AssertMeanTrainingLoss(losses, replay, 0);
        var official = replay.OfficialLosses(0);
        var errors = losses[..40].Select((loss, i) => Math.Abs(loss - official[i]) / official[i]).ToArray();
        // Measured: 3e-6 in the first loss (the same against our double-precision run, from which this backend's loss is 2e-8 away), then
        // about five times more a step until it saturates below 10 %. Our own runs with 8 and with 16 lanes part at the same rate.
        for (var i = 0; i < errors.Length; i++)
            Assert.True(errors[i] < Math.Min(1e-5 * Math.Pow(6, i / 2), 0.15), $"loss {i}: {losses[i]}, officially {official[i]}");
        Assert.InRange(accuracy, replay.OfficialAccuracy(0) - FirstPoints, replay.OfficialAccuracy(0) + FirstPoints);
    }

    [Fact]
    [Trait("Category", "long")]
    public void All_five_epochs_follow_the_official_accuracy()
    {
        using var backend = CpuBackend.Create();
        using var replay = new Replay(backend);
        for (var epoch = 0; epoch < 5; epoch++)
        {
            var (losses, accuracy) = replay.Epoch(epoch);
            AssertMeanTrainingLoss(losses, replay, epoch);
            var tolerance = epoch < 2 ? FirstPoints : epoch < 3 ? MiddlePoints : LastPoints;
            TestContext.Current.SendDiagnosticMessage($"epoch {epoch}: {accuracy} %, officially {replay.OfficialAccuracy(epoch)} %");
            Assert.InRange(accuracy, replay.OfficialAccuracy(epoch) - tolerance, replay.OfficialAccuracy(epoch) + tolerance);
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

        public Replay(Backend<float> backend)
        {
            var data = DataSource.Open(DataSource.FashionMnistSlice);
            encoder = new ImageEncoder(data.Train, data.Normalization, greyToRgb: true);
            net = new Supernet<float>(backend, new SupernetShape(3, 28, 28, 10, 8, 5));
            net.Plan(Batch);
            StateDict.Load(net.Parameters, backend, golden, "init.");
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

        public void Dispose()
        {
            net.Dispose();
            golden.Dispose();
            facts.Dispose();
        }
    }
}
