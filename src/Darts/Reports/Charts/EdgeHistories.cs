using MIOpenDarts.Darts.Reports.Cells;

namespace MIOpenDarts.Darts.Reports.Charts;

/// <summary>
/// Small multiples, one per edge: a row per operation, a column per epoch, the tint is the mixing weight's distance from uniform.
/// </summary>
internal static class EdgeHistories
{
    private const double Width = 200, Left = 92, Top = 22, Row = 13;
    private const int Levels = 12;

    /// <param name="epochs">Numbers of the epochs, ascending, at least one.</param>
    /// <param name="weights">Mixing weights of each epoch, edges by operations.</param>
    /// <param name="axes">What rows and columns are.</param>
    /// <param name="scale">The colours.</param>
    /// <returns>One drawing per edge.</returns>
    public static IEnumerable<Markup> Draw(
        IReadOnlyList<int> epochs, IReadOnlyList<double[][]> weights, AlphaAxes axes, WeightScale scale)
    {
        var edges = axes.EdgeNames(weights[^1].Length);
        return Enumerable.Range(0, edges.Count).Select(edge => Edge(
            edges[edge], epochs, [.. weights.Select(map => map[edge])], axes.Operations,
            weight => scale.Depth(edge, weight)));
    }

    private static Markup Edge(
        string name, IReadOnlyList<int> epochs, double[][] weights, IReadOnlyList<string> operations, Func<double, double> depth)
    {
        var height = Top + operations.Count * Row + 4;
        var column = (Width - Left) / epochs.Count;
        var svg = new Markup();
        svg.Add($"<svg class=\"chart\" role=\"img\" viewBox=\"0 0 {Width} {height}\">");
        svg.Add($"<title>{name}, epochs {epochs[0]} to {epochs[^1]}</title>");
        svg.Add($"<text class=\"chart-title\" x=\"0\" y=\"14\">{name}</text>");
        for (var row = 0; row < operations.Count; row++)
            svg.Add($"<text class=\"chart-small chart-end\" x=\"{Left - 5}\" y=\"{Top + row * Row + 10}\">{operations[row]}</text>");
        svg.Add($"<rect class=\"heat-ground\" x=\"{Left}\" y=\"{Top}\" width=\"{Width - Left}\" height=\"{operations.Count * Row}\"/>");

        // One path per tint instead of a rectangle per number keeps a page of 50 epochs and 28 edges small.
        for (var level = -Levels; level <= Levels; level++)
        {
            if (level == 0) continue;
            var cells = new Markup();
            var any = false;
            for (var index = 0; index < weights.Length; index++)
            {
                for (var row = 0; row < operations.Count; row++)
                {
                    if ((int)Math.Round(Levels * depth(weights[index][row])) != level) continue;
                    any = true;
                    cells.Add($"M{Left + index * column} {Top + row * Row + 0.5}h{column}v{Row - 1}h{-column}z");
                }
            }

            if (any) svg.Add(
                $"<path class=\"{WeightScale.Hue(level)}\" style=\"fill-opacity:{(double)Math.Abs(level) / Levels}\" d=\"{cells}\"/>");
        }

        return svg.Add($"</svg>");
    }
}
