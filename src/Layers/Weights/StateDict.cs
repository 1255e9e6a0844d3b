using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Weights;

/// <summary>Weights and statistics of a network by the official PyTorch names, in and out of safetensors files.</summary>
public static class StateDict
{
    /// <summary>
    /// Reads every parameter, statistic and counter named <paramref name="prefix"/> + official name. Nothing is read where one has another
    /// name, shape or type.
    /// </summary>
    /// <exception cref="InvalidDataException">One is missing, has another shape or type, or has what is no number; the text names
    /// it.</exception>
    public static void Load<T>(ParameterSet<T> parameters, Backend<T> backend, SafetensorsFile file, string prefix = "")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var names = StateDictNames.Below(file, prefix, parameters);
        if (FirstProblem(parameters, names, _ => true) is { } problem)
            throw new InvalidDataException($"{file.Path}: {problem}; the file is of another network");
        Load(parameters, backend, names, _ => true);
    }

    /// <summary>Reads the parameters and statistics that are wanted, and their counters where the file has them.</summary>
    /// <param name="parameters">Of the network.</param>
    /// <param name="backend">Where it lives.</param>
    /// <param name="names">Where they stand in the file; each that is wanted is there with the network's shape
    /// (<see cref="FirstProblem"/>).</param>
    /// <param name="wanted">Whether to read one, by official name.</param>
    /// <exception cref="InvalidDataException">One has what is no number; the text names it.</exception>
    internal static void Load<T>(ParameterSet<T> parameters, Backend<T> backend, StateDictNames names, Predicate<string> wanted)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (var tensor in parameters.Parameters.Concat(parameters.Statistics))
            if (wanted(tensor.Name)) backend.Upload<T>(Numbers<T>(names.File, names.Find(tensor.Name)!), tensor);
        foreach (var (name, owner) in parameters.Counters)
            if (wanted(name)) owner.BatchesTracked = names.Find(name) is { } counter ? names.File.ReadInt64(counter)[0] : 0;
    }

    /// <summary>What the first tensor is that a file has not, or not as the network has it; null where all fit.</summary>
    internal static string? FirstProblem<T>(ParameterSet<T> parameters, StateDictNames names, Predicate<string> wanted)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var statistics = parameters.Statistics.ToHashSet();
        foreach (var tensor in parameters.Parameters.Concat(parameters.Statistics))
        {
            if (!wanted(tensor.Name)) continue;
            var shape = ShapeOf(tensor, statistics.Contains(tensor));
            var wantedShape = $"[{string.Join(", ", shape)}]";
            if (names.Find(tensor.Name) is not { } name)
                return $"there is no tensor '{tensor.Name}', which the network has as {wantedShape}";
            if (!names.File[name].IsFloating) return Other(names.File, name, "F32, F64, F16 or BF16");
            if (!names.File[name].Shape.SequenceEqual(shape)) return Other(names.File, name, wantedShape);
        }

        foreach (var (name, _) in parameters.Counters)
            if (wanted(name) && names.Find(name) is { } counter
                && (names.File[counter].Type != SafetensorsType.I64 || names.File[counter].Count != 1)) return Other(names.File, counter,
                "I64 []");
        return null;
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

    private static T[] Numbers<T>(SafetensorsFile file, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var values = file.ReadNumbers<T>(name);
        var first = Array.FindIndex(values, value => !T.IsFinite(value));
        return first < 0 ? values : throw new InvalidDataException(
            $"{file.Path}: tensor '{name}' has {values[first]} at element {first}, and {values.Count(value => !T.IsFinite(value))} of " +
                $"{values.Length} elements are no numbers; "
            + "the training that wrote it diverged, or the file is damaged");
    }

    private static string Other(SafetensorsFile file, string name, string wanted) =>
        $"tensor '{name}' is {file[name].Type} [{string.Join(", ", file[name].Shape)}], but the network has it as {wanted}";

    /// <summary>The shape in the official code: vectors have one extent, linear weights two, convolutions four.</summary>
    private static long[] ShapeOf<T>(Tensor<T> tensor, bool isStatistic)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (o, i, h, w) = tensor.Capacity;
        if (isStatistic || (o == 1 && h == 1 && w == 1)) return [i];
        return tensor.Name.EndsWith("classifier.weight", StringComparison.Ordinal)
            || tensor.Name.EndsWith("linear.weight", StringComparison.Ordinal) ? [o, i] : [o, i, h, w];
    }
}
