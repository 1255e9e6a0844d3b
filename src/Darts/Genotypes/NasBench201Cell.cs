using System.Globalization;

namespace MIOpenDarts.Darts.Genotypes;

/// <summary>An operation of the NAS-Bench-201 space on an earlier node.</summary>
/// <param name="Operation">One of <see cref="NasBench201Cell.Operations"/>.</param>
/// <param name="Source">Node it reads; 0 is the input.</param>
public readonly record struct NasBench201Edge(string Operation, int Source);

/// <summary>
/// A cell of NAS-Bench-201 (Dong and Yang 2020): one input, the last node is the output, written as
/// <c>|op~0|+|op~0|op~1|+|op~0|op~1|op~2|</c>. It is a space of its own and does not convert to a DARTS genotype.
/// </summary>
public sealed class NasBench201Cell
{
    private static readonly string[] Known = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"];

    private NasBench201Cell(List<IReadOnlyList<NasBench201Edge>> nodes) => Nodes = nodes;

    /// <summary>The five operations of the space.</summary>
    public static IReadOnlyList<string> Operations { get; } = Array.AsReadOnly(Known);

    /// <summary>Edges of each node after the input; entry i is node i + 1.</summary>
    public IReadOnlyList<IReadOnlyList<NasBench201Edge>> Nodes { get; }

    /// <summary>The architecture string of the benchmark.</summary>
    public override string ToString() =>
        string.Join('+', Nodes.Select(node => $"|{string.Join('|', node.Select(edge => $"{edge.Operation}~{edge.Source}"))}|"));

    /// <summary>Reads an architecture string.</summary>
    /// <exception cref="GenotypeFormatException">It is malformed; the message names the place, the token and what was expected.</exception>
    public static NasBench201Cell Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var nodes = new List<IReadOnlyList<NasBench201Edge>>();
        var offset = 0;
        foreach (var node in text.TrimEnd().Split('+'))
        {
            var body = node.Trim();
            var column = offset + node.IndexOf(body, StringComparison.Ordinal) + 1;
            if (body.Length < 3 || body[0] != '|' || body[^1] != '|') throw Unexpected(column, body, "a node such as |nor_conv_3x3~0|");
            var edges = new List<NasBench201Edge>();
            column++;
            foreach (var edge in body[1..^1].Split('|'))
            {
                edges.Add(ReadEdge(edge, column, nodes.Count));
                column += edge.Length + 1;
            }

            nodes.Add(edges);
            offset += node.Length + 1;
        }

        return new NasBench201Cell(nodes);
    }

    private static NasBench201Edge ReadEdge(string edge, int column, int lastSource)
    {
        var tilde = edge.IndexOf('~', StringComparison.Ordinal);
        if (tilde < 0) throw Unexpected(column, edge, "an edge such as nor_conv_3x3~0");
        var operation = edge[..tilde];
        if (!Known.Contains(operation)) throw Unexpected(column, operation, $"an operation of {string.Join(", ", Known)}");
        if (!int.TryParse(edge.AsSpan(tilde + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var source) || source > lastSource)
            throw Unexpected(column + tilde + 1, edge[(tilde + 1)..], $"a node from 0 to {lastSource}");
        return new NasBench201Edge(operation, source);
    }

    private static GenotypeFormatException Unexpected(int column, string found, string expected) =>
        new(1, column, found.Length == 0 ? "nothing" : $"'{found}'", expected);
}
