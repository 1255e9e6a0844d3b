namespace MIOpenDarts.Darts.Reports.Cells;

/// <summary>Draws a cell as SVG, with its own layout, so that no Graphviz is needed.</summary>
internal static class CellDrawing
{
    /// <summary>
    /// A picture that stands alone: its own colours for light and dark pages, its own background, a fixed aspect ratio.
    /// </summary>
    /// <param name="graph">The cell.</param>
    /// <param name="name">What the cell is called in the title, e.g. <c>DARTS_V2 normal cell</c>.</param>
    /// <param name="direction">Left to right reads best from about 600 pixels on, top to bottom on narrower pages.</param>
    /// <exception cref="InvalidDataException">The cell names a state that does not exist.</exception>
    public static string Svg(CellGraph graph, string name, CellDirection direction = CellDirection.LeftToRight)
    {
        var style = new Markup().Add($"<style>");
        style.Add(Stylesheet.Palette).Add(Stylesheet.Cell).Add($"</style>");
        style.Add($"<rect class=\"cell-page\" width=\"100%\" height=\"100%\" rx=\"8\"/>");
        return Draw(graph, name, direction, style).ToString();
    }

    /// <summary>The drawing for a page that already carries the palette and the cell's style.</summary>
    internal static Markup Inline(CellGraph graph, string name, CellDirection direction) => Draw(graph, name, direction, new Markup());

    private static Markup Draw(CellGraph graph, string name, CellDirection direction, Markup head)
    {
        ArgumentNullException.ThrowIfNull(graph);
        graph.Validate(name);
        var layout = CellLayout.From(graph, direction);
        var svg = new Markup();
        svg.Add($"""
            <svg xmlns="http://www.w3.org/2000/svg" class="cell" role="img"
             viewBox="0 0 {layout.Width} {layout.Height}" width="{layout.Width}" height="{layout.Height}">
            """);
        svg.Add($"<title>{name}</title>").Add(head);
        foreach (var link in layout.Links.OrderBy(link => OperationOf(link) is null ? 0 : 1)) svg.Add(Line(link, direction));
        foreach (var box in layout.Boxes) svg.Add(box.Item.Kind == CellItemKind.Operation ? Operation(box, graph) : State(box, graph));
        return svg.Add($"</svg>");
    }

    /// <summary>The operation whose colour a line takes: the last stretch before its label and everything after it.</summary>
    private static string? OperationOf(CellLink link) => link.To.Edge?.Operation ?? link.From.Edge?.Operation;

    private static Markup Line(CellLink link, CellDirection direction)
    {
        const double Tip = 7, Half = 3.6;
        var horizontal = direction == CellDirection.LeftToRight;
        var operation = OperationOf(link);
        var style = $"var(--{(operation is null ? "line" : OperationColour.Of(operation))})";
        var weight = operation is null ? "cell-trunk" : "cell-edge";
        var (start, leave, arrive, end) = (link.Start, link.Leave, link.Arrive, link.End);
        var (bend1, bend2) = horizontal
            ? (leave with { X = (leave.X + arrive.X) / 2 }, arrive with { X = (leave.X + arrive.X) / 2 })
            : (leave with { Y = (leave.Y + arrive.Y) / 2 }, arrive with { Y = (leave.Y + arrive.Y) / 2 });
        var intoState = link.To.Kind == CellItemKind.State;
        var stop = !intoState ? end : horizontal ? end with { X = end.X - Tip } : end with { Y = end.Y - Tip };
        var svg = new Markup();
        svg.Add($"""
            <path class="{weight}" style="stroke:{style}" d="M{start.X} {start.Y}L{leave.X} {leave.Y}
            C{bend1.X} {bend1.Y} {bend2.X} {bend2.Y} {arrive.X} {arrive.Y}L{stop.X} {stop.Y}"/>
            """);
        if (!intoState) return svg;
        var (left, right) = horizontal
            ? (stop with { Y = stop.Y - Half }, stop with { Y = stop.Y + Half })
            : (stop with { X = stop.X - Half }, stop with { X = stop.X + Half });
        return svg.Add($"<path style=\"fill:{style}\" d=\"M{end.X} {end.Y}L{left.X} {left.Y}L{right.X} {right.Y}Z\"/>");
    }

    private static Markup Operation(CellBox box, CellGraph graph)
    {
        var edge = box.Item.Edge!;
        var colour = OperationColour.Of(edge.Operation);
        var svg = new Markup();
        svg.Add($"<g><title>{graph.NameOf(edge.Source)} to {graph.NameOf(edge.Target)}: {edge.Operation}</title>");
        svg.Add($"<rect class=\"cell-page\" {Frame(box)} rx=\"12\"/>");
        svg.Add($"<rect class=\"cell-operation\" style=\"fill:var(--{colour});stroke:var(--{colour})\" {Frame(box)} rx=\"12\"/>");
        return svg.Add($"<text class=\"cell-text\" x=\"{box.X}\" y=\"{box.Y + 4.5}\">{edge.Operation}</text></g>");
    }

    private static Markup State(CellBox box, CellGraph graph)
    {
        var name = box.Item.Text;
        var kind = name == CellLayers.Output ? "output" : name.StartsWith('c') ? "input" : "node";
        var used = kind != "node" || box.Item.After.Count > 0 || graph.Concat.Any(state => graph.NameOf(state) == name);
        var (letter, index) = StateName.Split(name);
        var svg = new Markup();
        svg.Add($"<g class=\"{(used ? "" : "cell-unused")}\"><rect class=\"cell-state cell-{kind}\" {Frame(box)} rx=\"5\"/>");
        var (look, y) = ("cell-text cell-name", box.Y + 4.5);
        svg.Add($"<text class=\"{look}\" x=\"{box.X}\" y=\"{y}\">{letter}<tspan class=\"cell-index\" dy=\"3\">{index}</tspan></text>");
        return svg.Add($"</g>");
    }

    private static Markup Frame(CellBox box) => new Markup().Add(
        $"x=\"{box.X - box.Width / 2}\" y=\"{box.Y - box.Height / 2}\" width=\"{box.Width}\" height=\"{box.Height}\"");
}
