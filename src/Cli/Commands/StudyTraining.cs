using MIOpenDarts.Cli.Progress;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Reports;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Cli.Commands;

/// <summary>The trainings of a study, each a run in a folder of its own: begun, gone on with, or left as it is where it is done.</summary>
/// <param name="data">Images of the study.</param>
/// <param name="place">Where they lie now.</param>
/// <param name="backend">Where to compute.</param>
/// <param name="threads">With so many threads.</param>
/// <param name="output">Takes whole lines from several threads.</param>
internal sealed class StudyTraining(ImageData data, string place, Backend<float> backend, int threads, TextWriter output)
{
    /// <summary>Whether a folder holds a run.</summary>
    public static bool HasRun(string path) => File.Exists(Path.Combine(path, "config.json"));

    /// <summary>Trains to the end.</summary>
    /// <param name="name">What its lines begin with.</param>
    /// <param name="path">Its folder.</param>
    /// <param name="begin">Options of one that has not begun.</param>
    /// <param name="cancellation">Stops it with a checkpoint.</param>
    /// <returns>The history of the whole run.</returns>
    public TrainHistory ToEnd(string name, string path, Func<TrainOptions> begin, CancellationToken cancellation)
    {
        using var run = HasRun(path) ? TrainFolder.Open(path) : TrainFolder.Create(path, begin());
        var options = run.Options with { Threads = threads, Data = place };
        using var view = new SeedProgress(output, name, options.Epochs);
        using var recorder = new RunRecorder<TrainOptions, TrainHistory, TrainResult>(run, view);
        if (recorder.Finished is { } done)
        {
            view.Print("the training is done");
            return done;
        }

        var checkpoints = recorder.Checkpoints(options.CheckpointRing, view.Warn);
        run.Adopt(options, () => DataFingerprint.From(data.Train, data.Test), checkpoints);
        return Failures.Recorded(path, recorder.Stop, () =>
        {
            recorder.Begin(
                $"{data.Name}, {data.Train.Count} + {EvaluationTraining.RequireTest(data).Count} images", backend, threads, options);
            return recorder.Complete(EvaluationTraining.Run(data, options, backend, recorder, checkpoints, run.Weights, cancellation));
        });
    }
}
