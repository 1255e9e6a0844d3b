using System.Diagnostics;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Loops;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Layers.Optimisers;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Training;

/// <summary>Epochs and steps of one training: steps on all training images, then the test images.</summary>
internal sealed class TrainLoop : EpochLoop<TrainOptions, TrainEpochRecord>
{
    private readonly ImageData data;
    private readonly TrainState state;
    private readonly WeightFiles weights;
    private readonly Augmentation augmentation;
    private readonly BatchPipeline trainBatches;
    private readonly BatchPipeline testBatches;
    private readonly NetworkTest test;
    private readonly int[] images;

    public TrainLoop(
        ImageData data, TrainOptions options, TrainState state, LoopPosition<TrainEpochRecord> position, IProgress<RunEvent>? progress,
        CheckpointRing? checkpoints, WeightFiles weights)
        : base(options, position, data.Train.Count, progress, checkpoints)
    {
        (this.data, this.state, this.weights) = (data, state, weights);
        augmentation = AugmentationOf(options);
        images = [.. Enumerable.Range(0, data.Train.Count)];
        trainBatches = new BatchPipeline(new ImageEncoder(data.Train, data.Normalization), options.BatchSize, options.DataWorkers, Leaves);
        testBatches = new BatchPipeline(new ImageEncoder(data.Test!, data.Normalization), options.BatchSize, options.DataWorkers, Leaves);
        test = new NetworkTest(state.Net);
    }

    public TrainResult ToEnd(CancellationToken cancellation)
    {
        // Without an epoch the one record is of the weights as they were given.
        if (Options.Epochs == 0 && Position.History.Count == 0) Finish();
        else RunAll(cancellation);
        if (weights.Last is { } last) state.Description.Save(last, state.Net);
        return new TrainResult(Position.History.Max(epoch => epoch.Test.Top1), Position.History, Options);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        trainBatches.Dispose();
        testBatches.Dispose();
    }

    /// <summary>Cosine to zero, or a factor each epoch.</summary>
    internal static double Rate(TrainOptions options, int epoch) => options.Epochs == 0 ? 0 : options.LearningRateDecay < 1
        ? options.LearningRate * Math.Pow(options.LearningRateDecay, epoch)
        : new CosineSchedule(options.LearningRate, 0, options.Epochs).Rate(epoch);

    /// <inheritdoc/>
    protected override IRunState State => state;

    /// <inheritdoc/>
    protected override double Rate(int epoch) => Rate(Options, epoch);

    /// <inheritdoc/>
    protected override void BeginEpoch()
    {
        trainBatches.Start(BatchSchedule.Training(images, Options.BatchSize, augmentation, Options.Seed, Position.Epoch, Position.Step));
        state.Net.SetDropPath(Options.DropPath * Position.Epoch / Options.Epochs);
    }

    /// <inheritdoc/>
    protected override BatchResult Step(double rate)
    {
        if (!trainBatches.TryRead(out var batch))
            throw new InvalidOperationException($"The data ended before step {Position.Step} of {Steps}.");
        return state.Step(new(batch.Pixels, batch.Labels, batch.Share), rate, Position.Epoch, Position.Step);
    }

    /// <inheritdoc/>
    protected override Func<TrainEpochRecord> Evaluate()
    {
        var result = Test();
        return () =>
        {
            var record = new TrainEpochRecord
            {
                Epoch = Position.Epoch,
                LearningRate = Rate(Position.Epoch),
                TrainLoss = Position.MeanLoss(),
                TrainAccuracy = Position.Accuracy(),
                Test = result,
                IsBest = Position.History.All(epoch => epoch.Test.Top1 < result.Top1),
                Seconds = Position.EpochSeconds,
                ImagesPerSecond = Position.ImagesPerSecond(),
                PeakMemoryBytes = Process.GetCurrentProcess().PeakWorkingSet64,
            };
            if (record.IsBest && weights.Best is { } best) state.Description.Save(best, state.Net);
            return record;
        };
    }

    /// <inheritdoc/>
    protected override IEnumerable<RunEvent> Events(TrainEpochRecord record) => [new TrainEpochDone(Position.Seconds, record)];

    /// <inheritdoc/>
    protected override SafetensorsWriter Collect() => TrainCheckpoint.Collect(state, Position, Options);

    private static Augmentation AugmentationOf(TrainOptions options)
    {
        var resized = options.Augment && options.Crop == TrainOptions.ResizedCrop;
        return new Augmentation(
            options.Augment && !resized ? 4 : 0, options.Augment, options.Cutout ? options.CutoutLength : 0, resized, options.ColorJitter);
    }

    private TestResult Test()
    {
        try
        {
            return test.Run(testBatches, data.Test!.Count, Options.BatchSize);
        }
        catch (NotFiniteNumberException e)
        {
            throw new RunDivergedException(
                $"After epoch {Position.Epoch} {e.Message}. A lower learning_rate (now {Options.LearningRate}) helps.", e);
        }
    }
}
