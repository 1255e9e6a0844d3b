using System.Text;

namespace MIOpenDarts.Darts.Reports.Cells;

/// <summary>
/// Text of a cell for Graphviz, with the node names, shapes and colours that readers of DARTS papers know
/// (drawn left to right; inputs green, nodes blue, a node that nothing reads dashed, output yellow).
/// </summary>
internal static class CellDot
{
    /// <summary>The DOT text of a cell.</summary>
    /// <param name="graph">The cell.</param>
    /// <param name="name">Name of the graph, e.g. <c>normal</c>.</param>
    /// <exception cref="InvalidDataException">The cell names a state that does not exist.</exception>
    public static string Write(CellGraph graph, string name)
    {
        ArgumentNullException.ThrowIfNull(graph);
        graph.Validate(name);
        var dot = new StringBuilder();
        dot.Append("digraph ").Append(Quote(name)).Append(" {\n");
        dot.Append("  rankdir=LR\n");
        dot.Append("  node [style=filled shape=rect align=center fontname=times fontsize=20 height=0.5 width=0.5 penwidth=2]\n");
        dot.Append("  edge [fontname=times fontsize=20]\n");
        for (var state = 0; state < graph.States; state++)
        {
            var look = state < graph.Inputs ? "fillcolor=darkseagreen2"
                : graph.Uses(state) ? "fillcolor=lightblue" : "fillcolor=white style=\"filled,dashed\"";
            dot.Append("  ").Append(Quote(graph.NameOf(state))).Append(" [").Append(look).Append("]\n");
        }

        dot.Append("  \"c_{k}\" [fillcolor=palegoldenrod]\n");
        foreach (var edge in graph.Edges)
        {
            dot.Append("  ").Append(Quote(graph.NameOf(edge.Source))).Append(" -> ").Append(Quote(graph.NameOf(edge.Target)))
                .Append(" [label=").Append(Quote(edge.Operation)).Append(" fillcolor=gray]\n");
        }

        foreach (var state in graph.Concat)
            dot.Append("  ").Append(Quote(graph.NameOf(state))).Append(" -> \"c_{k}\" [fillcolor=gray]\n");
        return dot.Append("}\n").ToString();
    }

    private static string Quote(string text) => $"\"{text.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";
}
