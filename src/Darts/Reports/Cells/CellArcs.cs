using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Reports.Cells;

/// <summary>
/// Cells in few bytes, for a page with hundreds of them: states on a line, and for each operation an arc in its colour. The page defines
/// the arcs once (<see cref="Define"/>), and every cell uses them.
/// </summary>
/// <param name="like">Any of the cells; all have its states.</param>
/// <param name="width">Of a drawing.</param>
internal sealed class CellArcs(CellGraph like, double width)
{
    private const double Flatness = 0.5, Margin = 14, Label = 18, Radius = 4;

    /// <summary>Height of a drawing whose topmost arc leads from the first state to the last.</summary>
    public double Height => Flatness * (width - 2 * Margin) / 2 + Label + Margin;

    /// <summary>What all drawings use; stands in an SVG element of the page.</summary>
    public Markup Define()
    {
        var svg = new Markup().Add($"<defs>");
        for (var target = like.Inputs; target < like.States; target++)
        {
            for (var source = 0; source < target; source++)
            {
                var half = (X(target) - X(source)) / 2;
                svg.Add($"<path id=\"arc-{source}-{target}\" class=\"cell-edge\" ");
                svg.Add($"d=\"M{X(source)} {Line}A{half} {Flatness * half} 0 0 1 {X(target)} {Line}\"/>");
            }
        }

        svg.Add($"<g id=\"arc-states\">");
        for (var state = 0; state < like.States; state++)
        {
            var (letter, index) = StateName.Split(like.NameOf(state));
            var kind = state < like.Inputs ? "input" : "node";
            svg.Add($"<circle class=\"cell-state cell-{kind}\" cx=\"{X(state)}\" cy=\"{Line}\" r=\"{Radius}\"/>");
            svg.Add($"<text class=\"chart-text chart-middle\" x=\"{X(state)}\" y=\"{Line + Label}\">{letter}");
            svg.Add($"<tspan class=\"cell-index\" dy=\"3\">{index}</tspan></text>");
        }

        return svg.Add($"</g></defs>");
    }

    /// <summary>One cell, with its upper left corner at a place.</summary>
    public static Markup Draw(CellGraph graph, double x, double y)
    {
        var svg = new Markup().Add($"<g transform=\"translate({x} {y})\">");
        foreach (var edge in graph.Edges.Where(edge => !IsZero(edge.Operation)))
            svg.Add($"<use href=\"#arc-{edge.Source}-{edge.Target}\" style=\"stroke:var(--{OperationColour.Of(edge.Operation)})\"/>");
        return svg.Add($"<use href=\"#arc-states\"/></g>");
    }

    /// <summary>Names of operations in a line, each in its colour.</summary>
    public static Markup Legend(IEnumerable<string> operations, double x, double y)
    {
        var svg = new Markup().Add($"<text class=\"chart-text\" x=\"{x}\" y=\"{y}\">");
        foreach (var name in operations.Where(name => !IsZero(name)))
            svg.Add($"<tspan dx=\"10\" style=\"fill:var(--{OperationColour.Of(name)})\">{name}</tspan>");
        return svg.Add($"</text>");
    }

    private double Line => Height - Label - Margin / 2;

    private double X(int state) => Margin + (width - 2 * Margin) * state / (like.States - 1);

    private static bool IsZero(string operation) => Primitives.TryParse(operation, out var primitive) && primitive.IsZero;
}
