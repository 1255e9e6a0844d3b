using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Evaluation;

/// <summary>
/// What a network builds of a genotype's cell: its nodes that have inputs, and the states that make its output. A node without inputs
/// is left out with everything that reads it, and the output becomes narrower, as in FairDARTS (Chu et al. 2020).
/// </summary>
public sealed class DiscreteCell
{
    private DiscreteCell(IReadOnlyList<(int State, GenotypeEdge[] Edges)> nodes, int[] concat) => (Nodes, Concat) = (nodes, concat);

    /// <summary>The nodes there are, by the number of their state, with the edges there are.</summary>
    public IReadOnlyList<(int State, GenotypeEdge[] Edges)> Nodes { get; }

    /// <summary>States that make the output, in its order.</summary>
    public IReadOnlyList<int> Concat { get; }

    /// <summary>Width of the output in units of C.</summary>
    public int Multiplier => Concat.Count;

    /// <summary>Reads a genotype's cell.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="reduction">Whether it halves the image, so that its inputs cannot be part of its output.</param>
    /// <exception cref="GenotypeFormatException">Nothing remains of the output, or it mixes sizes.</exception>
    public static DiscreteCell Of(GenotypeCell cell, bool reduction)
    {
        var name = reduction ? "reduce" : "normal";
        var present = new HashSet<int> { 0, 1 };
        var nodes = new List<(int, GenotypeEdge[])>();
        for (var node = 0; node < cell.Nodes.Count; node++)
        {
            var edges = cell.Nodes[node].Where(edge => present.Contains(edge.Source)).ToArray();
            if (edges.Length == 0) continue;
            present.Add(GenotypeCell.Inputs + node);
            nodes.Add((GenotypeCell.Inputs + node, edges));
        }

        var concat = cell.Concat.Where(present.Contains).ToArray();
        if (concat.Length == 0) throw new GenotypeFormatException($"genotype: no state of {name}_concat={cell.Concat} has an input; a cell needs one that has");
        if (reduction && concat.Any(state => state < GenotypeCell.Inputs))
            throw new GenotypeFormatException($"genotype: reduce_concat={cell.Concat} names an input, which has twice the size of the output; name nodes (from 2)");
        return new DiscreteCell(nodes, concat);
    }

    /// <summary>
    /// Whether a genotype is in the style of FairDARTS, where a node may have any number of inputs and drop path acts on its sum; in the
    /// official style every node has two and drop path acts on each operation but the identity.
    /// </summary>
    public static bool DropsWholeNodes(Genotype genotype) =>
        genotype.Normal.Nodes.Concat(genotype.Reduce.Nodes).Any(edges => edges.Count != 2);
}
