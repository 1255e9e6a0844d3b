using System.Text.Json.Serialization;

namespace MIOpenDarts.Darts.Genotypes;

/// <summary>An operation applied to an earlier state of the cell.</summary>
/// <param name="Operation">What is applied.</param>
/// <param name="Source">State it reads: in DARTS 0 and 1 are the outputs of the two cells before, and 2 is the first node.</param>
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
    /// <summary>States before the first node of a DARTS cell: the outputs of the two cells before.</summary>
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
        : this(nodes, concat, Inputs)
    {
    }

    /// <summary>Makes a cell with as many inputs as the state of its first node says.</summary>
    internal GenotypeCell(IEnumerable<IEnumerable<GenotypeEdge>> nodes, GenotypeConcat concat, int firstNode)
    {
        FirstNode = firstNode;
        this.nodes = nodes.Select(edges => edges.ToArray()).ToArray();
        Concat = concat;
        if (this.nodes.Length == 0) throw new ArgumentException("a cell needs at least one node");
        for (var node = 0; node < this.nodes.Length; node++)
        {
            foreach (var edge in this.nodes[node])
                if (edge.Source < 0 || edge.Source >= FirstNode + node)
                    throw new ArgumentException($"the edge {edge} into state {FirstNode + node} reads a state that is not before it");
        }

        if (concat.Max() >= States)
            throw new ArgumentException($"the output {concat} names state {concat.Max()}, but the states end at {States - 1}");
        carries = new bool[States];
        for (var state = 0; state < States; state++)
            carries[state] = state < FirstNode || this.nodes[state - FirstNode].Any(edge => carries[edge.Source]);
    }

    /// <summary>State of the first node, after the inputs: 2 in DARTS, 1 in NAS-Bench-201.</summary>
    public int FirstNode { get; }

    /// <summary>Edges of each node; node i is state i + <see cref="FirstNode"/>.</summary>
    public IReadOnlyList<IReadOnlyList<GenotypeEdge>> Nodes => nodes;

    /// <summary>States that make the output.</summary>
    public GenotypeConcat Concat { get; }

    /// <summary>Number of states, inputs included.</summary>
    public int States => FirstNode + nodes.Length;

    /// <summary>
    /// Whether each state carries anything: an input does, and a node that an edge enters from a state that does. A network leaves the
    /// others out with everything that reads them (FairDARTS, Chu et al. 2020).
    /// </summary>
    public IReadOnlyList<bool> Carries => carries;

    /// <summary>Whether a state of the output carries anything, without which no network can be built.</summary>
    public bool HasOutput => Concat.Any(state => carries[state]);

    /// <summary>All edges with the state each one enters, node by node.</summary>
    public IEnumerable<(int Target, GenotypeEdge Edge)> Edges =>
        nodes.SelectMany((edges, node) => edges.Select(edge => (FirstNode + node, edge)));

    /// <inheritdoc/>
    public bool Equals(GenotypeCell? other) =>
        other is not null && FirstNode == other.FirstNode && Concat.Equals(other.Concat) && nodes.Length == other.nodes.Length
        && nodes.Zip(other.nodes).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as GenotypeCell);

    /// <inheritdoc/>
    public override int GetHashCode() => Edges.Aggregate(Concat.GetHashCode(), HashCode.Combine);
}

/// <summary>A discrete architecture: the cells that a network repeats, one of each kind. Immutable, compared by value.</summary>
[JsonConverter(typeof(GenotypeJsonConverter))]
public sealed record Genotype
{
    /// <summary>One of a space like that of DARTS.</summary>
    /// <param name="normal">The cell that keeps the image size.</param>
    /// <param name="reduce">The cell that halves it.</param>
    public Genotype(GenotypeCell normal, GenotypeCell reduce) => (Cells, Kinds) = ([normal, reduce], CellKind.NormalAndReduction);

    /// <summary>One of NAS-Bench-201, whose cells are all equal.</summary>
    internal Genotype(NasBench201Cell cell) => (Cells, Kinds, NasBench201) = ([cell.ToGenotypeCell()], CellKind.One, cell);

    /// <summary>A cell of each kind of its space.</summary>
    public IReadOnlyList<GenotypeCell> Cells { get; }

    /// <summary>The kinds of its space.</summary>
    internal IReadOnlyList<CellKind> Kinds { get; }

    /// <summary>The same as a cell of NAS-Bench-201; null for one of another space.</summary>
    internal NasBench201Cell? NasBench201 { get; }

    /// <summary>Whether its network reads the image: a cell of NAS-Bench-201 may have nothing but zeros on its way.</summary>
    internal bool Connects => NasBench201 is not { Connects: false };

    /// <summary>The cell that keeps the image size.</summary>
    public GenotypeCell Normal => Cells[0];

    /// <summary>The cell that halves it.</summary>
    /// <exception cref="InvalidOperationException">Cells of its space do not halve.</exception>
    public GenotypeCell Reduce => Cells.Count > 1 ? Cells[1] : throw new InvalidOperationException($"{this} has no reduction cell");

    /// <inheritdoc/>
    public bool Equals(Genotype? other) => other is not null && Cells.SequenceEqual(other.Cells);

    /// <inheritdoc/>
    public override int GetHashCode() => Cells.Aggregate(0, HashCode.Combine);

    /// <summary>
    /// The official Python text on one line. A cell whose nodes do not all have two edges is written in the triples
    /// of FairDARTS, (operation, target, source), which the official pairs cannot express. A cell of NAS-Bench-201 has its own notation.
    /// </summary>
    public override string ToString() => NasBench201?.ToString() ??
        $"Genotype(normal={Edges(Normal)}, normal_concat={Normal.Concat}, reduce={Edges(Reduce)}, reduce_concat={Reduce.Concat})";

    /// <summary>Refuses a genotype that no network can be built of.</summary>
    /// <exception cref="GenotypeFormatException">A cell has no output; the message names the cell.</exception>
    public Genotype WithOutputs()
    {
        foreach (var (kind, cell) in Kinds.Zip(Cells))
        {
            if (cell.HasOutput) continue;
            var cure = cell.Edges.Any() ? "" : "; a fair-darts search writes no such cell any more, so repeat the search that found it";
            throw new GenotypeFormatException(
                $"genotype: the {kind.Title} has no edge that leads to its output {kind.Name}_concat={cell.Concat}; "
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
