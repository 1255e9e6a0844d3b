using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Studies.Comparison;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Studies.Compressed;

/// <summary>A network as trained, or as a way of compression left it.</summary>
/// <param name="Name">What was done to it.</param>
/// <param name="Parameters">Of the network.</param>
/// <param name="Bytes">Of its weights.</param>
/// <param name="MultiplyAdds">For one image.</param>
/// <param name="Milliseconds">Median time of one image in ONNX Runtime.</param>
/// <param name="Accuracy">Test accuracy of these weights, in percent.</param>
internal sealed record CompressedNetwork(
    string Name, long Parameters, long Bytes, long MultiplyAdds, double Milliseconds, double Accuracy)
{
    /// <summary>Reads and times the network of a finished run.</summary>
    /// <param name="name">What was done to it.</param>
    /// <param name="folder">Folder of the run.</param>
    /// <param name="backend">Where its weights are read to.</param>
    /// <param name="time">Times it, in milliseconds.</param>
    /// <exception cref="RunFolderException">The run has no finished epoch.</exception>
    /// <exception cref="Checkpoints.CheckpointException">Its weights are damaged.</exception>
    public static CompressedNetwork ReadRun(
        string name, string folder, Backend<float> backend, Func<NetworkDescription, ImageClassifier<float>, double> time) =>
        Read(name, Path.Combine(folder, TrainFolder.WeightsName), RunSummary.Read(folder, []).Accuracy, backend, time);

    /// <summary>Reads and times a network.</summary>
    /// <param name="name">What was done to it.</param>
    /// <param name="weights">Its weights file.</param>
    /// <param name="accuracy">Test accuracy of these weights, in percent.</param>
    /// <param name="backend">Where its weights are read to.</param>
    /// <param name="time">Times it, in milliseconds.</param>
    /// <exception cref="Checkpoints.CheckpointException">Its weights are damaged.</exception>
    public static CompressedNetwork Read(
        string name, string weights, double accuracy, Backend<float> backend,
        Func<NetworkDescription, ImageClassifier<float>, double> time)
    {
        var (description, net) = NetworkDescription.Load(weights, backend);
        using (net)
        {
            return new CompressedNetwork(
                name, net.ParameterCount, net.WeightBytes, net.Trace().MultiplyAdds, time(description, net), accuracy);
        }
    }
}
