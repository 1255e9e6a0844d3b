using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Weights;

/// <summary>
/// Where the tensors of a network stand in a file: under their official names, after a prefix, or, in a file of another program, inside
/// wrappers (<c>module.</c> of DataParallel, <c>_orig_mod.</c> of torch.compile) and below a leading part that all names have in common
/// (<c>state_dict.</c>, <c>model.</c>, …).
/// </summary>
internal sealed class StateDictNames
{
    // Parts that wrappers of PyTorch put into names, anywhere; no official name has one.
    private static readonly HashSet<string> Wrappers = ["module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module"];
    private readonly Dictionary<string, string> originals;
    private readonly Func<string, string?> former;

    private StateDictNames(SafetensorsFile file, Dictionary<string, string> originals, string prefix, Func<string, string?> former) =>
        (File, this.originals, Prefix, this.former) = (file, originals, prefix, former);

    /// <summary>The file.</summary>
    public SafetensorsFile File { get; }

    /// <summary>What stands before every name of the network.</summary>
    public string Prefix { get; }

    /// <summary>Whether wrappers were taken out of names.</summary>
    public bool AreUnwrapped => originals.Any(pair => pair.Key != pair.Value);

    /// <summary>Names below the prefix without it, as they would be in the official code.</summary>
    public IEnumerable<string> All => originals.Keys.Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(name =>
        name[Prefix.Length..]);

    /// <summary>Number of tensors that do not stand below the prefix.</summary>
    public int Others => originals.Count - All.Count();

    /// <summary>Names that are as they are, after a prefix.</summary>
    public static StateDictNames Below<T>(SafetensorsFile file, string prefix, ParameterSet<T> parameters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new(file, file.Names.ToDictionary(name => name), prefix, parameters.FormerName);

    /// <summary>Finds the prefix under which a file has most of a network's names.</summary>
    /// <exception cref="InvalidDataException">Two tensors have the same name without wrappers, or two prefixes fit equally
    /// well.</exception>
    public static StateDictNames Find<T>(SafetensorsFile file, ParameterSet<T> parameters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var originals = new Dictionary<string, string>();
        foreach (var name in file.Names)
        {
            var plain = string.Join('.', name.Split('.').Where(part => !Wrappers.Contains(part)));
            if (!originals.TryAdd(plain, name))
                throw new InvalidDataException(
                $"{file.Path}: '{originals[plain]}' and '{name}' are the same tensor of the network; keep one of them");
        }

        string[] wanted = [.. parameters.Parameters.Select(tensor => tensor.Name)];
        var scores = wanted is [var first, .., var last]
            ? originals.Keys.Select(name => PrefixOf(name, first) ?? PrefixOf(name, last)).OfType<string>().Append("").Distinct()
                .Select(prefix => (Prefix: prefix, Found: wanted.Count(name => originals.ContainsKey(prefix + name)))).OrderByDescending(
                    score => score.Found).ToList()
            : [("", 0)];
        var best = scores[0];
        if (scores.Count > 1 && scores[1].Found == best.Found && best.Found > 0)
            throw new InvalidDataException(
                $"{file.Path}: has the network's tensors twice, below '{best.Prefix}' and '{scores[1].Prefix}'; keep one of them");
        return new StateDictNames(file, originals, best.Found > 0 ? best.Prefix : "", parameters.FormerName);
    }

    /// <summary>What a tensor of the network is called in the file; null where the file has none.</summary>
    public string? Find(string name) => originals.TryGetValue(Prefix + name, out var original) ? original
        : former(name) is { } old && originals.TryGetValue(Prefix + old, out original) ? original
        : null;

    private static string? PrefixOf(string name, string official) =>
        name.EndsWith("." + official, StringComparison.Ordinal) ? name[..^official.Length] : null;
}
