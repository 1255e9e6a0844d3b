using System.Diagnostics;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Records;

namespace MIOpenDarts.Darts.Loops;

/// <summary>What one step and one epoch cost here, measured on real images. The state must be initialised or restored afterwards.</summary>
/// <param name="StepSeconds">One training step.</param>
/// <param name="Steps">Steps in an epoch.</param>
/// <param name="EvaluationSeconds">Classifying the images that an epoch is judged by.</param>
internal readonly record struct RunCost(double StepSeconds, int Steps, double EvaluationSeconds)
{
    /// <summary>Times one step and one classified batch, after one of each that is not timed because it is compiled on the way.</summary>
    /// <param name="step">Does the step with this number.</param>
    /// <param name="classify">Classifies a batch.</param>
    /// <param name="steps">Steps in an epoch.</param>
    /// <param name="batches">Batches, and parts of one, that are classified after an epoch.</param>
    public static RunCost Measure(Action<int> step, Action classify, int steps, double batches)
    {
        double stepped = 0, classified = 0;
        for (var i = 0; i < 2; i++)
        {
            var start = Stopwatch.GetTimestamp();
            step(i);
            stepped = Stopwatch.GetElapsedTime(start).TotalSeconds;
            start = Stopwatch.GetTimestamp();
            classify();
            classified = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        return new RunCost(stepped, steps, classified * batches);
    }

    /// <summary>Steps in an epoch of so many images.</summary>
    public static int StepsOf(int images, int batchSize) => (images + batchSize - 1) / batchSize;

    /// <summary>The cost of what remains from <paramref name="position"/> on.</summary>
    /// <param name="position">Where the run stands.</param>
    /// <param name="options">Options of the run.</param>
    /// <param name="parameters">Numbers that it learns.</param>
    /// <param name="bytes">Memory of them and of the activations.</param>
    public ForecastMade Forecast<TEpoch>(LoopPosition<TEpoch> position, RunOptions options, long parameters, long bytes)
    {
        var epoch = Steps * StepSeconds + EvaluationSeconds;
        return new ForecastMade(
            position.Seconds, parameters, bytes, StepSeconds, epoch,
            (options.Epochs - position.Epoch) * epoch - position.Step * StepSeconds);
    }
}
