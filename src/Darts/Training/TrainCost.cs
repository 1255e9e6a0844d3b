using System.Diagnostics;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Training;

/// <summary>What one step and one epoch cost here, measured on real images. The state must be initialised or restored afterwards.</summary>
/// <param name="StepSeconds">One training step.</param>
/// <param name="Steps">Steps in an epoch.</param>
/// <param name="TestSeconds">Classifying the test images.</param>
internal readonly record struct TrainCost(double StepSeconds, int Steps, double TestSeconds)
{
    /// <summary>Times one step and one classified batch, after one of each that is not timed because it is compiled on the way.</summary>
    public static TrainCost Measure(TrainState state, ImageData data, TrainOptions options)
    {
        state.Initialize();
        using var batches = new BatchPipeline(new ImageEncoder(data.Train, data.Normalization), options.BatchSize, workers: 0);
        batches.Start(BatchSchedule.InOrder([.. Enumerable.Range(0, data.Train.Count)], options.BatchSize));
        batches.TryRead(out var batch);
        double step = 0, classified = 0;
        for (var i = 0; i < 2; i++)
        {
            var start = Stopwatch.GetTimestamp();
            state.Step(new(batch!.Pixels, batch.Labels), 0, 0, i);
            step = Stopwatch.GetElapsedTime(start).TotalSeconds;
            start = Stopwatch.GetTimestamp();
            state.Net.Forward(Pass.Inference);
            classified = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        return new TrainCost(step, StepsOf(data.Train.Count, options.BatchSize), classified * data.Test!.Count / batch!.Count);
    }

    /// <summary>Steps in an epoch.</summary>
    public static int StepsOf(int images, int batchSize) => (images + batchSize - 1) / batchSize;

    /// <summary>The cost of what remains from <paramref name="position"/> on.</summary>
    public ForecastMade Forecast(TrainState state, TrainPosition position, TrainOptions options)
    {
        var epoch = Steps * StepSeconds + TestSeconds;
        return new ForecastMade(
            position.Seconds, state.Net.ParameterCount, state.Net.Parameters.Bytes + state.Net.ActivationBytes, StepSeconds, epoch,
            (options.Epochs - position.Epoch) * epoch - position.Step * StepSeconds);
    }
}
