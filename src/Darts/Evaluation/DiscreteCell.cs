using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Evaluation;

/// <summary>
/// What a network builds of a genotype's cell: its nodes that have inputs, and the states that make its output. A node without inputs
/// is left out with everything that reads it, and the output becomes narrower, as in FairDARTS (Chu et al. 2020).
/// </summary>
internal sealed class DiscreteCell
{
    private DiscreteCell(IReadOnlyList<(int State, GenotypeEdge[] Edges)> nodes, int[] concat) => (Nodes, Concat) = (nodes, concat);

    /// <summary>The nodes there are, by the number of their state, with the edges there are.</summary>
    public IReadOnlyList<(int State, GenotypeEdge[] Edges)> Nodes { get; }

    /// <summary>States that make the output, in its order.</summary>
    public IReadOnlyList<int> Concat { get; }

    /// <summary>Width of the output in units of C.</summary>
    public int Multiplier => Concat.Count;

    /// <summary>Reads a genotype's cell.</summary>
    /// <param name="cell">The cell, which has an output.</param>
    /// <param name="reduction">Whether it halves the image, so that its inputs cannot be part of its output.</param>
    /// <exception cref="GenotypeFormatException">The output mixes sizes.</exception>
    public static DiscreteCell From(GenotypeCell cell, bool reduction)
    {
        var nodes = cell.Nodes
            .Select((edges, node) => (GenotypeCell.Inputs + node, edges.Where(edge => cell.Carries[edge.Source]).ToArray()))
            .Where(node => node.Item2.Length > 0)
            .ToArray();
        var concat = cell.Concat.Where(state => cell.Carries[state]).ToArray();
        if (reduction && concat.Any(state => state < GenotypeCell.Inputs))
            throw new GenotypeFormatException(
                $"genotype: reduce_concat={cell.Concat} names an input, which has twice the size of the output; name nodes (from 2)");
        return new DiscreteCell(nodes, concat);
    }

    /// <summary>
    /// Whether a genotype is in the style of FairDARTS, where a node may have any number of inputs and drop path acts on its sum; in the
    /// official style every node has two and drop path acts on each operation but the identity.
    /// </summary>
    public static bool DropsWholeNodes(Genotype genotype) =>
        genotype.Normal.Nodes.Concat(genotype.Reduce.Nodes).Any(edges => edges.Count != 2);
}
