using MIOpenDarts.Cli.Compressing;
using MIOpenDarts.Darts.Compression;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Training;

namespace MIOpenDarts.Cli.Commands;

/// <summary>
/// A trained network with the images that it is measured on and fine-tuned with. What is wrong with them is told when it is opened.
/// </summary>
internal sealed class CompressionSource : IDisposable
{
    private readonly TrainedNetwork trained;

    private CompressionSource(TrainedNetwork trained, CompressionTask task, ImageData images) =>
        (this.trained, Task, Images) = (trained, task, images);

    /// <summary>What is compressed.</summary>
    public CompressionTask Task { get; }

    /// <summary>What it is fine-tuned with.</summary>
    public ImageData Images { get; }

    /// <summary>Opens the folder of a training.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="best">The weights of its best epoch.</param>
    /// <param name="calibration">Calibration images.</param>
    /// <param name="options">Of the fine-tuning.</param>
    /// <exception cref="DataException">There is no such data, or it is not what the network was trained for.</exception>
    /// <exception cref="Darts.Runs.RunFolderException">The folder has no weights.</exception>
    public static CompressionSource Open(string folder, bool best, int calibration, TrainOptions options)
    {
        var trained = TrainedNetwork.Open(folder, best, foreign: null, options.Backend, options.Threads);
        try
        {
            var images = EvaluationTraining.Open(options);
            var test = EvaluationTraining.RequireTest(images);
            var sample = new CalibrationImages(images.Train, trained.Description, calibration, options.Seed);
            var network = HostNetwork.From(trained.Description, trained.Net);
            return new CompressionSource(trained, new CompressionTask(network, sample, trained.Net, test), images);
        }
        catch
        {
            trained.Dispose();
            throw;
        }
    }

    public void Dispose() => trained.Dispose();
}
