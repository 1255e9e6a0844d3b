using MIOpenDarts.Darts.Evaluation.Operations;

namespace MIOpenDarts.Darts.Compression;

/// <summary>Replaces operations of a list by chains of others, and numbers the values anew.</summary>
/// <param name="operations">The list.</param>
internal sealed class OperationRewriter(IReadOnlyList<NetworkOperation> operations)
{
    private readonly Dictionary<int, NetworkOperation[]> replacements = [];

    /// <summary>Puts a chain in the place of an operation: the first reads its sources, each other one the one before.</summary>
    public void Replace(int operation, params NetworkOperation[] chain) => replacements[operation] = chain;

    /// <summary>The new list.</summary>
    public IReadOnlyList<NetworkOperation> Operations()
    {
        var numbers = new int[operations.Count + 1];
        var list = new List<NetworkOperation>();
        for (var i = 0; i < operations.Count; i++)
        {
            IReadOnlyList<int> sources = [.. operations[i].Sources.Select(source => numbers[source])];
            foreach (var operation in replacements.GetValueOrDefault(i, [operations[i]]))
            {
                list.Add(operation with { Sources = sources });
                sources = [list.Count];
            }

            numbers[i + 1] = list.Count;
        }

        return list;
    }
}
