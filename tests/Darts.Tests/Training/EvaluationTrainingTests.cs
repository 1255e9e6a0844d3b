using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Loops;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Tensors;
using MIOpenDarts.Layers.Weights;

namespace MIOpenDarts.Darts.Tests.Training;

public sealed class EvaluationTrainingTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("miopendarts-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Stopped_after_any_step_and_resumed_a_run_ends_bit_identical()
    {
        using var backend = CpuBackend.Create(2);
        var whole = new CheckpointRing(Path.Combine(folder, "whole"), 1);
        var expected = EvaluationTraining.Run(SmallTraining.Data(), SmallTraining.Options, backend, null, whole);
        for (var stop = 1; stop <= 5; stop++)
        {
            var ring = new CheckpointRing(Path.Combine(folder, $"stopped-{stop}"), 2);
            using var cancellation = new CancellationTokenSource();
            var stopper = new StopAfter(stop, cancellation);
            Assert.Throws<RunInterruptedException>(
                () => EvaluationTraining.Run(SmallTraining.Data(), SmallTraining.Options, backend, stopper, ring, null,
                    cancellation.Token));
            var resumed = EvaluationTraining.Run(SmallTraining.Data(), SmallTraining.Options, backend, null, ring);
            Assert.Equal(expected.History.Select(e => (e.TrainLoss, e.Test.Loss, e.Test.Top1)),
                resumed.History.Select(e => (e.TrainLoss, e.Test.Loss, e.Test.Top1)));
            using var a = SafetensorsFile.Open(whole.Files[0]);
            using var b = SafetensorsFile.Open(ring.Files[0]);
            Assert.Equal(a.Names, b.Names);
            foreach (var name in a.Names.Where(n => a[n].Type == SafetensorsType.F32)) Assert.Equal(a.ReadSingle(name), b.ReadSingle(name));
        }
    }

    [Theory]
    [InlineData("resnet20", 80)]
    [InlineData("FairDARTS_a", 80)]
    // Running statistics of so deep a network need more than 24 steps, so the loss alone is looked at.
    [InlineData("mobilenetv2", 0)]
    public void Every_kind_of_network_learns_what_is_easy(string network, double accuracy)
    {
        using var backend = CpuBackend.Create(2);
        var options = SmallTraining.Options with
        {
            Network = network,
            Epochs = 8,
            Augment = false,
            Cutout = false,
            DropPath = 0,
            Auxiliary = false,
            LearningRate = 0.05,
        };
        var result = EvaluationTraining.Run(SmallTraining.Data(), options, backend);
        Assert.True(result.History[^1].TrainLoss < result.History[0].TrainLoss);
        Assert.True(result.Best >= accuracy, $"{result.Best}");
    }

    [Fact]
    public void The_weights_of_the_best_epoch_classify_as_they_did_in_training()
    {
        using var backend = CpuBackend.Create(1);
        var files = new WeightFiles(Path.Combine(folder, "best.safetensors"), Path.Combine(folder, "last.safetensors"));
        var result = EvaluationTraining.Run(SmallTraining.Data(), SmallTraining.Options, backend, null, null, files);
        foreach (var (file, record) in new[]
            { (files.Best!, result.History.First(e => e.Test.Top1 == result.Best)), (files.Last!, result.History[^1]) })
        {
            var (description, net) = NetworkDescription.Load(file, backend);
            net.Plan(8, training: false);
            var data = SmallTraining.Data();
            using var batches = new BatchPipeline(new ImageEncoder(data.Test!, new Normalization(description.Mean, description.Deviation)),
                8, 0);
            var test = new NetworkTest(net).Run(batches, data.Test!.Count, 8);
            Assert.Equal((record.Test.Loss, record.Test.Top1), (test.Loss, test.Top1));
            Assert.Equal(record.Test.Confusion, test.Confusion);
            Assert.Equal(10, test.Confusion.Sum(row => row.Sum()));
            net.Dispose();
        }
    }

    [Theory]
    [InlineData(1, 0, 0.1, 0.1)]
    [InlineData(1, 5, 0.1, 0.05)]
    [InlineData(0.97, 2, 0.1, 0.1 * 0.97 * 0.97)]
    public void The_learning_rate_follows_a_cosine_or_a_factor(double decay, int epoch, double rate, double expected) =>
        Assert.Equal(expected, TrainLoop.Rate(new TrainOptions { Epochs = 10, LearningRate = rate, LearningRateDecay = decay }, epoch), 12);

    [Fact]
    public void Bad_options_and_data_without_test_images_are_refused()
    {
        using var backend = new ReferenceBackend<float>();
        Assert.Contains("drop_path", Assert.Throws<OptionsException>(() =>
            EvaluationTraining.Run(SmallTraining.Data(), new TrainOptions { DropPath = 1 }, backend)).Message);
        Assert.Contains("no test images", Assert.Throws<DataException>(() =>
            EvaluationTraining.Run(SmallTraining.Data(withTest: false), SmallTraining.Options, backend)).Message);
    }

    [Fact]
    public void A_file_of_other_weights_or_damaged_is_refused()
    {
        using var backend = new ReferenceBackend<float>();
        var path = Path.Combine(folder, "weights.safetensors");
        var description = EvaluationTraining.Describe(SmallTraining.Data(), SmallTraining.Options);
        using (var net = description.Build(backend)) description.Save(path, net);
        using (var smaller = (description with { InitChannels = 4 }).Build(backend))
        using (var file = SafetensorsFile.Open(path))
            Assert.Contains("'stem.0.weight'", Assert.Throws<InvalidDataException>(() =>
                StateDict.Load(smaller.Parameters, backend, file)).Message);
        var bytes = File.ReadAllBytes(path);
        bytes[^9] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Contains(path, Assert.Throws<CheckpointException>(() => NetworkDescription.Load(path, backend)).Message);
    }

    private sealed class StopAfter(int steps, CancellationTokenSource cancellation) : IProgress<RunEvent>
    {
        private int seen;

        public void Report(RunEvent value)
        {
            if (value is StepDone && ++seen == steps) cancellation.Cancel();
        }
    }
}
