using MIOpenDarts.Darts.Reports.Cells;

namespace MIOpenDarts.Darts.Reports.Charts;

/// <summary>
/// One row per edge, one column per epoch: the colour is the strongest operation that a genotype may take, its depth how far
/// its weight is above uniform. At the end of a row stands the operation that the edge arrived at.
/// </summary>
internal static class StrongestOperations
{
    private const double Left = 66, Right = 326, Width = 440, Top = 26, Row = 20;

    /// <param name="title">What it shows.</param>
    /// <param name="epochs">Numbers of the epochs, ascending, at least one.</param>
    /// <param name="weights">Mixing weights of each epoch, edges by operations.</param>
    /// <param name="axes">What rows and columns are.</param>
    /// <param name="scale">The depths.</param>
    public static Markup Draw(
        string title, IReadOnlyList<int> epochs, IReadOnlyList<double[][]> weights, AlphaAxes axes, WeightScale scale)
    {
        var operations = axes.Operations;
        var edges = axes.EdgeNames(weights[^1].Length);
        var height = Top + edges.Count * Row + 34;
        var column = (Right - Left) / epochs.Count;
        var gap = epochs.Count <= 20 ? 1 : 0;
        var svg = new Markup();
        svg.Add($"<svg class=\"chart\" role=\"img\" viewBox=\"0 0 {Width} {height}\"><title>{title}</title>");
        svg.Add($"<text class=\"chart-title\" x=\"0\" y=\"14\">{title}</text>");
        for (var row = 0; row < edges.Count; row++)
        {
            var y = Top + row * Row;
            var edge = edges[row];
            svg.Add($"<text class=\"chart-text chart-end\" x=\"{Left - 7}\" y=\"{y + 14}\">{edge}</text>");
            for (var index = 0; index < epochs.Count; index++)
            {
                var strongest = axes.StrongestOf(weights[index][row]);
                if (strongest < 0) continue;
                var weight = weights[index][row][strongest];
                var depth = double.IsFinite(weight) ? 0.3 + 0.7 * Math.Max(scale.Depth(row, weight), 0) : 0.1;
                svg.Add($"""
                    <rect style="fill:var(--{OperationColour.Of(operations[strongest])});fill-opacity:{depth}"
                     x="{Left + index * column}" y="{y + 1}" width="{column - gap}" height="{Row - 2}">
                    <title>{edge}, epoch {epochs[index]}: {operations[strongest]} {weight.ToString("0.00000")}</title></rect>
                    """);
                if (index == epochs.Count - 1)
                    svg.Add($"<text class=\"chart-text\" x=\"{Right + 7}\" y=\"{y + 14}\">{operations[strongest]}</text>");
            }
        }

        var foot = Top + edges.Count * Row + 16;
        svg.Add($"<text class=\"chart-text\" x=\"{Left}\" y=\"{foot}\">{epochs[0]}</text>");
        svg.Add($"<text class=\"chart-text chart-middle\" x=\"{(Left + Right) / 2}\" y=\"{foot}\">epoch</text>");
        if (epochs.Count > 1) svg.Add($"<text class=\"chart-text chart-end\" x=\"{Right}\" y=\"{foot}\">{epochs[^1]}</text>");
        return svg.Add($"</svg>");
    }
}
