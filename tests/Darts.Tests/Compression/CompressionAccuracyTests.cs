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
/// After a fine-tuning a network with half of its multiply-adds, or in 8-bit integers without one, is within two points of the network as
/// trained, and of the uncompressed network trained on for as long: further training alone hides no loss.
/// </summary>
public sealed class CompressionAccuracyTests : IDisposable
{
    private const string WholeSet = "/usr/share/datasets/fashion-mnist";
    private const double Points = 2;

    // At night.
    private const int Seeds = 3;
    private const int TunedEpochs = 3;
    private const double Share = 0.5;

    // The rate of a fine-tuning as a share of the training's.
    private const double TunedRate = 0.4;
    private const string Uncompressed = "uncompressed";
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
        Assert.True(small >= whole - Points - Chance(whole, data), $"{small:F2} %, and {whole:F2} % uncompressed");
    }

    /// <summary>
    /// The mean over seeds is within two points of the networks as trained, and of the uncompressed ones trained on. What so many test
    /// images leave to chance is added for a single seed.
    /// </summary>
    [Fact]
    [Trait("Category", "long")]
    public void Half_of_the_multiply_adds_or_bytes_for_floats_cost_two_points_at_most_on_the_whole_set()
    {
        Assert.True(Directory.Exists(WholeSet), $"{WholeSet} is not there; install Debian's dataset-fashion-mnist");
        var data = DataSource.Open(WholeSet);
        // Network beside network, each on one thread: its bits are those of any number of threads.
        var threads = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount };
        var trained = new double[Seeds];
        Parallel.For(0, Seeds, threads, seed => trained[seed] = TrainOf(seed, data));
        string[] ways = [Uncompressed, Prune, Decompose, Quantize];
        var after = ways.ToDictionary(way => way, _ => new double[Seeds]);
        Parallel.ForEach(
            ways.SelectMany(way => Enumerable.Range(0, Seeds).Select(seed => (way, seed))), threads,
            one => after[one.way][one.seed] = AfterTuning(one.way, one.seed, data));
        var chance = Chance(trained.Average(), data);
        Assert.All(ways[1..], way =>
        {
            var drops = trained.Zip(after[way], (before, small) => before - small).ToArray();
            // Nothing is tuned there.
            var beside = (way == Quantize ? trained : after[Uncompressed]).Zip(after[way], (whole, small) => whole - small).ToArray();
            var cost = $"{way} costs {Listed(drops)}; beside the uncompressed network trained on {Listed(beside)}";
            TestContext.Current.TestOutputHelper?.WriteLine(cost);
            Assert.All([drops, beside], points => Assert.True(points.Average() <= Points && points.Max() <= Points + chance, cost));
        });
    }

    private static string Listed(double[] points) =>
        $"{string.Join(", ", points.Select(one => $"{one:F2}"))}, {points.Average():F2} in the mean";

    private string FolderOf(int seed) => Directory.CreateDirectory(Path.Combine(folder, $"{seed}")).FullName;

    private double TrainOf(int seed, ImageData data)
    {
        using var backend = CpuBackend.Create(1);
        return Train(data, Options(layers: 4) with { Seed = (ulong)seed }, backend, Path.Combine(FolderOf(seed), "trained.safetensors"));
    }

    private double AfterTuning(string way, int seed, ImageData data)
    {
        using var backend = CpuBackend.Create(1);
        var options = Options(layers: 4) with { Seed = (ulong)seed };
        var trained = Path.Combine(FolderOf(seed), "trained.safetensors");
        var weights = way == Uncompressed ? trained : Compressed(way, trained, data, options, backend);
        return FineTuned(weights, (way == Quantize ? 0 : TunedEpochs, TunedRate), data, options, backend);
    }

    // Three standard deviations of a difference of two shares of n images, in points.
    private static double Chance(double accuracy, ImageData data) =>
        3 * 100 * Math.Sqrt(2 * (accuracy / 100) * (1 - accuracy / 100) / data.Test!.Count);

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
