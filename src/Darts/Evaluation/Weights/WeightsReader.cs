using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;
using MIOpenDarts.Layers.Weights;

namespace MIOpenDarts.Darts.Evaluation.Weights;

/// <summary>Reads weights into a network from a file with the official names, and says what it had to do for that.</summary>
internal static class WeightsReader
{
    private const string Classifier = "classifier.";
    private const string BaselineClassifier = "linear.";

    /// <summary>
    /// Reads all parameters and statistics into a network that is to answer. An auxiliary head, which only training needs, is passed over.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="net">The network.</param>
    /// <param name="description">What it was built from, to report in which options a file differs.</param>
    /// <returns>What is worth knowing, a sentence each.</returns>
    /// <exception cref="InvalidDataException">
    /// The file is of another network; the text names the options that differ, and a tensor.
    /// </exception>
    public static IReadOnlyList<string> Read<T>(SafetensorsFile file, ImageClassifier<T> net, NetworkDescription description)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => [.. Notes<T>(Load(file, net, description, newClassifier: false).Names)];

    /// <summary>
    /// Reads what a training starts from. An auxiliary head that the file has not stays as it was drawn; one that the network has not is
    /// left out.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="net">The network, whose weights are drawn.</param>
    /// <param name="description">What it was built from, to report in which options a file differs.</param>
    /// <param name="newClassifier">Leave the classifiers as they were drawn.</param>
    /// <returns>What is worth knowing, a sentence each.</returns>
    /// <exception cref="InvalidDataException">
    /// The file is of another network; the text names the options that differ, and a tensor.
    /// </exception>
    public static IReadOnlyList<string> ReadStart<T>(
        SafetensorsFile file, ImageClassifier<T> net, NetworkDescription description, bool newClassifier)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (names, found) = Load(file, net, description, newClassifier);
        var notes = Notes<T>(names).ToList();
        if (found.Auxiliary && !description.Auxiliary)
            notes.Add($"{file.Path}: its auxiliary head is left out, for this training has none");
        if (!found.Auxiliary && description.Auxiliary)
            notes.Add($"{file.Path}: has no auxiliary head; that of this training is drawn anew");
        if (newClassifier) notes.Add($"{file.Path}: the classifier is drawn anew");
        return notes;
    }

    private static (StateDictNames Names, WeightsShape Found) Load<T>(
        SafetensorsFile file, ImageClassifier<T> net, NetworkDescription description, bool newClassifier)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var names = StateDictNames.Find(file, net.Parameters);
        var found = WeightsShape.From(names);
        RequireFloating(net.Parameters, names, IsWanted);
        var problem = StateDict.FirstProblem(net.Parameters, names, IsWanted) ?? Stranger(net, names, description);
        if (problem is not null) throw new InvalidDataException($"{file.Path}: {found.Against(description, newClassifier)} ({problem})");
        StateDict.Load(net.Parameters, net.Backend, names, IsWanted);
        return (names, found);

        bool IsWanted(string name) => !(IsHead(name) && !found.Auxiliary) && !(newClassifier && IsClassifier(name));
    }

    // Quantised weights have the network's names and shapes, so it is not the network that differs.
    private static void RequireFloating<T>(ParameterSet<T> parameters, StateDictNames names, Predicate<string> wanted)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var found = parameters.Parameters.Concat(parameters.Statistics).Where(tensor => wanted(tensor.Name)).Select(
            tensor => names.Find(tensor.Name));
        if (found.FirstOrDefault(name => name is not null && !names.File[name].IsFloating) is { } other)
            throw new InvalidDataException(
                $"{names.File.Path}: tensor '{other}' has {names.File[other].Type} numbers; save the weights as F32, F16 or BF16");
    }

    private static string? Stranger<T>(ImageClassifier<T> net, StateDictNames names, NetworkDescription description)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var parameters = net.Parameters;
        var known = parameters.Parameters.Concat(parameters.Statistics).Select(tensor => tensor.Name)
            .Concat(parameters.Counters.Select(counter => counter.Name)).ToHashSet();
        known.UnionWith([.. known.Select(parameters.FormerName).OfType<string>()]);
        return names.All.FirstOrDefault(name => !known.Contains(name) && (description.Auxiliary || !IsHead(name))) is { } stranger
            ? $"tensor '{names.Prefix}{stranger}' is none of this network's"
            : null;
    }

    private static IEnumerable<string> Notes<T>(StateDictNames names)
    {
        var (file, own) = (names.File, typeof(T) == typeof(double) ? SafetensorsType.F64 : SafetensorsType.F32);
        var types = file.Names.Select(name => file[name]).Where(entry => entry.IsFloating && entry.Type != own)
            .Select(entry => entry.Type).Distinct().ToList();
        if (types.Count > 0) yield return $"{file.Path}: {string.Join(" and ", types)} numbers are read as {own}";
        var others = names.Others > 0 ? $"; {names.Others} other tensors are left out" : "";
        if (names.Prefix.Length > 0) yield return $"{file.Path}: the network is what stands below '{names.Prefix}'{others}";
        if (names.AreUnwrapped) yield return $"{file.Path}: the wrappers in its names, such as 'module.', are left out";
    }

    private static bool IsHead(string name) => name.StartsWith(ImageClassifier<float>.AuxiliaryPrefix, StringComparison.Ordinal);

    private static bool IsClassifier(string name) =>
        name.StartsWith(Classifier, StringComparison.Ordinal) || name.StartsWith(BaselineClassifier, StringComparison.Ordinal)
        || name.StartsWith(ImageClassifier<float>.AuxiliaryPrefix + Classifier, StringComparison.Ordinal);
}
