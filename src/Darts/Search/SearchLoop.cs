using System.Diagnostics;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Loops;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Darts.Watchdogs;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Optimisers;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Search;

/// <summary>
/// Epochs and steps of one search: bilevel steps on both halves of the images, then the validation half and the watchdogs.
/// </summary>
internal sealed class SearchLoop : EpochLoop<SearchOptions, EpochRecord>
{
    private readonly SearchImages train;
    private readonly SearchImages valid;
    private readonly SearchState state;
    private readonly CosineSchedule schedule;
    private readonly Augmentation augmentation;
    private readonly BatchPipeline trainBatches;
    private readonly BatchPipeline validBatches;
    private readonly SearchWatch? watch;

    public SearchLoop(
        SearchImages train, SearchImages valid, SearchOptions options, SearchState state, LoopPosition<EpochRecord> position,
        IProgress<RunEvent>? progress, CheckpointRing? checkpoints)
        : base(options, position, train.Indices.Length, progress, checkpoints)
    {
        (this.train, this.valid, this.state) = (train, valid, state);
        schedule = new CosineSchedule(options.LearningRate, options.LearningRateMin, options.Epochs);
        augmentation = AugmentationOf(options);
        trainBatches = new BatchPipeline(train.Encoder, options.BatchSize, options.DataWorkers, Leaves);
        validBatches = new BatchPipeline(valid.Encoder, options.BatchSize, options.DataWorkers, Leaves);
        watch = SearchWatch.Create(options, state, valid);
    }

    /// <inheritdoc/>
    protected override IRunState State => state;

    /// <inheritdoc/>
    protected override bool IsDone => SearchEnd.IsReached(Position.History, Options.Epochs);

    public SearchResult ToEnd(CancellationToken cancellation)
    {
        RunAll(cancellation);
        var chosen = SearchEnd.From(Position.History).Chosen;
        return new SearchResult(chosen.Genotype, chosen.TrainAccuracy, chosen.ValidAccuracy, Position.History, Options);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        trainBatches.Dispose();
        validBatches.Dispose();
    }

    internal static Augmentation AugmentationOf(SearchOptions options) =>
        new(options.Augment ? 4 : 0, options.Augment, options.Cutout ? options.CutoutLength : 0);

    /// <inheritdoc/>
    protected override double Rate(int epoch) => schedule.Rate(epoch);

    /// <inheritdoc/>
    protected override void BeginEpoch()
    {
        var (epoch, first, batch, seed) = (Position.Epoch, Position.Step, Options.BatchSize, Options.Seed);
        state.BeginStage(state.Algorithm.Stage(Options, epoch));
        state.CostWeight = TargetCosts.Weight(Options, Position.History);
        trainBatches.Start(BatchSchedule.Training(train.Indices, batch, augmentation, seed, epoch, first));
        validBatches.Start(BatchSchedule.ArchitectureDraws(valid.Indices, batch, Steps, augmentation, seed, epoch, first));
        state.Net.SetDropPath(Options.DropPath * epoch / Options.Epochs);
    }

    /// <inheritdoc/>
    protected override BatchResult Step(double rate)
    {
        if (!trainBatches.TryRead(out var batch) || !validBatches.TryRead(out var draw))
            throw new InvalidOperationException($"The data ended before step {Position.Step} of {Steps}.");
        return state.Step(
            new(batch.Pixels, batch.Labels, batch.Share), new(draw.Pixels, draw.Labels, draw.Share), rate, Position.Epoch, Position.Step);
    }

    /// <inheritdoc/>
    protected override Func<EpochRecord> Evaluate()
    {
        var (loss, accuracy) = Validate();
        if (!double.IsFinite(loss)) throw Diverged($"The validation loss after epoch {Position.Epoch}", loss);
        var eigenvalue = watch?.Measure(Position.Epoch);
        return () =>
        {
            var record = new EpochRecord
            {
                Epoch = Position.Epoch,
                LearningRate = Rate(Position.Epoch),
                TrainLoss = Position.MeanLoss(),
                TrainAccuracy = Position.Accuracy(),
                ValidLoss = loss,
                ValidAccuracy = accuracy,
                Normal = Record(state.Net.Architectures[0]),
                Reduce = state.Net.Architectures is [_, var reduce] ? Record(reduce) : null,
                Genotype = state.Genotype,
                Notes = state.Notes,
                Lead = state.Lead,
                Cost = state.Cost,
                Seconds = Position.EpochSeconds,
                ImagesPerSecond = Position.ImagesPerSecond(),
                PeakMemoryBytes = Process.GetCurrentProcess().PeakWorkingSet64,
            };
            return watch?.Judge(record, eigenvalue, Position.History) ?? record;
        };
    }

    /// <inheritdoc/>
    protected override IEnumerable<RunEvent> Events(EpochRecord record)
    {
        yield return new EpochDone(Position.Seconds, record);
        if (record.Watch?.Alarm is { } alarm) yield return new AlarmRaised(Position.Seconds, alarm);
    }

    /// <inheritdoc/>
    protected override SafetensorsWriter Collect() => SearchCheckpoint.Collect(state, Position, Options);

    private (double Loss, double Accuracy) Validate()
    {
        double loss = 0;
        long correct = 0, images = 0;
        validBatches.Start(BatchSchedule.InOrder(valid.Indices, Options.BatchSize, augmentation, Options.Seed, Position.Epoch));
        while (validBatches.TryRead(out var batch))
        {
            state.Net.LoadBatch(new(batch.Pixels, batch.Labels, batch.Share));
            var result = state.Net.Forward(Pass.Inference);
            loss += result.Loss * result.Images;
            correct += result.Correct;
            images += result.Images;
        }

        return (loss / images, 100.0 * correct / images);
    }

    private static AlphaRecord Record(ArchitectureParameters<float> alphas) =>
        new(Rows(alphas.Alphas, alphas.Edges), Rows(alphas.Scores(), alphas.Edges));

    private static double[][] Rows(float[] values, int rows) =>
        [.. values.Chunk(values.Length / rows).Select(row => Array.ConvertAll(row, v => (double)v))];
}
