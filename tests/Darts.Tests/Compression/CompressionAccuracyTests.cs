using MIOpenDarts.Darts.Compression;
using MIOpenDarts.Darts.Compression.LowRank;
using MIOpenDarts.Darts.Compression.Pruning;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;

namespace MIOpenDarts.Darts.Tests.Compression;

/// <summary>A network with half of its multiply-adds is as good after a fine-tuning as it was whole.</summary>
public sealed class CompressionAccuracyTests : IDisposable
{
    private const string WholeSet = "/usr/share/datasets/fashion-mnist";
    private const double Points = 2;
    private const double Share = 0.5;

    private readonly string folder = Directory.CreateTempSubdirectory("miopendarts-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>A short case; what so few test images leave to chance is added to what is allowed.</summary>
    [Theory]
    [Trait("Category", "slow")]
    [InlineData("prune")]
    [InlineData("decompose")]
    public void Half_of_the_multiply_adds_cost_little_accuracy_on_a_slice(string command)
    {
        var data = DataSource.Open(DataSource.FashionMnistSlice);
        var options = Options(layers: 3, batch: 64, workers: 1);
        using var backend = CpuBackend.Create(2);
        var before = Train(data, options, backend, Trained);
        var after = Compressed(command, data, options with { Epochs = 1 }, backend);
        // The deviation of a difference of two shares of n images.
        var deviation = 100 * Math.Sqrt(2 * (before / 100) * (1 - before / 100) / data.Test!.Count);
        Assert.True(after >= before - Points - 3 * deviation, $"{before:F2} % became {after:F2} %");
    }

    [Fact]
    [Trait("Category", "long")]
    public void Half_of_the_multiply_adds_cost_two_points_at_most_on_the_whole_set()
    {
        Assert.True(Directory.Exists(WholeSet), $"{WholeSet} is not there; install Debian's dataset-fashion-mnist");
        var data = DataSource.Open(WholeSet);
        using var backend = CpuBackend.Create(0);
        string[] commands = ["prune", "decompose"];
        var drops = commands.ToDictionary(command => command, _ => new List<double>());
        foreach (var seed in new ulong[] { 0, 1, 2 })
        {
            var options = Options(layers: 4, batch: 96, workers: 2) with { Seed = seed };
            var before = Train(data, options, backend, Trained);
            foreach (var command in commands)
            {
                var after = Compressed(command, data, options, backend);
                TestContext.Current.TestOutputHelper?.WriteLine($"{command}, seed {seed}: {before:F2} % became {after:F2} %");
                drops[command].Add(before - after);
            }
        }

        Assert.All(drops, each => Assert.True(each.Value.Average() <= Points, $"{each.Key} costs {each.Value.Average():F2} points"));
    }

    private static TrainOptions Options(int layers, int batch, int workers) => new()
    {
        Layers = layers,
        InitChannels = 16,
        Epochs = 2,
        BatchSize = batch,
        DropPath = 0,
        Augment = false,
        Cutout = false,
        Auxiliary = false,
        DataWorkers = workers,
    };

    private string Trained => Path.Combine(folder, "trained.safetensors");

    private static double Train(ImageData data, TrainOptions options, Backend<float> backend, string? weights = null) =>
        EvaluationTraining.Run(data, options, backend, weights: new WeightFiles(Last: weights)).History[^1].Test.Top1;

    private double Compressed(string command, ImageData data, TrainOptions options, Backend<float> backend)
    {
        var (description, net) = NetworkDescription.Load(Trained, backend);
        HostNetwork host;
        using (net) host = HostNetwork.From(description, net);
        var images = new CalibrationImages(data.Train, description, 256, options.Seed);
        var target = new CompressionTarget(CountsParameters: false, Share);
        var small = command == "prune"
            ? new ChannelPruning(host, ImportanceRule.BatchNormScale, 8, images, backend).To(target).Network
            : new Decomposition(host, images, backend).To(target).Network;
        Assert.InRange(small.Size.MultiplyAdds, 1, target.Budget(host.Size));
        var file = Path.Combine(folder, $"{command}.safetensors");
        small.Save(file);
        return Train(data, options with { Weights = file, LearningRate = 0.4 * options.LearningRate }, backend);
    }
}
