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
    private const int Seeds = 4;
    private const double Quantile = 4.541;
    private const double Share = 0.5;

    // The rate of a fine-tuning as a share of the training's.
    private const double TunedRate = 0.4;
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
        // Of so few images larger batches make a network that has only begun to learn, where a smaller one learns slower.
        var options = Options(layers: 3) with { BatchSize = 16 };
        using var backend = CpuBackend.Create(2);
        var trained = Path.Combine(folder, "trained.safetensors");
        Train(data, options, backend, trained);
        var tuning = command == Quantize ? (1, 0.01) : (2, TunedRate);
        var whole = FineTuned(trained, tuning, data, options, backend);
        var small = FineTuned(Compressed(command, trained, data, options, backend), tuning, data, options, backend);
        // The deviation of a difference of two shares of n images.
        var deviation = 100 * Math.Sqrt(2 * (whole / 100) * (1 - whole / 100) / data.Test!.Count);
        Assert.True(small >= whole - Points - 3 * deviation, $"{small:F2} %, and {whole:F2} % uncompressed");
    }

    /// <summary>
    /// The mean of the drops is known within Quantile·s/√n, s being their standard deviation over n seeds: that interval must not lie
    /// wholly above two points. Bytes are not fine-tuned.
    /// </summary>
    [Fact]
    [Trait("Category", "long")]
    public void Half_of_the_multiply_adds_or_bytes_for_floats_cost_not_clearly_above_two_points_on_the_whole_set()
    {
        Assert.True(Directory.Exists(WholeSet), $"{WholeSet} is not there; install Debian's dataset-fashion-mnist");
        var data = DataSource.Open(WholeSet);
        var drops = new Dictionary<string, double>[Seeds];
        // Seed beside seed, each on one thread: its bits are those of any number of threads.
        Parallel.For(0, Seeds, new() { MaxDegreeOfParallelism = Environment.ProcessorCount }, seed => drops[seed] = Drops(seed, data));
        Assert.All<string>([Prune, Decompose, Quantize], command =>
        {
            var each = drops.Select(seed => seed[command]).ToList();
            var mean = each.Average();
            var error = Math.Sqrt(each.Sum(drop => (drop - mean) * (drop - mean)) / (Seeds - 1) / Seeds);
            var cost = $"{command} costs {mean:F2} ± {Quantile * error:F2} points: {string.Join(", ", each.Select(drop => $"{drop:F2}"))}";
            TestContext.Current.TestOutputHelper?.WriteLine(cost);
            Assert.True(mean - Quantile * error <= Points, cost);
        });
    }

    // What each command costs one seed, in points of the uncompressed network that was trained on as the compressed one was.
    private Dictionary<string, double> Drops(int seed, ImageData data)
    {
        using var backend = CpuBackend.Create(1);
        var options = Options(layers: 4) with { Seed = (ulong)seed };
        var trained = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, $"{seed}")).FullName, "trained.safetensors");
        var asTrained = Train(data, options, backend, trained);
        var trainedOn = FineTuned(trained, (1, TunedRate), data, options, backend);
        return new()
        {
            [Prune] = trainedOn - Small(Prune, epochs: 1),
            [Decompose] = trainedOn - Small(Decompose, epochs: 1),
            [Quantize] = asTrained - Small(Quantize, epochs: 0),
        };

        double Small(string command, int epochs) =>
            FineTuned(Compressed(command, trained, data, options, backend), (epochs, TunedRate), data, options, backend);
    }

    private static TrainOptions Options(int layers) => new()
    {
        Layers = layers,
        InitChannels = 16,
        Epochs = 2,
        BatchSize = 64,
        DropPath = 0,
        Augment = false,
        Cutout = false,
        Auxiliary = false,
        DataWorkers = 1,
    };

    // Test accuracy in percent.
    private static double Train(ImageData data, TrainOptions options, Backend<float> backend, string? weights = null)
    {
        var accuracy = EvaluationTraining.Run(data, options, backend, weights: new WeightFiles(Last: weights)).History[^1].Test.Top1;
        var network = Path.GetFileNameWithoutExtension(weights ?? options.Weights);
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {options.Seed}, {network}, {options.Epochs} epochs: {accuracy:F2} %");
        return accuracy;
    }

    // Test accuracy in percent after a fine-tuning of so many epochs at a share of the training's rate; the one before is written too.
    private static double FineTuned(
        string weights, (int Epochs, double Share) tuning, ImageData data, TrainOptions options, Backend<float> backend)
    {
        options = options with { Weights = weights, LearningRate = tuning.Share * options.LearningRate };
        var before = Train(data, options with { Epochs = 0 }, backend);
        return tuning.Epochs == 0 ? before : Train(data, options with { Epochs = tuning.Epochs }, backend);
    }

    // The file of the compressed network, beside the trained one's.
    private static string Compressed(string command, string trained, ImageData data, TrainOptions options, Backend<float> backend)
    {
        var (description, net) = NetworkDescription.Load(trained, backend);
        HostNetwork host;
        using (net) host = HostNetwork.From(description, net);
        var images = new CalibrationImages(data.Train, description, 256, options.Seed);
        var file = Path.Combine(Path.GetDirectoryName(trained)!, $"{command}.safetensors");
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
