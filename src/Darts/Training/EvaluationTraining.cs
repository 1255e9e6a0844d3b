using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Evaluation.Operations;
using MIOpenDarts.Darts.Evaluation.Weights;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Loops;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Training;

/// <summary>What a finished training reached.</summary>
/// <param name="Best">Best test accuracy of all epochs, in percent.</param>
/// <param name="History">One record an epoch.</param>
/// <param name="Options">The options it ran with.</param>
public sealed record TrainResult(double Best, IReadOnlyList<TrainEpochRecord> History, TrainOptions Options);

/// <summary>Where a training leaves weights files; every path may be null.</summary>
/// <param name="Best">Weights of the epoch with the best test accuracy.</param>
/// <param name="Last">Weights after the last epoch.</param>
public sealed record WeightFiles(string? Best = null, string? Last = null);

/// <summary>Training of a discrete network from scratch, section 3.2 of the DARTS paper, start to end.</summary>
public static class EvaluationTraining
{
    /// <summary>
    /// Trains, and classifies the test images after every epoch. With <paramref name="checkpoints"/>, goes on from the newest good one of
    /// the same run, and then ends bit for bit like a run that was never stopped.
    /// </summary>
    /// <param name="data">Training and test images.</param>
    /// <param name="options">Checked options.</param>
    /// <param name="backend">Where it computes.</param>
    /// <param name="progress">Steps, epochs and checkpoints as they happen, on the calling thread; null for none.</param>
    /// <param name="checkpoints">Where checkpoints go and come from; null for none.</param>
    /// <param name="weights">Where weights files go; null for nowhere.</param>
    /// <param name="cancellation">Stops after the step under way, with a checkpoint.</param>
    /// <exception cref="OptionsException">The options are out of range.</exception>
    /// <exception cref="PlanDoesNotFitException">There is not enough memory; the message has settings that fit.</exception>
    /// <exception cref="DataException">There are no test images.</exception>
    /// <exception cref="GenotypeFormatException">The network is unknown.</exception>
    /// <exception cref="RunInterruptedException">It was cancelled.</exception>
    /// <exception cref="CheckpointException">No checkpoint of the ring can be used, or one cannot be written.</exception>
    public static TrainResult Run(
        ImageData data, TrainOptions options, Backend<float> backend, IProgress<RunEvent>? progress = null,
        CheckpointRing? checkpoints = null,
        WeightFiles? weights = null, CancellationToken cancellation = default)
    {
        var problems = TrainOptions.Table.Validate(options);
        if (problems.Count > 0) throw new OptionsException(problems);
        RequireTest(data);
        backend.Leaves.Agree(() => TrainMemory.Require(data, options, backend));
        // Only when all have looked: what one allocates the others no longer find free.
        using var state = backend.Leaves.Agree(() => new TrainState(options, Describe(data, options), backend)
        {
            Data = checkpoints is null ? null : DataFingerprint.From(data.Train, data.Test),
        });
        var cost = progress is null && backend.Leaves.Exchange is null ? default : TrainCost.Measure(state, data, options);
        LoopPosition<TrainEpochRecord>? resumed = null;
        backend.Leaves.Agree(() =>
        {
            resumed = checkpoints?.Load(file => TrainCheckpoint.Restore(file, state, options, checkpoints.Warn));
            if (resumed is null) Begin(state, options);
        });
        var position = resumed ?? new LoopPosition<TrainEpochRecord>();
        using var run = new TrainLoop(data, options, state, position, progress, checkpoints, weights ?? new WeightFiles());
        progress?.Report(cost.Forecast(position, options, state.Net.ParameterCount, state.Parameters.Bytes + state.Net.ActivationBytes));
        return run.ToEnd(cancellation);
    }

