using System.Numerics;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Layers.Tensors;

/// <summary>Weights and statistics of a network by the official PyTorch names, in and out of safetensors files.</summary>
public static class StateDict
{
    /// <summary>Reads every parameter, statistic and counter named <paramref name="prefix"/> + official name.</summary>
    /// <exception cref="InvalidDataException">One is missing or has another shape; the text names it.</exception>
    public static void Load<T>(ParameterSet<T> parameters, Backend<T> backend, SafetensorsFile file, string prefix = "")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (var tensor in parameters.Parameters.Concat(parameters.Statistics))
        {
            var name = prefix + tensor.Name;
            if (!file.Contains(name)) throw new InvalidDataException($"{file.Path}: no tensor '{name}'.");
            if (file[name].Count != tensor.Capacity.Count)
                throw new InvalidDataException($"{file.Path}: '{name}' has {file[name].Count} numbers, the network wants {tensor.Capacity.Count} {tensor.Capacity}.");
            backend.Upload<T>(ReadAs<T>(file, name), tensor);
        }

        foreach (var (name, owner) in parameters.Counters)
            owner.BatchesTracked = file.Contains(prefix + name) ? file.ReadInt64(prefix + name)[0] : 0;
    }

    /// <summary>Adds every parameter, statistic and counter to <paramref name="writer"/>.</summary>
    public static void Save<T>(ParameterSet<T> parameters, Backend<T> backend, SafetensorsWriter writer, string prefix = "")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var statistics = parameters.Statistics.ToHashSet();
        foreach (var tensor in parameters.Parameters.Concat(parameters.Statistics))
        {
            var values = new T[tensor.Capacity.Count];
            backend.Download<T>(tensor, values);
            var (o, i, h, w) = tensor.Capacity;
            var isVector = statistics.Contains(tensor) || (o == 1 && h == 1 && w == 1);
            long[] shape = isVector ? [i] : IsLinear(tensor.Name) ? [o, i] : [o, i, h, w];
            writer.Add<T>(prefix + tensor.Name, shape, values);
        }

        foreach (var (name, owner) in parameters.Counters) writer.Add(prefix + name, [owner.BatchesTracked], []);
    }

    /// <summary>Numbers of a file as <typeparamref name="T"/>, whether it holds float or double.</summary>
    public static T[] ReadAs<T>(SafetensorsFile file, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => file[name].Type switch
        {
            SafetensorsType.F64 => Array.ConvertAll(file.ReadDouble(name), T.CreateChecked),
            _ => Array.ConvertAll(file.ReadSingle(name), T.CreateChecked),
        };

    private static bool IsLinear(string name) =>
        name.EndsWith("classifier.weight", StringComparison.Ordinal) || name.EndsWith("linear.weight", StringComparison.Ordinal);
}
