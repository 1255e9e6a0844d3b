using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Loops;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Training;

/// <summary>What a training costs here.</summary>
internal static class TrainCost
{
    /// <summary>Times a step and a classified batch on the first images.</summary>
    public static RunCost Measure(TrainState state, ImageData data, TrainOptions options)
    {
        state.Initialize();
        using var batches = new BatchPipeline(
            new ImageEncoder(data.Train, data.Normalization), options.BatchSize, workers: 0, state.Net.Backend.Leaves);
        batches.Start(BatchSchedule.InOrder([.. Enumerable.Range(0, data.Train.Count)], options.BatchSize));
        batches.TryRead(out var batch);
        return RunCost.Measure(
            i => state.Step(new(batch!.Pixels, batch.Labels, batch.Share), 0, 0, i), () => state.Net.Forward(Pass.Inference),
            RunCost.StepsOf(data.Train.Count, options.BatchSize), (double)data.Test!.Count / batch!.Share.Whole);
    }
}
