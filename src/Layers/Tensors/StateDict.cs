using System.Numerics;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Layers.Tensors;

/// <summary>Weights and statistics of a network by the official PyTorch names, in and out of safetensors files.</summary>
public static class StateDict
{
    /// <summary>Reads every parameter, statistic and counter named <paramref name="prefix"/> + official name. Nothing is read when anything is wrong.</summary>
    /// <exception cref="InvalidDataException">One is missing or has another shape or type; the text names it.</exception>
    public static void Load<T>(ParameterSet<T> parameters, Backend<T> backend, SafetensorsFile file, string prefix = "")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var tensors = parameters.Parameters.Concat(parameters.Statistics).ToList();
        var statistics = parameters.Statistics.ToHashSet();
        foreach (var tensor in tensors) Require(file, prefix + tensor.Name, ShapeOf(tensor, statistics.Contains(tensor)));
        foreach (var tensor in tensors) backend.Upload<T>(ReadAs<T>(file, prefix + tensor.Name), tensor);
        foreach (var (name, owner) in parameters.Counters)
            owner.BatchesTracked = file.Contains(prefix + name) ? file.ReadInt64(prefix + name)[0] : 0;
    }

    /// <summary>Reads a file that holds this network's tensors and nothing else, as a state dict of another program must.</summary>
    /// <exception cref="InvalidDataException">One is missing, is none of the network's, or has another shape or type; the text names it.</exception>
    public static void LoadExactly<T>(ParameterSet<T> parameters, Backend<T> backend, SafetensorsFile file)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var known = parameters.Parameters.Concat(parameters.Statistics).Select(tensor => tensor.Name).Concat(parameters.Counters.Select(counter => counter.Name)).ToHashSet();
        if (file.Names.FirstOrDefault(name => !known.Contains(name)) is { } stranger)
            throw new InvalidDataException($"{file.Path}: tensor '{stranger}' is none of this network's; the file is of another network");
        foreach (var (name, _) in parameters.Counters)
            if (file.Contains(name) && (file[name].Type != SafetensorsType.I64 || file[name].Count != 1)) throw Other(file, name, "I64 []");
        Load(parameters, backend, file);
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
            writer.Add<T>(prefix + tensor.Name, ShapeOf(tensor, statistics.Contains(tensor)), values);
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

    private static void Require(SafetensorsFile file, string name, long[] shape)
    {
        var wanted = $"[{string.Join(", ", shape)}]";
        if (!file.Contains(name)) throw new InvalidDataException($"{file.Path}: there is no tensor '{name}', which the network has as {wanted}; the file is of another network");
        if (file[name].Type is not (SafetensorsType.F32 or SafetensorsType.F64)) throw Other(file, name, "F32 or F64");
        if (!file[name].Shape.SequenceEqual(shape)) throw Other(file, name, wanted);
    }

    private static InvalidDataException Other(SafetensorsFile file, string name, string wanted) =>
        new($"{file.Path}: tensor '{name}' is {Show(file[name])}, but the network has it as {wanted}; the file is of another network");

    private static string Show(SafetensorsEntry entry) => $"{entry.Type} [{string.Join(", ", entry.Shape)}]";

    /// <summary>The shape in the official code: vectors have one extent, linear weights two, convolutions four.</summary>
    private static long[] ShapeOf<T>(Tensor<T> tensor, bool isStatistic)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (o, i, h, w) = tensor.Capacity;
        if (isStatistic || (o == 1 && h == 1 && w == 1)) return [i];
        return tensor.Name.EndsWith("classifier.weight", StringComparison.Ordinal) || tensor.Name.EndsWith("linear.weight", StringComparison.Ordinal) ? [o, i] : [o, i, h, w];
    }
}
