using System.Globalization;

namespace MIOpenDarts.Darts.Genotypes;

/// <summary>An operation of the NAS-Bench-201 space on an earlier node.</summary>
/// <param name="Operation">One of the candidates of <see cref="CellSpace.NasBench201"/>.</param>
/// <param name="Source">Node it reads; 0 is the input.</param>
internal readonly record struct NasBench201Edge(Primitive Operation, int Source);

/// <summary>
/// A cell of NAS-Bench-201 (Dong and Yang 2020): one input, the last node is the output, written as
/// <c>|op~0|+|op~0|op~1|+|op~0|op~1|op~2|</c>.
/// </summary>
internal sealed class NasBench201Cell
{
    private NasBench201Cell(IReadOnlyList<IReadOnlyList<NasBench201Edge>> nodes) => Nodes = nodes;

    private static IReadOnlyList<Primitive> Known => CellSpace.NasBench201.Candidates;

    /// <summary>Edges of each node after the input; entry i is node i + 1.</summary>
    public IReadOnlyList<IReadOnlyList<NasBench201Edge>> Nodes { get; }

    /// <summary>Whether a text is meant to be an architecture string.</summary>
    public static bool IsIn(string text) => text.AsSpan().TrimStart().StartsWith('|');

    /// <summary>The same as the cell of a genotype; the last state is its output.</summary>
    public GenotypeCell ToGenotypeCell() => new(
        Nodes.Select(node => node.Select(edge => new GenotypeEdge(edge.Operation, edge.Source))),
        GenotypeConcat.List(Nodes.Count), firstNode: 1);

    /// <summary>The architecture string of the benchmark.</summary>
    public override string ToString() =>
        string.Join('+', Nodes.Select(node => $"|{string.Join('|', node.Select(edge => $"{edge.Operation.Name}~{edge.Source}"))}|"));

    /// <summary>A digit for each edge, node by node: the place of its operation in the space. Tables of results name cells so.</summary>
    public string Code => string.Concat(Operations.Select(operation => Known.TakeWhile(known => known != operation).Count()));

    /// <summary>The operations of all edges, node by node.</summary>
    public IEnumerable<Primitive> Operations => Nodes.SelectMany(node => node).Select(edge => edge.Operation);

    /// <summary>Whether anything but zeros reaches the output.</summary>
    public bool Connects
    {
        get
        {
            var carries = new List<bool> { true };
            foreach (var node in Nodes) carries.Add(node.Any(edge => carries[edge.Source] && !edge.Operation.IsZero));
            return carries[^1];
        }
    }

    /// <summary>The cell of these operations on the edges 0→1, 0→2, 1→2, 0→3, 1→3, 2→3.</summary>
    /// <exception cref="ArgumentException">There are not six of them, or one is not of the space.</exception>
    public static NasBench201Cell From(IReadOnlyList<Primitive> operations)
    {
        var topology = CellSpace.NasBench201.Topology;
        if (operations.Count != topology.Edges || operations.Except(Known).Any())
            throw new ArgumentException(
                $"a cell of {CellSpace.NasBench201.Name} has {topology.Edges} operations of {string.Join(", ", Known)}");
        return new NasBench201Cell(
        [
            .. Enumerable.Range(0, topology.Nodes).Select(node => Enumerable.Range(0, topology.SourcesOf(node))
                .Select(source => new NasBench201Edge(operations[topology.FirstEdge(node) + source], source)).ToArray()),
        ]);
    }

    /// <summary>The cell that scores say: of each edge the strongest operation, <c>none</c> included, the first of equals.</summary>
    /// <param name="scores">[6, candidates], edges node by node.</param>
    /// <param name="candidates">Operation of each column; all of the space if null.</param>
    /// <param name="least">Least score of an operation; an edge without one has <c>none</c>.</param>
    /// <exception cref="ArgumentException">They are not that many, or one is not a number.</exception>
    public static NasBench201Cell Derive(
        ReadOnlySpan<float> scores, IReadOnlyList<Primitive>? candidates = null, double least = double.NegativeInfinity)
    {
        candidates ??= Known;
        var operations = new Primitive[CellSpace.NasBench201.Topology.Edges];
        if (scores.Length != operations.Length * candidates.Count)
            throw new ArgumentException($"{scores.Length} scores are not [{operations.Length}, {candidates.Count}]", nameof(scores));
        for (var edge = 0; edge < operations.Length; edge++)
        {
            var row = scores.Slice(edge * candidates.Count, candidates.Count);
            var best = 0;
            for (var k = 0; k < row.Length; k++)
            {
                if (float.IsNaN(row[k])) throw new ArgumentException("a score is not a number: the search has diverged", nameof(scores));
                if (row[k] > row[best]) best = k;
            }

            operations[edge] = row[best] >= least ? candidates[best] : Primitives.None;
        }

        return From(operations);
    }

    /// <summary>Reads an architecture string.</summary>
    /// <exception cref="GenotypeFormatException">
    /// It is malformed, or has other edges than the six of the space in their order; the message names the place, the token and what was
    /// expected.
    /// </exception>
    public static NasBench201Cell Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var topology = CellSpace.NasBench201.Topology;
        var operations = new List<Primitive>();
        var (node, offset) = (0, 0);
        foreach (var part in text.TrimEnd().Split('+'))
        {
            var body = part.Trim();
            var column = offset + part.IndexOf(body, StringComparison.Ordinal) + 1;
            if (node == topology.Nodes) throw Unexpected(column, body, $"the end after {topology.Nodes} nodes");
            if (body.Length < 3 || body[0] != '|' || body[^1] != '|') throw Unexpected(column, body, "a node such as |nor_conv_3x3~0|");
            column++;
            var (sources, edges) = (topology.SourcesOf(node), body[1..^1].Split('|'));
            for (var source = 0; source < edges.Length; source++)
            {
                if (source == sources)
                    throw Unexpected(column, edges[source], $"the end of the node after {sources} edge{(sources == 1 ? "" : "s")}");
                operations.Add(ReadEdge(edges[source], column, source));
                column += edges[source].Length + 1;
            }

            if (edges.Length < sources) throw Unexpected(column, "", $"an edge that reads node {edges.Length}");
            node++;
            offset += part.Length + 1;
        }

        if (node < topology.Nodes) throw Unexpected(offset, "", $"{topology.Nodes} nodes with '+' between");
        return From(operations);
    }

    private static Primitive ReadEdge(string edge, int column, int expected)
    {
        var tilde = edge.IndexOf('~', StringComparison.Ordinal);
        if (tilde < 0) throw Unexpected(column, edge, "an edge such as nor_conv_3x3~0");
        var name = edge[..tilde];
        if (Known.FirstOrDefault(primitive => primitive.Name == name) is not { } operation)
            throw Unexpected(column, name, $"an operation of {string.Join(", ", Known)}");
        if (!int.TryParse(edge.AsSpan(tilde + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var source) || source != expected)
            throw Unexpected(column + tilde + 1, edge[(tilde + 1)..], $"node {expected}, since edges stand in the order of their sources");
        return operation;
    }

    private static GenotypeFormatException Unexpected(int column, string found, string expected) =>
        new(1, column, found.Length == 0 ? "nothing" : $"'{found}'", expected);
}
