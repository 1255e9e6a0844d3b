using MIOpenDarts.Darts.Reports.Cells;

namespace MIOpenDarts.Darts.Reports.Charts;

/// <summary>The mixing weights of all edges and operations at one epoch, as a table of tinted cells with the numbers in percent.</summary>
internal static class AlphaMap
{
    private const double RowNames = 70, Column = 42, Row = 22, Top = 118, Overhang = 32;

    /// <param name="title">What it shows.</param>
    /// <param name="weights">Mixing weights, one row per edge and one column per operation.</param>
    /// <param name="axes">What rows and columns are.</param>
    /// <param name="scale">The colours, so that several maps compare.</param>
    public static Markup Draw(string title, double[][] weights, AlphaAxes axes, WeightScale scale)
    {
        var operations = axes.Operations;
        var (width, height) = (RowNames + operations.Count * Column + Overhang, Top + weights.Length * Row + 2);
        var edges = axes.EdgeNames(weights.Length);
        var svg = new Markup();
        svg.Add($"<svg class=\"chart\" role=\"img\" viewBox=\"0 0 {width} {height}\"><title>{title}</title>");
        svg.Add($"<text class=\"chart-title\" x=\"0\" y=\"14\">{title}</text>");
        for (var column = 0; column < operations.Count; column++)
        {
            var x = RowNames + (column + 0.5) * Column + 4;
            svg.Add($"<text class=\"chart-text\" transform=\"translate({x} {Top - 6}) rotate(-62)\">{operations[column]}</text>");
        }

        for (var row = 0; row < weights.Length; row++)
        {
            var y = Top + row * Row;
            var edge = edges[row];
            svg.Add($"<text class=\"chart-text chart-end\" x=\"{RowNames - 7}\" y=\"{y + 15}\">{edge}</text>");
            var strongest = axes.StrongestOf(weights[row]);
            for (var column = 0; column < weights[row].Length; column++)
            {
                var weight = weights[row][column];
                var depth = scale.Depth(row, weight);
                var mark = WeightScale.Hue(depth) + (column == strongest ? " heat-strongest" : "");
                var ink = Math.Abs(depth) > 0.72 ? "heat-text heat-over" : "heat-text";
                var x = RowNames + column * Column;
                svg.Add($"<g><title>{edge}, {operations[column]}: {weight.ToString("0.00000")}</title>");
                svg.Add($"<rect class=\"{mark}\" style=\"fill-opacity:{Math.Abs(depth)}\" x=\"{x + 1}\" y=\"{y + 1}\" ");
                svg.Add($"width=\"{Column - 2}\" height=\"{Row - 2}\" rx=\"2\"/>");
                svg.Add($"<text class=\"{ink}\" x=\"{x + Column / 2}\" y=\"{y + 15}\">{(100 * weight).ToString(scale.Format)}</text></g>");
            }
        }

        return svg.Add($"</svg>");
    }
}
