using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Evaluation.Operations;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Compression;

/// <summary>A trained network as what changes it sees it: the list of its operations, and its numbers in plain arrays.</summary>
/// <param name="Origin">The network that was trained.</param>
/// <param name="Operations">What it computes.</param>
/// <param name="Tensors">Weights and statistics, by official name.</param>
internal sealed record HostNetwork(
    NetworkDescription Origin, IReadOnlyList<NetworkOperation> Operations, IReadOnlyDictionary<string, float[]> Tensors)
{
    /// <summary>The description under which it is saved.</summary>
    public NetworkDescription Description => Origin with { Operations = Operations, Auxiliary = false };

    /// <summary>What it costs.</summary>
    public NetworkSize Size
    {
        get
        {
            using var backend = new ReferenceBackend<float>();
            using var net = new ListedNetwork<float>(backend, Origin.Task, Operations);
            return new NetworkSize(net.ParameterCount, net.Trace().MultiplyAdds);
        }
    }

    /// <summary>Takes a trained network's operations and numbers.</summary>
    /// <exception cref="OptionsException">It is quantised.</exception>
    /// <exception cref="InvalidDataException">One of its numbers is not finite.</exception>
    public static HostNetwork From(NetworkDescription description, ImageClassifier<float> net)
    {
        if (description.IsQuantised)
            throw new OptionsException("this network is quantised already, which comes last; give the run that it was made from");
        var operations = OperationList.Of(net.Trace());
        var tensors = net.Parameters.Parameters.Concat(net.Parameters.Statistics).ToDictionary(tensor => tensor.Name, tensor =>
        {
            var values = new float[tensor.Capacity.Count];
            net.Backend.Download<float>(tensor, values);
            // Rounding would make a zero of it.
            if (!Array.TrueForAll(values, float.IsFinite))
                throw new InvalidDataException(
                    $"{tensor.Name} of the trained network holds a number that is not finite; take another epoch by --best, or train it "
                    + "again with a lower learning rate");
            return values;
        });
        return new HostNetwork(description, operations, tensors);
    }

    /// <summary>Builds it on a backend, with its numbers.</summary>
    public ListedNetwork<float> Build(Backend<float> backend)
    {
        var net = new ListedNetwork<float>(backend, Origin.Task, Operations);
        foreach (var tensor in net.Parameters.Parameters.Concat(net.Parameters.Statistics))
            backend.Upload<float>(Tensors[tensor.Name], tensor);
        return net;
    }

    /// <summary>Writes it as a weights file.</summary>
    /// <exception cref="Checkpoints.CheckpointException">The file cannot be written; an older one stays.</exception>
    public void Save(string path)
    {
        using var backend = new ReferenceBackend<float>();
        using var net = Build(backend);
        Description.Save(path, net);
    }
}

/// <summary>What a network costs.</summary>
/// <param name="Parameters">Without an auxiliary head.</param>
/// <param name="MultiplyAdds">For one image.</param>
internal readonly record struct NetworkSize(long Parameters, long MultiplyAdds);
