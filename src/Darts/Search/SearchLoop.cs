using System.Diagnostics;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Darts.Watchdogs;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Optimisers;

namespace MIOpenDarts.Darts.Search;

/// <summary>Epochs and steps of one search, from wherever it stands to the end.</summary>
internal sealed class SearchLoop : IDisposable
{
    private readonly SearchImages train;
    private readonly SearchImages valid;
    private readonly SearchOptions options;
    private readonly SearchState state;
    private readonly SearchPosition position;
    private readonly IProgress<RunEvent>? progress;
    private readonly CheckpointRing? checkpoints;
    private readonly CosineSchedule schedule;
    private readonly Augmentation augmentation;
    private readonly BatchPipeline trainBatches;
    private readonly BatchPipeline validBatches;
    private readonly SearchWatch? watch;
    private readonly int steps;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private double clockAtLastLook;

    public SearchLoop(
        SearchImages train, SearchImages valid, SearchOptions options, SearchState state, SearchPosition position,
        IProgress<RunEvent>? progress, CheckpointRing? checkpoints)
    {
        (this.train, this.valid, this.options, this.state) = (train, valid, options, state);
        (this.position, this.progress, this.checkpoints) = (position, progress, checkpoints);
        schedule = new CosineSchedule(options.LearningRate, options.LearningRateMin, options.Epochs);
        augmentation = AugmentationOf(options);
        steps = (train.Indices.Length + options.BatchSize - 1) / options.BatchSize;
        trainBatches = new BatchPipeline(train.Encoder, options.BatchSize, options.DataWorkers);
        validBatches = new BatchPipeline(valid.Encoder, options.BatchSize, options.DataWorkers);
        watch = SearchWatch.Create(options, state, valid);
    }

    public SearchResult ToEnd(CancellationToken cancellation)
    {
        while (!SearchEnd.IsReached(position.History, options.Epochs))
        {
            TrainEpoch(cancellation);
            FinishEpoch();
        }

        var chosen = SearchEnd.Of(position.History).Chosen;
        return new SearchResult(chosen.Genotype, chosen.TrainAccuracy, chosen.ValidAccuracy, position.History, options);
    }

    public void Dispose()
    {
        trainBatches.Dispose();
        validBatches.Dispose();
    }

    private void TrainEpoch(CancellationToken cancellation)
    {
        var (epoch, first) = (position.Epoch, position.Step);
        state.BeginStage(state.Algorithm.Stage(options, epoch));
        trainBatches.Start(BatchSchedule.Training(train.Indices, options.BatchSize, augmentation, options.Seed, epoch, first));
        validBatches.Start(BatchSchedule.ArchitectureDraws(valid.Indices, options.BatchSize, steps, augmentation, options.Seed, epoch, first));
        state.Net.SetDropPath(options.DropPath * epoch / options.Epochs);
        var rate = schedule.Rate(epoch);
        while (position.Step < steps)
        {
            if (cancellation.IsCancellationRequested) Interrupt();
            if (!trainBatches.TryRead(out var batch) || !validBatches.TryRead(out var draw))
                throw new InvalidOperationException($"The data ended before step {position.Step} of {steps}.");
            var result = state.Step(new(batch.Pixels, batch.Labels), new(draw.Pixels, draw.Labels), rate, epoch, position.Step);
            position.Count(result);
            LookAtClock();
            if (!double.IsFinite(result.Loss))
                throw new SearchDivergedException($"The training loss of epoch {epoch}, step {position.Step} is {result.Loss}. A lower learning_rate (now {options.LearningRate}) helps.");
            if (position.Step % options.ReportInterval == 0 || position.Step == steps) progress?.Report(position.Report(steps));
            if (options.CheckpointInterval > 0 && position.Step % options.CheckpointInterval == 0 && position.Step < steps) Save();
        }
    }

    private void FinishEpoch()
    {
        var (loss, accuracy) = Evaluate();
        if (!double.IsFinite(loss))
            throw new SearchDivergedException($"The validation loss after epoch {position.Epoch} is {loss}. A lower learning_rate (now {options.LearningRate}) helps.");
        var eigenvalue = watch?.Measure(position.Epoch);
        LookAtClock();
        var record = new EpochRecord
        {
            Epoch = position.Epoch,
            LearningRate = schedule.Rate(position.Epoch),
            TrainLoss = position.MeanLoss(),
            TrainAccuracy = position.Accuracy(),
            ValidLoss = loss,
            ValidAccuracy = accuracy,
            Normal = Record(state.Net.Normal),
            Reduce = Record(state.Net.Reduce),
            Genotype = state.Genotype,
            Notes = state.Notes,
            Lead = state.Lead,
            Seconds = position.EpochSeconds,
            ImagesPerSecond = position.ImagesPerSecond(),
            PeakMemoryBytes = Process.GetCurrentProcess().PeakWorkingSet64,
        };
        if (watch is not null) record = watch.Judge(record, eigenvalue, position.History);
        position.History.Add(record);
        progress?.Report(new EpochDone(position.Seconds, record));
        if (record.Watch?.Alarm is { } alarm) progress?.Report(new AlarmRaised(position.Seconds, alarm));
        position.NextEpoch();
        Save();
    }

    private (double Loss, double Accuracy) Evaluate()
    {
        double loss = 0;
        long correct = 0, images = 0;
        validBatches.Start(BatchSchedule.InOrder(valid.Indices, options.BatchSize, augmentation, options.Seed, position.Epoch));
        while (validBatches.TryRead(out var batch))
        {
            state.Net.LoadBatch(batch.Pixels, batch.Labels);
            var result = state.Net.Forward(Pass.Inference);
            loss += result.Loss * result.Images;
            correct += result.Correct;
            images += result.Images;
        }

        return (loss / images, 100.0 * correct / images);
    }

    private void Interrupt()
    {
        Save();
        throw new SearchInterruptedException(
            $"Stopped before step {position.Step + 1} of epoch {position.Epoch}" + (checkpoints is null ? "." : ", with a checkpoint to go on from."));
    }

    private void Save()
    {
        if (checkpoints is null) return;
        var (file, bytes) = checkpoints.Save(position.Epoch, position.Step, SearchCheckpoint.Collect(state, position, options));
        progress?.Report(new CheckpointWritten(position.Seconds, position.Epoch, position.Step, file, bytes));
    }

    private static AlphaRecord Record(ArchitectureParameters<float> alphas) =>
        new(Rows(alphas.Alphas, alphas.Edges), Rows(alphas.Scores(), alphas.Edges));

    private static double[][] Rows(float[] values, int rows) =>
        [.. values.Chunk(values.Length / rows).Select(row => Array.ConvertAll(row, v => (double)v))];

    private void LookAtClock()
    {
        var now = clock.Elapsed.TotalSeconds;
        position.Spend(now - clockAtLastLook);
        clockAtLastLook = now;
    }

    internal static Augmentation AugmentationOf(SearchOptions options) =>
        new(options.Augment ? 4 : 0, options.Augment, options.Cutout ? options.CutoutLength : 0);
}
