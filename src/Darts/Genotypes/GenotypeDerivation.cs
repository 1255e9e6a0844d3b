using System.Numerics;

namespace MIOpenDarts.Darts.Genotypes;

/// <summary>
/// Turns mixing weights into a genotype (Liu et al. 2019, section 2.4; the official <c>model_search.py</c>): a node keeps the
/// two incoming edges with the largest non-none weight, strongest first, ties to the lower source; an edge keeps
/// its largest non-none operation, ties to the earlier one. The weights are softmaxed with <c>none</c> in the denominator.
/// </summary>
internal static class GenotypeDerivation
{
    /// <summary>Derives both cells.</summary>
    /// <param name="normal">Weights [edges, 8] of the normal cell, edges in the order (node, source).</param>
    /// <param name="reduce">Weights [edges, 8] of the reduction cell.</param>
    /// <param name="multiplier">How many of the last nodes make the output.</param>
    /// <exception cref="ArgumentException">The weights are not those of whole nodes, or one is not a number.</exception>
    public static Genotype Derive<T>(ReadOnlySpan<T> normal, ReadOnlySpan<T> reduce, int multiplier = 4)
        where T : IFloatingPointIeee754<T> =>
        new(DeriveCell(normal, multiplier), DeriveCell(reduce, multiplier));

    /// <summary>Derives one cell.</summary>
    /// <param name="weights">Weights [edges, 8], edges in the order (node, source).</param>
    /// <param name="multiplier">How many of the last nodes make the output.</param>
    /// <exception cref="ArgumentException">The weights are not those of whole nodes, or one is not a number.</exception>
    public static GenotypeCell DeriveCell<T>(ReadOnlySpan<T> weights, int multiplier = 4)
        where T : IFloatingPointIeee754<T> => DeriveCell(weights, Primitives.SearchSpace, multiplier);

    /// <summary>Derives one cell of a search that chooses from <paramref name="primitives"/>.</summary>
    /// <param name="weights">Weights [edges, primitives], edges in the order (node, source).</param>
    /// <param name="primitives">Operation of each column; <c>none</c> is never taken.</param>
    /// <param name="multiplier">How many of the last nodes make the output.</param>
    /// <exception cref="ArgumentException">The weights are not those of whole nodes, or one is not a number.</exception>
    public static GenotypeCell DeriveCell<T>(ReadOnlySpan<T> weights, IReadOnlyList<Primitive> primitives, int multiplier = 4)
        where T : IFloatingPointIeee754<T>
    {
        var operations = primitives.Count;
        var topology = CellTopology.Darts with { Nodes = NodeCount(weights.Length, operations) };
        var nodes = topology.Nodes;
        if (multiplier < 1 || multiplier > nodes)
            throw new ArgumentException(
                $"multiplier is {multiplier}; a cell of {nodes} nodes concatenates 1 to {nodes}", nameof(multiplier));

        var cell = new List<GenotypeEdge[]>();
        for (var node = 0; node < nodes; node++)
        {
            var (first, sources) = (topology.FirstEdge(node), topology.SourcesOf(node));
            var candidates = new (Primitive Operation, T Weight, int Source)[sources];
            for (var source = 0; source < sources; source++)
            {
                var (operation, weight) = Strongest(weights.Slice((first + source) * operations, operations), primitives);
                candidates[source] = (operation, weight, source);
            }

            // OrderByDescending is stable, so equal weights keep the lower source first.
            cell.Add(candidates.OrderByDescending(candidate => candidate.Weight)
                .Take(topology.KeptEdges)
                .Select(candidate => new GenotypeEdge(candidate.Operation, candidate.Source))
                .ToArray());
        }

        var states = GenotypeCell.Inputs + nodes;
        return new GenotypeCell(cell, GenotypeConcat.Range(states - multiplier, states));
    }

    private static (Primitive Operation, T Weight) Strongest<T>(ReadOnlySpan<T> weights, IReadOnlyList<Primitive> primitives)
        where T : IFloatingPointIeee754<T>
    {
        var best = -1;
        for (var k = 0; k < weights.Length; k++)
        {
            if (T.IsNaN(weights[k])) throw new ArgumentException("a weight is not a number: the search has diverged", nameof(weights));
            if (!primitives[k].IsZero && (best < 0 || weights[k] > weights[best])) best = k;
        }

        return (primitives[best], weights[best]);
    }

    private static int NodeCount(int length, int operations)
    {
        var nodes = 0;
        while (CellTopology.Darts.FirstEdge(nodes) * operations < length) nodes++;
        if (nodes == 0 || CellTopology.Darts.FirstEdge(nodes) * operations != length)
            throw new ArgumentException(
                $"{length} weights are not [edges, {operations}] of a whole number of nodes (4 nodes have {14 * operations})",
                nameof(length));
        return nodes;
    }
}
