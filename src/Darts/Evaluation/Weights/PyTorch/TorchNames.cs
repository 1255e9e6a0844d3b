using System.Collections;
using System.Globalization;
using MIOpenDarts.Darts.Data.Python;

namespace MIOpenDarts.Darts.Evaluation.Weights.PyTorch;

/// <summary>The tensors in what was saved, by the keys that lead to them, joined with dots as in a state dict.</summary>
internal static class TorchNames
{
    private const int MostDepth = 32;
    // A list may stand in several places of another, which stands in several of a third.
    private const int MostVisits = 1 << 22;

    /// <summary>Walks dictionaries and lists.</summary>
    /// <exception cref="InvalidDataException">Two tensors have the same name, or it is nested without end.</exception>
    public static IReadOnlyList<(string Name, TorchTensor Tensor)> Of(string path, object? root)
    {
        var found = new SortedDictionary<string, TorchTensor>(StringComparer.Ordinal);
        var visits = 0;
        Walk("", root, 0);
        return [.. found.Select(pair => (pair.Key, pair.Value))];

        void Walk(string name, object? value, int depth)
        {
            if (depth > MostDepth || ++visits > MostVisits)
                throw new InvalidDataException($"{path}: is nested without end; it is damaged, fetch it again");
            if (value is TorchTensor tensor)
            {
                if (!found.TryAdd(name.Length == 0 ? "tensor" : name, tensor))
                    throw new InvalidDataException($"{path}: has two tensors '{name}'; keep one of them");
            }
            else if (value is IDictionary dictionary)
            {
                foreach (DictionaryEntry entry in dictionary)
                    if ((SafePickle.Text(entry.Key) ?? (entry.Key as IConvertible)?.ToString(CultureInfo.InvariantCulture)) is { } key)
                        Walk(name.Length == 0 ? key : $"{name}.{key}", entry.Value, depth + 1);
            }
            else if (value is IList list and not byte[])
            {
                for (var k = 0; k < list.Count; k++) Walk(string.Create(CultureInfo.InvariantCulture, $"{name}.{k}"), list[k], depth + 1);
            }
        }
    }
}
