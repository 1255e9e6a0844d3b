using MIOpenDarts.Darts.Compression;
using MIOpenDarts.Darts.Compression.LowRank;
using MIOpenDarts.Darts.Compression.Pruning;
using MIOpenDarts.Darts.Compression.Quantisation;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;

namespace MIOpenDarts.Darts.Tests.Compression;

/// <summary>A network with half of its multiply-adds, or in 8-bit integers, is as good after a fine-tuning as it was.</summary>
public sealed class CompressionAccuracyTests : IDisposable
{
    private const string WholeSet = "/usr/share/datasets/fashion-mnist";
    private const double Points = 2;
    private const double Share = 0.5;
    private const string Prune = "prune";
    private const string Decompose = "decompose";
    private const string Quantize = "quantize";

    private readonly string folder = Directory.CreateTempSubdirectory("miopendarts-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>A short case; what so few test images leave to chance is added to what is allowed.</summary>
    [Theory]
    [Trait("Category", "slow")]
    [InlineData(Prune)]
    [InlineData(Decompose)]
    [InlineData(Quantize)]
    public void Half_of_the_multiply_adds_or_bytes_for_floats_cost_little_accuracy_on_a_slice(string command)
    {
        var data = DataSource.Open(DataSource.FashionMnistSlice);
        var options = Options(layers: 3, workers: 1);
        using var backend = CpuBackend.Create(2);
        var before = Train(data, options, backend, Trained);
        var after = Compressed(command, data, options, backend);
        // The deviation of a difference of two shares of n images.
        var deviation = 100 * Math.Sqrt(2 * (before / 100) * (1 - before / 100) / data.Test!.Count);
        Assert.True(after >= before - Points - 3 * deviation, $"{before:F2} % became {after:F2} %");
    }

    [Fact]
    [Trait("Category", "long")]
    public void Half_of_the_multiply_adds_or_bytes_for_floats_cost_two_points_at_most_on_the_whole_set()
    {
        Assert.True(Directory.Exists(WholeSet), $"{WholeSet} is not there; install Debian's dataset-fashion-mnist");
        var data = DataSource.Open(WholeSet);
        using var backend = CpuBackend.Create(0);
        string[] commands = [Prune, Decompose, Quantize];
        var drops = commands.ToDictionary(command => command, _ => new List<double>());
        foreach (var seed in new ulong[] { 0, 1, 2 })
        {
            var options = Options(layers: 4, workers: 2) with { Seed = seed };
            var before = Train(data, options, backend, Trained);
            foreach (var command in commands) drops[command].Add(before - Compressed(command, data, options, backend));
        }

        Assert.All(drops, each => Assert.True(each.Value.Average() <= Points, $"{each.Key} costs {each.Value.Average():F2} points"));
    }

    private static TrainOptions Options(int layers, int workers) => new()
    {
        Layers = layers,
        InitChannels = 16,
        Epochs = 2,
        BatchSize = 64,
        DropPath = 0,
        Augment = false,
        Cutout = false,
        Auxiliary = false,
        DataWorkers = workers,
    };

    private string Trained => Path.Combine(folder, "trained.safetensors");

    // Test accuracy in percent.
    private static double Train(ImageData data, TrainOptions options, Backend<float> backend, string? weights = null)
    {
        var accuracy = EvaluationTraining.Run(data, options, backend, weights: new WeightFiles(Last: weights)).History[^1].Test.Top1;
        var network = Path.GetFileNameWithoutExtension(weights ?? options.Weights);
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {options.Seed}, {network}, {options.Epochs} epochs: {accuracy:F2} %");
        return accuracy;
    }

    // What a network is tested at after its fine-tuning.
    private double Compressed(string command, ImageData data, TrainOptions options, Backend<float> backend)
    {
        var (description, net) = NetworkDescription.Load(Trained, backend);
        HostNetwork host;
        using (net) host = HostNetwork.From(description, net);
        var images = new CalibrationImages(data.Train, description, 256, options.Seed);
        var (small, share, epochs) = command == Quantize
            ? (Bytes(host, images, backend), 0.01, 1)
            : (Half(command, host, images, backend), 0.4, 2);
        var file = Path.Combine(folder, $"{command}.safetensors");
        small.Save(file);
        options = options with { Weights = file, LearningRate = share * options.LearningRate };
        Train(data, options with { Epochs = 0 }, backend);
        return Train(data, options with { Epochs = epochs }, backend);
    }

    private static HostNetwork Half(string command, HostNetwork host, CalibrationImages images, Backend<float> backend)
    {
        var target = new CompressionTarget(CountsParameters: false, Share);
        var small = command == Prune
            ? new ChannelPruning(host, ImportanceRule.BatchNormScale, 8, images, backend).To(target).Network
            : new Decomposition(host, images, backend).To(target).Network;
        Assert.InRange(small.Size.MultiplyAdds, 1, target.Budget(host.Size));
        TestContext.Current.TestOutputHelper?.WriteLine($"{command}: {host.Size} became {small.Size}");
        return small;
    }

    private static HostNetwork Bytes(HostNetwork host, CalibrationImages images, Backend<float> backend)
    {
        var small = NetworkQuantiser.Apply(host, new QuantisationChoice(), images, backend).Network;
        Assert.True(small.Description.IsQuantised);
        return small;
    }
}
