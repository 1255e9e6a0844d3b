using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Loops;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Search;

/// <summary>The search of section 2 of the DARTS paper (<c>search_architecture</c> of the specification), start to end.</summary>
public static class DartsSearch
{
    /// <summary>
    /// Searches: in every step the alphas move on a validation batch, then the weights on a training batch; after every epoch the whole
    /// validation half is classified. With <paramref name="checkpoints"/>, goes on from the newest good one of the same run, and then ends
    /// bit for bit like a run that was never stopped.
    /// </summary>
    /// <param name="train">What the weights see.</param>
    /// <param name="valid">What the alphas see.</param>
    /// <param name="options">Checked options.</param>
    /// <param name="backend">Where it computes.</param>
    /// <param name="progress">Steps, epochs and checkpoints as they happen, on the calling thread; null for none.</param>
    /// <param name="checkpoints">Where checkpoints go and come from; null for none.</param>
    /// <param name="cancellation">Stops after the step under way, with a checkpoint.</param>
    /// <exception cref="OptionsException">The options are out of range.</exception>
    /// <exception cref="PlanDoesNotFitException">There is not enough memory; the message has settings that fit.</exception>
    /// <exception cref="RunInterruptedException">It was cancelled.</exception>
    /// <exception cref="CheckpointException">No checkpoint of the ring can be used, or one cannot be written.</exception>
    public static SearchResult Run(
        SearchImages train, SearchImages valid, SearchOptions options, Backend<float> backend,
        IProgress<RunEvent>? progress = null, CheckpointRing? checkpoints = null, CancellationToken cancellation = default)
    {
        var problems = options.Validate();
        if (problems.Count > 0) throw new OptionsException(problems);
        if (!SearchAlgorithm.From(options).Trains) return Draw(options, ShapeOf(train, options), progress);
        backend.Leaves.Agree(() =>
        {
            TargetCosts.Of(options, ShapeOf(train, options));
            SearchMemory.Require(options, ShapeOf(train, options), backend);
        });
        // Only when all have looked: what one allocates the others no longer find free.
        using var state = backend.Leaves.Agree(() => new SearchState(options, ShapeOf(train, options), backend)
        {
            Data = checkpoints is null ? null : DataFingerprint.From(train.Encoder.Images),
        });
        // Where processes share a batch, all of them take every step.
        var cost = progress is null && backend.Leaves.Exchange is null ? default : SearchCost.Measure(state, train, valid, options);
        LoopPosition<EpochRecord>? resumed = null;
        backend.Leaves.Agree(
            () => { resumed = checkpoints?.Load(file => SearchCheckpoint.Restore(file, state, options, checkpoints.Warn)); });
        if (resumed is null) state.Initialize();
        var position = resumed ?? new LoopPosition<EpochRecord>();
        progress?.Report(cost.Forecast(position, options, state.Parameters.Count, state.Parameters.Bytes + state.Net.ActivationBytes));
        using var run = new SearchLoop(train, valid, options, state, position, progress, checkpoints);
        return run.ToEnd(cancellation);
    }

    private static SearchResult Draw(SearchOptions options, SupernetShape shape, IProgress<RunEvent>? progress)
    {
        var genotype = SearchAlgorithm.From(options).Draw(options, TargetCosts.Of(options, shape));
        progress?.Report(new GenotypeDrawn(0, genotype));
        return new SearchResult(genotype, double.NaN, double.NaN, [], options);
    }

    /// <summary>The supernet that the options describe for these images.</summary>
    internal static SupernetShape ShapeOf(SearchImages images, SearchOptions options) => new(
        images.Encoder.Channels, images.Encoder.Height, images.Encoder.Width, images.Encoder.Images.Classes,
        options.InitChannels, options.Layers, options.Nodes, options.Multiplier, options.StemMultiplier);
}
