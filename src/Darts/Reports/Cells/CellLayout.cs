namespace MIOpenDarts.Darts.Reports.Cells;

/// <summary>A point of a drawing in pixels, x to the right and y down.</summary>
internal readonly record struct CellPoint(double X, double Y);

/// <summary>A named box of a drawing, its centre and size in pixels.</summary>
internal sealed record CellBox(CellItem Item, double X, double Y, double Width, double Height);

/// <summary>
/// A piece of a line between neighbouring layers: straight from <paramref name="Start"/> to <paramref name="Leave"/> inside the first,
/// bent to <paramref name="Arrive"/> between them, straight to <paramref name="End"/> inside the second.
/// </summary>
internal sealed record CellLink(CellItem From, CellItem To, CellPoint Start, CellPoint Leave, CellPoint Arrive, CellPoint End);

/// <summary>Where everything of a cell is drawn.</summary>
internal sealed class CellLayout
{
    /// <summary>Every character of a label takes 0.6 em in a monospaced font, whichever the reader's machine has.</summary>
    public const double FontSize = 13, CharacterWidth = 0.6 * FontSize;

    private const double Margin = 10, LabelHeight = 24, LabelPadding = 9, StateHeight = 30, StatePadding = 12, PortStep = 9;

    private readonly bool horizontal;

    private CellLayout(CellGraph graph, CellDirection direction)
    {
        horizontal = direction == CellDirection.LeftToRight;
        var layers = CellLayers.From(graph, direction).Layers;
        LayerOrder.Apply(layers);
        foreach (var item in layers.SelectMany(layer => layer)) Measure(item);
        var across = LayerPlacement.Apply(layers, horizontal ? 10 : 12, horizontal ? 0 : 6) + 2 * Margin;
        var along = Stack(layers);
        (Width, Height) = horizontal ? (along, across) : (across, along);
        foreach (var item in layers.SelectMany(layer => layer)) Emit(item);
    }

    /// <summary>Size of the drawing in pixels.</summary>
    public double Width { get; }

    /// <inheritdoc cref="Width"/>
    public double Height { get; }

    /// <summary>States and operation labels.</summary>
    public List<CellBox> Boxes { get; } = [];

    /// <summary>Lines, from the inputs to the output.</summary>
    public List<CellLink> Links { get; } = [];

    public static CellLayout From(CellGraph graph, CellDirection direction) => new(graph, direction);

    private void Measure(CellItem item)
    {
        if (item.Kind == CellItemKind.Passage) return;
        var ports = PortStep * item.Before.Count;
        var (width, height) = item.Kind == CellItemKind.Operation
            ? (item.Text.Length * CharacterWidth + 2 * LabelPadding, LabelHeight)
            : (StateName.Characters(item.Text) * CharacterWidth + 2 * StatePadding, StateHeight);
        (item.AlongSize, item.AcrossSize) = horizontal ? (width, Math.Max(height, ports)) : (height, Math.Max(width, ports));
    }

    /// <summary>Sets the positions along; layers whose lines travel far across get a wider gap, so that no curve is steep.</summary>
    private static double Stack(List<List<CellItem>> layers)
    {
        var position = Margin;
        foreach (var layer in layers)
        {
            var travel = layer.SelectMany(item => item.Before.Select(from => Math.Abs(from.Across - item.Across))).DefaultIfEmpty(0).Max();
            if (layer != layers[0]) position += Math.Clamp(0.22 * travel, 24, 60);
            var thickness = layer.Max(item => item.AlongSize);
            foreach (var item in layer)
            {
                item.Along = position + thickness / 2;
                item.Thickness = thickness;
                if (item.Kind == CellItemKind.Passage) item.AlongSize = thickness;
            }

            position += thickness;
        }

        return position + Margin;
    }

    private void Emit(CellItem item)
    {
        if (item.Kind != CellItemKind.Passage)
        {
            var centre = Point(item.Along, item.Across);
            var (width, height) = horizontal ? (item.AlongSize, item.AcrossSize) : (item.AcrossSize, item.AlongSize);
            Boxes.Add(new CellBox(item, centre.X, centre.Y, width, height));
        }

        var arrivals = item.Before.OrderBy(from => from.Across).ToList();
        for (var port = 0; port < arrivals.Count; port++)
        {
            var from = arrivals[port];
            // A passage carries the line to the far side of its layer, so that only what comes after it takes another colour.
            var end = item.Along + (item.Kind == CellItemKind.Passage ? 0.5 : -0.5) * item.AlongSize;
            var across = item.Across + (item.Kind == CellItemKind.State ? (port - (arrivals.Count - 1) / 2.0) * PortStep : 0);
            Links.Add(new CellLink(
                from, item,
                Point(from.Along + from.AlongSize / 2, from.Across), Point(from.Along + from.Thickness / 2, from.Across),
                Point(item.Along - item.Thickness / 2, across), Point(end, across)));
        }
    }

    private CellPoint Point(double along, double across) =>
        horizontal ? new CellPoint(along, across + Margin) : new CellPoint(across + Margin, along);
}
