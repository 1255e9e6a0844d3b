using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Training;

namespace MIOpenDarts.Cli.Commands;

/// <summary>The data that a trained network is tested on.</summary>
internal static class TestImages
{
    /// <summary>Opens data as a network takes it, with the test images that its training held out.</summary>
    /// <param name="name">Name or folder.</param>
    /// <param name="options">Of the training; null where only its weights are known.</param>
    /// <param name="network">The network.</param>
    /// <exception cref="DataException">There is no such data, or a file is damaged.</exception>
    public static ImageData Open(string name, TrainOptions? options, NetworkDescription network)
    {
        if (options is null) return DataSource.Open(name, (network.Task.Height, network.Task.Width), network.WholeImages);
        var data = DataSource.Open(name, options.ImageSize, network.WholeImages);
        return options.HeldOut > 0 && data.Test is null ? HeldOut.From(data, options.HeldOut, options.Seed) : data;
    }
}
