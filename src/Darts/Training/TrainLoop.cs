using System.Diagnostics;
using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Layers.Optimisers;

namespace MIOpenDarts.Darts.Training;

/// <summary>Epochs and steps of one training, from wherever it stands to the end.</summary>
internal sealed class TrainLoop : IDisposable
{
    private readonly ImageData data;
    private readonly TrainOptions options;
    private readonly TrainState state;
    private readonly TrainPosition position;
    private readonly IProgress<RunEvent>? progress;
    private readonly CheckpointRing? checkpoints;
    private readonly WeightFiles weights;
    private readonly Augmentation augmentation;
    private readonly BatchPipeline trainBatches;
    private readonly BatchPipeline testBatches;
    private readonly NetworkTest test;
    private readonly int[] images;
    private readonly int steps;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private double clockAtLastLook;

    public TrainLoop(
        ImageData data, TrainOptions options, TrainState state, TrainPosition position, IProgress<RunEvent>? progress, CheckpointRing? checkpoints,
        WeightFiles weights)
    {
        (this.data, this.options, this.state, this.position) = (data, options, state, position);
        (this.progress, this.checkpoints, this.weights) = (progress, checkpoints, weights);
        augmentation = Of(options);
        images = [.. Enumerable.Range(0, data.Train.Count)];
        steps = TrainCost.StepsOf(images.Length, options.BatchSize);
        trainBatches = new BatchPipeline(new ImageEncoder(data.Train, data.Normalization), options.BatchSize, options.DataWorkers);
        testBatches = new BatchPipeline(new ImageEncoder(data.Test!, data.Normalization), options.BatchSize, options.DataWorkers);
        test = new NetworkTest(state.Net);
    }

    public TrainResult ToEnd(CancellationToken cancellation)
    {
        while (position.Epoch < options.Epochs)
        {
            TrainEpoch(cancellation);
            FinishEpoch();
        }

        if (weights.Last is { } last) state.Description.Save(last, state.Net);
        return new TrainResult(position.History.Max(epoch => epoch.Test.Top1), position.History, options);
    }

    public void Dispose()
    {
        trainBatches.Dispose();
        testBatches.Dispose();
    }

    /// <summary>Cosine to zero, or a factor each epoch.</summary>
    internal static double Rate(TrainOptions options, int epoch) => options.LearningRateDecay < 1
        ? options.LearningRate * Math.Pow(options.LearningRateDecay, epoch)
        : new CosineSchedule(options.LearningRate, 0, options.Epochs).Rate(epoch);

    private static Augmentation Of(TrainOptions options)
    {
        var resized = options.Augment && options.Crop == TrainOptions.ResizedCrop;
        return new Augmentation(options.Augment && !resized ? 4 : 0, options.Augment, options.Cutout ? options.CutoutLength : 0, resized, options.ColorJitter);
    }

    private void TrainEpoch(CancellationToken cancellation)
    {
        var epoch = position.Epoch;
        trainBatches.Start(BatchSchedule.Training(images, options.BatchSize, augmentation, options.Seed, epoch, position.Step));
        state.Net.SetDropPath(options.DropPath * epoch / options.Epochs);
        var rate = Rate(options, epoch);
        while (position.Step < steps)
        {
            if (cancellation.IsCancellationRequested) Interrupt();
            if (!trainBatches.TryRead(out var batch)) throw new InvalidOperationException($"The data ended before step {position.Step} of {steps}.");
            var result = state.Step(new(batch.Pixels, batch.Labels), rate, epoch, position.Step);
            position.Count(result);
            LookAtClock();
            if (!double.IsFinite(result.Loss))
                throw new TrainingDivergedException($"The loss of epoch {epoch}, step {position.Step} is {result.Loss}. A lower learning_rate (now {options.LearningRate}) helps.");
            if (position.Step % options.ReportInterval == 0 || position.Step == steps) progress?.Report(position.Report(steps));
            if (options.CheckpointInterval > 0 && position.Step % options.CheckpointInterval == 0 && position.Step < steps) Save();
        }
    }

    private void FinishEpoch()
    {
        var result = Test();
        LookAtClock();
        var record = new TrainEpochRecord
        {
            Epoch = position.Epoch,
            LearningRate = Rate(options, position.Epoch),
            TrainLoss = position.MeanLoss(),
            TrainAccuracy = position.Accuracy(),
            Test = result,
            IsBest = position.History.All(epoch => epoch.Test.Top1 < result.Top1),
            Seconds = position.EpochSeconds,
            ImagesPerSecond = position.ImagesPerSecond(),
            PeakMemoryBytes = Process.GetCurrentProcess().PeakWorkingSet64,
        };
        if (record.IsBest && weights.Best is { } best) state.Description.Save(best, state.Net);
        position.History.Add(record);
        progress?.Report(new TrainEpochDone(position.Seconds, record));
        position.NextEpoch();
        Save();
    }

    private TestResult Test()
    {
        try
        {
            return test.Run(testBatches, data.Test!.Count, options.BatchSize);
        }
        catch (NotFiniteNumberException e)
        {
            throw new TrainingDivergedException($"After epoch {position.Epoch} {e.Message}. A lower learning_rate (now {options.LearningRate}) helps.", e);
        }
    }

    private void Interrupt()
    {
        Save();
        throw new TrainingInterruptedException(
            $"Stopped before step {position.Step + 1} of epoch {position.Epoch}" + (checkpoints is null ? "." : ", with a checkpoint to go on from."));
    }

    private void Save()
    {
        if (checkpoints is null) return;
        var (file, bytes) = checkpoints.Save(position.Epoch, position.Step, TrainCheckpoint.Collect(state, position, options));
        progress?.Report(new CheckpointWritten(position.Seconds, position.Epoch, position.Step, file, bytes));
    }

    private void LookAtClock()
    {
        var now = clock.Elapsed.TotalSeconds;
        position.Spend(now - clockAtLastLook);
        clockAtLastLook = now;
    }
}
