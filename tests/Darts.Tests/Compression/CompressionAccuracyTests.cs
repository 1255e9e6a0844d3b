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

/// <summary>
/// A network with half of its multiply-adds, or in 8-bit integers, is about as good after a fine-tuning as the same network that was
/// trained on for as long: further training alone hides no loss.
/// </summary>
public sealed class CompressionAccuracyTests : IDisposable
{
    private const string WholeSet = "/usr/share/datasets/fashion-mnist";
    private const double Points = 2;

    // Seeds at night, and Student's quantile of 99 % on one side for as many.
    private const int Seeds = 5;
    private const double Quantile = 3.747;
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
        Train(data, options, backend, Trained);
        var whole = FineTuned(Trained, Tuning(command), data, options, backend);
        var small = FineTuned(Compressed(command, data, options, backend), Tuning(command), data, options, backend);
        // The deviation of a difference of two shares of n images.
        var deviation = 100 * Math.Sqrt(2 * (whole / 100) * (1 - whole / 100) / data.Test!.Count);
        Assert.True(small >= whole - Points - 3 * deviation, $"{small:F2} %, and {whole:F2} % uncompressed");
    }

    /// <summary>
    /// The mean of the drops is known within Quantile·s/√n, s being their standard deviation over n seeds: that interval must not lie
    /// wholly above two points.
    /// </summary>
    [Fact]
    [Trait("Category", "long")]
    public void Half_of_the_multiply_adds_or_bytes_for_floats_cost_not_clearly_above_two_points_on_the_whole_set()
    {
        Assert.True(Directory.Exists(WholeSet), $"{WholeSet} is not there; install Debian's dataset-fashion-mnist");
        var data = DataSource.Open(WholeSet);
        using var backend = CpuBackend.Create(0);
        string[] commands = [Prune, Decompose, Quantize];
        var drops = commands.ToDictionary(command => command, _ => new List<double>());
        for (ulong seed = 0; seed < Seeds; seed++)
        {
            var options = Options(layers: 4, workers: 2) with { Seed = seed };
            Train(data, options, backend, Trained);
            // Uncompressed, by how it is trained on.
            var whole = commands.Select(Tuning).Distinct()
                .ToDictionary(tuning => tuning, tuning => FineTuned(Trained, tuning, data, options, backend));
            foreach (var command in commands)
                drops[command].Add(
                    whole[Tuning(command)]
                    - FineTuned(Compressed(command, data, options, backend), Tuning(command), data, options, backend));
        }

        Assert.All(drops, each =>
        {
            var mean = each.Value.Average();
            var error = Math.Sqrt(each.Value.Sum(one => (one - mean) * (one - mean)) / (Seeds - 1) / Seeds);
            var drop = $"{each.Key} costs {mean:F2} ± {Quantile * error:F2} points: "
                + string.Join(", ", each.Value.Select(one => $"{one:F2}"));
            TestContext.Current.TestOutputHelper?.WriteLine(drop);
            Assert.True(mean - Quantile * error <= Points, drop);
        });
    }

    // Epochs of a fine-tuning, and its rate as a share of the training's.
    private static (int Epochs, double Share) Tuning(string command) => command == Quantize ? (1, 0.01) : (2, 0.4);

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

    // Test accuracy in percent after a fine-tuning; the one before is written too.
    private static double FineTuned(
        string weights, (int Epochs, double Share) tuning, ImageData data, TrainOptions options, Backend<float> backend)
    {
        options = options with { Weights = weights, LearningRate = tuning.Share * options.LearningRate };
        Train(data, options with { Epochs = 0 }, backend);
        return Train(data, options with { Epochs = tuning.Epochs }, backend);
    }

    // The file of the compressed network.
    private string Compressed(string command, ImageData data, TrainOptions options, Backend<float> backend)
    {
        var (description, net) = NetworkDescription.Load(Trained, backend);
        HostNetwork host;
        using (net) host = HostNetwork.From(description, net);
        var images = new CalibrationImages(data.Train, description, 256, options.Seed);
        var file = Path.Combine(folder, $"{command}.safetensors");
        (command == Quantize ? Bytes(host, images, backend) : Half(command, host, images, backend)).Save(file);
        return file;
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
