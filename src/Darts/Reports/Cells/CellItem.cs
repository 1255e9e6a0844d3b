namespace MIOpenDarts.Darts.Reports.Cells;

/// <summary>Which way a cell is drawn.</summary>
internal enum CellDirection
{
    /// <summary>Inputs on the left, as in the papers: for a wide page.</summary>
    LeftToRight,
    /// <summary>Inputs on top, at most two operations side by side: for a narrow page.</summary>
    TopToBottom,
}

/// <summary>What an item of a layer stands for.</summary>
internal enum CellItemKind
{
    /// <summary>An input, an intermediate node or the output.</summary>
    State,
    /// <summary>The label of an operation, placed in the middle of its edge.</summary>
    Operation,
    /// <summary>A line on its way through a layer. It takes room, so no label is ever drawn across it.</summary>
    Passage,
}

/// <summary>
/// One item of a layered drawing. "Along" is the direction from inputs to output, "across" the other one, both in pixels;
/// the same layout serves both drawing directions.
/// </summary>
internal sealed class CellItem(CellItemKind kind, int layer, string text, CellEdge? edge)
{
    public CellItemKind Kind { get; } = kind;

    public int Layer { get; } = layer;

    /// <summary>Name of the state or the operation; empty for a passage.</summary>
    public string Text { get; } = text;

    /// <summary>The edge that an operation, or a passage after one, belongs to; null on the line that a state sends out.</summary>
    public CellEdge? Edge { get; } = edge;

    public List<CellItem> Before { get; } = [];

    public List<CellItem> After { get; } = [];

    public double Across { get; set; }

    public double AcrossSize { get; set; }

    public double Along { get; set; }

    public double AlongSize { get; set; }

    /// <summary>
    /// Thickness of the layer, at least <see cref="AlongSize"/>. Lines bend only between layers and run straight inside, or they would
    /// cut the corners of longer neighbours.
    /// </summary>
    public double Thickness { get; set; }
}
