using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Reports.Cells;

/// <summary>One operation of a discrete cell. Several may join the same pair of states (FairDARTS).</summary>
/// <param name="Operation">Name of the primitive, e.g. <c>sep_conv_3x3</c>.</param>
/// <param name="Source">State it reads, an input or a node; in DARTS 0 is c_{k-2}, 1 is c_{k-1}, 2 is the first intermediate node.</param>
/// <param name="Target">State it adds to, a node and larger than <paramref name="Source"/>.</param>
internal sealed record CellEdge(string Operation, int Source, int Target);

/// <summary>
/// A discrete cell as a directed acyclic graph (Liu et al. 2019, section 2.1): inputs, intermediate nodes, one output that concatenates
/// some of them.
/// </summary>
/// <param name="Nodes">Number of intermediate nodes.</param>
/// <param name="Edges">The operations that were kept.</param>
/// <param name="Concat">
/// States that the output concatenates; usually the intermediate nodes.
/// </param>
/// <param name="Inputs">States before the first node: in DARTS c_{k-2} and c_{k-1}.</param>
internal sealed record CellGraph(
    int Nodes, IReadOnlyList<CellEdge> Edges, IReadOnlyList<int> Concat, int Inputs = GenotypeCell.Inputs)
{
    /// <summary>Number of states without the output: inputs and intermediate nodes.</summary>
    public int States => Inputs + Nodes;

    /// <summary>
    /// The graph of one cell of a genotype, as a network builds it: a node that nothing leads to stays as a node, but what reads it is left
    /// out.
    /// </summary>
    public static CellGraph From(GenotypeCell cell)
    {
        ArgumentNullException.ThrowIfNull(cell);
        var edges = cell.Edges.Where(item => cell.Carries[item.Edge.Source]);
        return new CellGraph(
            cell.Nodes.Count, [.. edges.Select(item => new CellEdge(item.Edge.Operation.Name, item.Edge.Source, item.Target))],
            [.. cell.Concat.Where(state => cell.Carries[state])], cell.FirstNode);
    }

    /// <summary>Checks that every edge and every concatenated state exists.</summary>
    /// <param name="cell">What to call the cell in the message, e.g. <c>normal</c>.</param>
    /// <exception cref="InvalidDataException">The message names the edge or state and the range.</exception>
    public void Validate(string cell)
    {
        if (Nodes < 1) throw new InvalidDataException($"{cell} cell: {Nodes} intermediate nodes, at least 1 is needed");
        foreach (var edge in Edges)
        {
            if (edge.Target < Inputs || edge.Target >= States)
            {
                throw new InvalidDataException(
                    $"{cell} cell: {edge.Operation} ends at state {edge.Target}, which must be {Inputs}..{States - 1}");
            }

            if (edge.Source < 0 || edge.Source >= edge.Target)
            {
                throw new InvalidDataException(
                    $"{cell} cell: {edge.Operation} into state {edge.Target} starts at state {edge.Source}, "
                    + $"which must be 0..{edge.Target - 1}");
            }
        }

        foreach (var state in Concat)
        {
            if (state < 0 || state >= States)
                throw new InvalidDataException($"{cell} cell: concat names state {state}, which must be 0..{States - 1}");
        }
    }

    /// <summary>Whether an edge or the output reads a state.</summary>
    public bool Uses(int state) => Concat.Contains(state) || Edges.Any(edge => edge.Source == state);

    /// <summary>The name the field draws for a state of this cell.</summary>
    public string NameOf(int state) => StateName(state, Inputs);

    /// <summary>
    /// The name the field draws for a state: in DARTS c_{k-2}, c_{k-1}, then 0, 1, 2 ... for the intermediate nodes; with one input
    /// c_{k-1}, then 1, 2, 3 as NAS-Bench-201 counts.
    /// </summary>
    public static string StateName(int state, int inputs) =>
        state < inputs ? $"c_{{k-{inputs - state}}}" : $"{(inputs == 1 ? state : state - inputs)}";

    /// <summary>
    /// Source and target states of every edge of a search cell in the official order, which is the order of the rows of alpha:
    /// all edges into node 0, then into node 1, and so on.
    /// </summary>
    /// <param name="edges">Rows of alpha: with two inputs 2, 5, 9, 14, 20 ... for 1, 2, 3, 4, 5 nodes.</param>
    /// <param name="inputs">States before the first node.</param>
    public static IReadOnlyList<(int Source, int Target)> SearchEdges(int edges, int inputs = GenotypeCell.Inputs)
    {
        var pairs = new List<(int, int)>(edges);
        for (var target = inputs; pairs.Count < edges; target++)
            for (var source = 0; source < target && pairs.Count < edges; source++) pairs.Add((source, target));
        return pairs;
    }
}