    /// <summary>Opens the data that the options name, and holds test images out where they say so.</summary>
    /// <exception cref="DataException">There is no such data, or a file is damaged.</exception>
    public static ImageData Open(TrainOptions options)
    {
        var data = DataSource.Open(options.Data, options.ImageSize, options.Crop == TrainOptions.ResizedCrop);
        return options.HeldOut > 0 ? HeldOut.From(data, options.HeldOut, options.Seed) : data;
    }

    /// <summary>The network that the options describe for some data.</summary>
    /// <exception cref="GenotypeFormatException">The network is unknown.</exception>
    public static NetworkDescription Describe(ImageData data, TrainOptions options)
    {
        var images = data.Train;
        var name = NetworkDescription.Baselines.FirstOrDefault(
            baseline => string.Equals(baseline, options.Network, StringComparison.OrdinalIgnoreCase));
        var network = name ?? GenotypeReader.Resolve(options.Network).ToString();
        if (NasBench201Cell.IsIn(network) && options.Skeleton != Skeleton.NasBench201)
            throw new OptionsException(
                $"{options.Network}: has a cell of {CellSpace.NasBench201.Name}; give its text, {network}, as network");
        var description = new NetworkDescription
        {
            Network = network,
            Task = new ImageTask(images.Channels, images.Height, images.Width, images.Classes),
            InitChannels = options.InitChannels,
            Layers = options.Layers,
            CellsPerStage = options.CellsPerStage,
            Auxiliary = options.Auxiliary && name is null,
            Stem = options.Stem == "imagenet" ? StemForm.ImageNet : StemForm.Cifar,
            Mean = data.Normalization.Mean,
            Deviation = data.Normalization.Deviation,
            ClassNames = images.ClassNames,
            WholeImages = options.Crop == TrainOptions.ResizedCrop,
        };
        return description with { Operations = CompressedOperations(options.WeightsFile, description) };
    }

    /// <summary>Refuses a network that cannot be built for some data, and weights to start from that do not fit it.</summary>
    /// <exception cref="GenotypeFormatException">The network is unknown, or has no output.</exception>
    /// <exception cref="OptionsException">The images are too small for it.</exception>
    /// <returns>What is worth knowing of the weights, a sentence each.</returns>
    /// <exception cref="InvalidDataException">
    /// The weights are in no safetensors file, or of another network; the text names options and a tensor.
    /// </exception>
    /// <exception cref="IOException">They cannot be read.</exception>
    public static IReadOnlyList<string> RequireNetwork(ImageData data, TrainOptions options)
    {
        using var backend = new ReferenceBackend<float>();
        var description = Describe(data, options);
        using var net = description.Build(backend);
        return ReadWeights(options, description, net);
    }

    /// <summary>Refuses data without test images.</summary>
    /// <exception cref="DataException">There are none.</exception>
    public static ImageSet RequireTest(ImageData data) => data.Test ?? throw new DataException(
        $"{data.Name}: there are no test images{data.Description.InBrackets}; training needs them to say how good a network is, "
        + "so put them into a folder test "
        + "beside train, or hold some of the training images out by: train --held-out 0.1");

    // Weights of a compressed network have its form: their training is its fine-tuning.
    private static IReadOnlyList<NetworkOperation>? CompressedOperations(string weights, NetworkDescription description)
    {
        if (!File.Exists(weights)) return null;
        using var file = WeightsFile.Open(weights);
        return NetworkDescription.TryRead(file) is { Operations: { } operations } found
            && found.Network == description.Network && found.Task == description.Task ? operations : null;
    }

    private static void Begin(TrainState state, TrainOptions options)
    {
        state.Initialize();
        ReadWeights(options, state.Description, state.Net);
    }

    private static IReadOnlyList<string> ReadWeights(TrainOptions options, NetworkDescription description, ImageClassifier<float> net)
    {
        if (options.Weights.Length == 0) return [];
        using var file = WeightsFile.Open(options.WeightsFile);
        return WeightsReader.ReadStart(file, net, description, options.NewClassifier);
    }
}
