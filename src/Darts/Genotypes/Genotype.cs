using System.Text.Json.Serialization;

namespace MIOpenDarts.Darts.Genotypes;

/// <summary>An operation applied to an earlier state of the cell.</summary>
/// <param name="Operation">What is applied.</param>
/// <param name="Source">State it reads: 0 and 1 are the outputs of the two cells before, 2 is the first node.</param>
public readonly record struct GenotypeEdge(Primitive Operation, int Source)
{
    /// <summary>The official text, such as <c>('sep_conv_3x3', 0)</c>.</summary>
    public override string ToString() => $"('{Operation.Name}', {Source})";
}

/// <summary>
/// The discrete form of one cell: each node sums its edges, the output concatenates some states.
/// Immutable, compared by value; the order of the edges of a node counts.
/// </summary>
public sealed class GenotypeCell : IEquatable<GenotypeCell>
{
    /// <summary>States before the first node: the outputs of the two cells before.</summary>
    public const int Inputs = 2;

    private readonly GenotypeEdge[][] nodes;
    private readonly bool[] carries;

    /// <summary>Makes a cell. A node may have any number of edges (FairDARTS has 0 to 2).</summary>
    /// <param name="nodes">Edges of each node, in the order of the nodes.</param>
    /// <param name="concat">States that make the output.</param>
    /// <exception cref="ArgumentException">
    /// There is no node, an edge reads a state that is not before its node, or the output names a state that does not exist.
    /// </exception>
    public GenotypeCell(IEnumerable<IEnumerable<GenotypeEdge>> nodes, GenotypeConcat concat)
    {
        this.nodes = nodes.Select(edges => edges.ToArray()).ToArray();
        Concat = concat;
        if (this.nodes.Length == 0) throw new ArgumentException("a cell needs at least one node");
        for (var node = 0; node < this.nodes.Length; node++)
        {
            foreach (var edge in this.nodes[node])
                if (edge.Source < 0 || edge.Source >= Inputs + node)
                    throw new ArgumentException($"the edge {edge} into state {Inputs + node} reads a state that is not before it");
        }

        if (concat.Max() >= States)
            throw new ArgumentException($"the output {concat} names state {concat.Max()}, but the states end at {States - 1}");
        carries = new bool[States];
        for (var state = 0; state < States; state++)
            carries[state] = state < Inputs || this.nodes[state - Inputs].Any(edge => carries[edge.Source]);
    }

    /// <summary>Edges of each node; node i is state i + 2.</summary>
    public IReadOnlyList<IReadOnlyList<GenotypeEdge>> Nodes => nodes;

    /// <summary>States that make the output.</summary>
    public GenotypeConcat Concat { get; }

    /// <summary>Number of states, inputs included.</summary>
    public int States => Inputs + nodes.Length;

    /// <summary>
    /// Whether each state carries anything: an input does, and a node that an edge enters from a state that does. A network leaves the
    /// others out with everything that reads them (FairDARTS, Chu et al. 2020).
    /// </summary>
    public IReadOnlyList<bool> Carries => carries;

    /// <summary>Whether a state of the output carries anything, without which no network can be built.</summary>
    public bool HasOutput => Concat.Any(state => carries[state]);

    /// <summary>All edges with the state each one enters, node by node.</summary>
    public IEnumerable<(int Target, GenotypeEdge Edge)> Edges =>
        nodes.SelectMany((edges, node) => edges.Select(edge => (Inputs + node, edge)));

    /// <inheritdoc/>
    public bool Equals(GenotypeCell? other) =>
        other is not null && Concat.Equals(other.Concat) && nodes.Length == other.nodes.Length
        && nodes.Zip(other.nodes).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as GenotypeCell);

    /// <inheritdoc/>
    public override int GetHashCode() => Edges.Aggregate(Concat.GetHashCode(), HashCode.Combine);
}

/// <summary>A discrete architecture: the normal and the reduction cell that a network repeats.</summary>
/// <param name="Normal">The cell that keeps the image size.</param>
/// <param name="Reduce">The cell that halves it.</param>
[JsonConverter(typeof(GenotypeJsonConverter))]
public sealed record Genotype(GenotypeCell Normal, GenotypeCell Reduce)
{
    /// <summary>
    /// The official Python text on one line. A cell whose nodes do not all have two edges is written in the triples
    /// of FairDARTS, (operation, target, source), which the official pairs cannot express.
    /// </summary>
    public override string ToString() =>
        $"Genotype(normal={Edges(Normal)}, normal_concat={Normal.Concat}, reduce={Edges(Reduce)}, reduce_concat={Reduce.Concat})";

    /// <summary>Refuses a genotype that no network can be built of.</summary>
    /// <exception cref="GenotypeFormatException">A cell has no output; the message names the cell.</exception>
    public Genotype WithOutputs()
    {
        foreach (var (name, field, cell) in new[] { ("normal", "normal", Normal), ("reduction", "reduce", Reduce) })
        {
            if (cell.HasOutput) continue;
            var cure = cell.Edges.Any() ? "" : "; a fair-darts search writes no such cell any more, so repeat the search that found it";
            throw new GenotypeFormatException(
                $"genotype: the {name} cell has no edge that leads to its output {field}_concat={cell.Concat}; "
                + $"it needs at least one edge{cure}");
        }

        return this;
    }

    /// <summary>Reads any of the dialects that <see cref="GenotypeReader.Parse"/> knows.</summary>
    /// <exception cref="GenotypeFormatException">The text is not a genotype.</exception>
    public static Genotype Parse(string text) => GenotypeReader.Parse(text);

    private static string Edges(GenotypeCell cell)
    {
        var pairs = cell.Nodes.All(node => node.Count == 2);
        return "[" + string.Join(", ", cell.Edges.Select(item =>
            pairs ? item.Edge.ToString() : $"('{item.Edge.Operation.Name}', {item.Target}, {item.Edge.Source})")) + "]";
    }
}
