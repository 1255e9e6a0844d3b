using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Loops;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Search;

/// <summary>What a search costs here.</summary>
internal static class SearchCost
{
    /// <summary>Times a step and a classified batch on the first images of both halves.</summary>
    public static RunCost Measure(SearchState state, SearchImages train, SearchImages valid, SearchOptions options)
    {
        state.Initialize();
        using var trainBatches = new BatchPipeline(train.Encoder, options.BatchSize, workers: 0, state.Net.Backend.Leaves);
        using var validBatches = new BatchPipeline(valid.Encoder, options.BatchSize, workers: 0, state.Net.Backend.Leaves);
        trainBatches.Start(BatchSchedule.InOrder(train.Indices, options.BatchSize));
        validBatches.Start(BatchSchedule.InOrder(valid.Indices, options.BatchSize));
        trainBatches.TryRead(out var batch);
        validBatches.TryRead(out var draw);
        return RunCost.Measure(
            i => state.StepAsInLastEpoch(
                new(batch!.Pixels, batch.Labels, batch.Share), new(draw!.Pixels, draw.Labels, draw.Share), i),
            () =>
            {
                state.Net.LoadBatch(new(draw!.Pixels, draw.Labels, draw.Share));
                state.Net.Forward(Pass.Inference);
            },
            RunCost.StepsOf(train.Indices.Length, options.BatchSize), (double)valid.Indices.Length / draw!.Share.Whole);
    }
}
