using System.Diagnostics;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Search;

/// <summary>What one step and one epoch cost here, measured on real images. The state must be initialised or restored afterwards.</summary>
/// <param name="StepSeconds">One bilevel step.</param>
/// <param name="Steps">Steps in an epoch.</param>
/// <param name="ValidationSeconds">Classifying the validation half.</param>
internal readonly record struct SearchCost(double StepSeconds, int Steps, double ValidationSeconds)
{
    /// <summary>Times one step and one classified batch, after one of each that is not timed because it is compiled on the way.</summary>
    public static SearchCost Measure(SearchState state, SearchImages train, SearchImages valid, SearchOptions options)
    {
        state.Initialize();
        using var trainBatches = new BatchPipeline(train.Encoder, options.BatchSize, workers: 0);
        using var validBatches = new BatchPipeline(valid.Encoder, options.BatchSize, workers: 0);
        trainBatches.Start(BatchSchedule.InOrder(train.Indices, options.BatchSize));
        validBatches.Start(BatchSchedule.InOrder(valid.Indices, options.BatchSize));
        trainBatches.TryRead(out var batch);
        validBatches.TryRead(out var draw);
        double step = 0, classified = 0;
        for (var i = 0; i < 2; i++)
        {
            var start = Stopwatch.GetTimestamp();
            // As in the last epoch: in the first, the alphas of some methods rest.
            state.Step(new(batch!.Pixels, batch.Labels), new(draw!.Pixels, draw.Labels), options.LearningRateMin, options.Epochs - 1, i);
            step = Stopwatch.GetElapsedTime(start).TotalSeconds;
            start = Stopwatch.GetTimestamp();
            state.Net.LoadBatch(draw.Pixels, draw.Labels);
            state.Net.Forward(Pass.Inference);
            classified = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        var steps = (train.Indices.Length + options.BatchSize - 1) / options.BatchSize;
        return new SearchCost(step, steps, classified * valid.Indices.Length / draw!.Count);
    }

    /// <summary>The cost of what remains from <paramref name="position"/> on.</summary>
    public ForecastMade Forecast(SearchState state, SearchPosition position, SearchOptions options)
    {
        var epoch = Steps * StepSeconds + ValidationSeconds;
        return new ForecastMade(
            position.Seconds, state.Net.Parameters.Count, state.Net.Parameters.Bytes + state.Net.ActivationBytes, StepSeconds, epoch,
            (options.Epochs - position.Epoch) * epoch - position.Step * StepSeconds);
    }
}
