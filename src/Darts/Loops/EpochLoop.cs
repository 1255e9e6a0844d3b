using System.Diagnostics;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Loops;

/// <summary>
/// Epochs and steps of one run, from wherever it stands to the end. What a kind of run does in a step and after an epoch it hands in.
/// </summary>
/// <typeparam name="TOptions">Options of the run.</typeparam>
/// <typeparam name="TEpoch">What is recorded of a finished epoch.</typeparam>
internal abstract class EpochLoop<TOptions, TEpoch> : IDisposable
    where TOptions : RunOptions
{
    private readonly IProgress<RunEvent>? progress;
    private readonly CheckpointRing? checkpoints;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private double accounted;

    /// <summary>A loop from a position on.</summary>
    /// <param name="options">Options of the run.</param>
    /// <param name="position">Where it stands.</param>
    /// <param name="images">Images that train the weights.</param>
    /// <param name="progress">Takes steps, epochs and checkpoints; null for nobody.</param>
    /// <param name="checkpoints">Takes checkpoints; null for none.</param>
    protected EpochLoop(
        TOptions options, LoopPosition<TEpoch> position, int images, IProgress<RunEvent>? progress, CheckpointRing? checkpoints)
    {
        (Options, Position, this.progress, this.checkpoints) = (options, position, progress, checkpoints);
        Steps = RunCost.StepsOf(images, options.BatchSize);
    }

    /// <summary>Options of the run.</summary>
    protected TOptions Options { get; }

    /// <summary>What the run learns.</summary>
    protected abstract IRunState State { get; }

    /// <summary>How batches are cut, and the processes that share them: all of these stop before the same step.</summary>
    protected BatchLeaves Leaves => State.Backend.Leaves;

    /// <summary>Where it stands.</summary>
    protected LoopPosition<TEpoch> Position { get; }

    /// <summary>Steps in an epoch.</summary>
    protected int Steps { get; }

    /// <summary>Whether there is no further epoch.</summary>
    protected virtual bool IsDone => Position.Epoch >= Options.Epochs;

    /// <summary>Ends what prepares batches.</summary>
    public abstract void Dispose();

    /// <summary>Learning rate of the weights in an epoch.</summary>
    protected abstract double Rate(int epoch);

    /// <summary>Prepares the network for the epoch of the position, and starts its batches from the position's step on.</summary>
    protected abstract void BeginEpoch();

    /// <summary>One step on the next batches, at this learning rate.</summary>
    protected abstract BatchResult Step(double rate);

    /// <summary>Evaluates the network after the epoch of the position. What it looks at takes part in the epoch's time.</summary>
    /// <returns>Makes the record of the epoch once that time is taken.</returns>
    protected abstract Func<TEpoch> Evaluate();

    /// <summary>What is reported of a finished epoch, in order.</summary>
    protected abstract IEnumerable<RunEvent> Events(TEpoch record);

    /// <summary>A checkpoint of where the run stands.</summary>
    protected abstract SafetensorsWriter Collect();

    /// <summary>What ends a run whose loss is no number. The loss is tested before: a step allocates nothing, not even a text.</summary>
    protected RunDivergedException Diverged(string what, double loss) =>
        new($"{what} is {loss}. A lower learning_rate (now {Options.LearningRate}) helps.");

    /// <summary>Works until there is no further epoch.</summary>
    /// <exception cref="RunInterruptedException">It was cancelled; a checkpoint has what was done.</exception>
    protected void RunAll(CancellationToken cancellation)
    {
        RequireSameState();
        while (!IsDone)
        {
            Train(cancellation);
            Finish();
        }
    }

    private void Train(CancellationToken cancellation)
    {
        BeginEpoch();
        var (epoch, rate) = (Position.Epoch, Rate(Position.Epoch));
        while (Position.Step < Steps)
        {
            if (Leaves.Any(cancellation.IsCancellationRequested)) Interrupt();
            var result = Step(rate);
            Position.Count(result);
            AccumulateTime();
            if (!double.IsFinite(result.Loss)) throw Diverged($"The training loss of epoch {epoch}, step {Position.Step}", result.Loss);
            if (Position.Step % Options.ReportInterval == 0 || Position.Step == Steps) progress?.Report(Position.Report(Steps));
            if (Options.CheckpointInterval > 0 && Position.Step % Options.CheckpointInterval == 0 && Position.Step < Steps) Save();
        }
    }

    /// <summary>Evaluates the network, records that, and writes a checkpoint.</summary>
    protected void Finish()
    {
        var make = Evaluate();
        AccumulateTime();
        var record = make();
        Position.History.Add(record);
        foreach (var line in Events(record)) progress?.Report(line);
        Position.NextEpoch();
        RequireSameState();
        Save();
    }

    // A process that sees another folder of checkpoints would go on from elsewhere.
    private void RequireSameState() => Leaves.Exchange?.RequireSame(
        "the run", $"in epoch {Position.Epoch}, step {Position.Step}, with the state {StateFingerprint.Of(State)}");

    private void Interrupt()
    {
        Save();
        throw new RunInterruptedException(
            $"Stopped before step {Position.Step + 1} of "
            + $"epoch {Position.Epoch}" + (checkpoints is null ? "." : ", with a checkpoint to go on from."));
    }

    private void Save()
    {
        if (checkpoints is null || !Leaves.IsFirst) return;
        var (file, bytes) = checkpoints.Save(Position.Epoch, Position.Step, Collect());
        progress?.Report(new CheckpointWritten(Position.Seconds, Position.Epoch, Position.Step, file, bytes));
    }

    private void AccumulateTime()
    {
        var now = clock.Elapsed.TotalSeconds;
        Position.ChargeTime(now - accounted);
        accounted = now;
    }
}
