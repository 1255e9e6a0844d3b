using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Cli.Commands;

/// <summary>A trained network from what a user typed: the folder of a training, or a weights file.</summary>
internal sealed class TrainedNetwork : IDisposable
{
    private TrainedNetwork(
        NetworkDescription description, ImageClassifier<float> net, IReadOnlyList<string> notes, Backend<float> backend) =>
        (Description, Net, Notes, Backend) = (description, net, notes, backend);

    public NetworkDescription Description { get; }

    public ImageClassifier<float> Net { get; }

    /// <summary>What is worth knowing of how its file was read, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; }

    public Backend<float> Backend { get; }

    /// <summary>Reads weights after the last epoch, or of the best one.</summary>
    /// <param name="typed">What the user typed.</param>
    /// <param name="best">The best epoch's weights.</param>
    /// <param name="foreign">The network of a file that another program wrote; null for a file of ours, which says it itself.</param>
    /// <param name="backendName">Where to compute.</param>
    /// <param name="threads">Threads of a managed backend.</param>
    public static TrainedNetwork Open(string typed, bool best, NetworkDescription? foreign, string backendName, int threads)
    {
        var backend = Backends.Create(backendName, threads);
        try
        {
            var file = FileOf(typed, best);
            if (foreign is not null)
            {
                var (imported, network, notes) = foreign.Import(file, backend);
                return new TrainedNetwork(imported, network, notes, backend);
            }

            var (description, net) = NetworkDescription.Load(file, backend);
            return new TrainedNetwork(description, net, [], backend);
        }
        catch
        {
            backend.Dispose();
            throw;
        }
    }

    /// <summary>The weights file of what a user typed.</summary>
    /// <exception cref="RunFolderException">It is not there.</exception>
    public static string FileOf(string typed, bool best)
    {
        if (!Directory.Exists(typed)) return File.Exists(typed)
            ? typed
            : throw new RunFolderException($"{typed}: there is no such file or folder; give the folder of a training or a weights file");
        var name = best ? TrainFolder.BestName : TrainFolder.WeightsName;
        var file = Path.Combine(typed, name);
        return File.Exists(file) ? file : throw new RunFolderException(
            $"{typed}: there is no {name} in this folder; a training writes it {(best ? "after its first epoch" : "when it is done")}");
    }

    public void Dispose()
    {
        Net.Dispose();
        Backend.Dispose();
    }
}
