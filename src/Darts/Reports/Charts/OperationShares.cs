using MIOpenDarts.Darts.Reports.Cells;

namespace MIOpenDarts.Darts.Reports.Charts;

/// <summary>How many edges of the discrete cell each operation holds, as stacked bars over epochs.</summary>
internal static class OperationShares
{
    /// <param name="title">What it shows.</param>
    /// <param name="epochs">Numbers of the epochs, ascending, at least one.</param>
    /// <param name="graphs">The discrete cell of each epoch.</param>
    /// <param name="operations">Operations in the order they are stacked; the legend has the same order.</param>
    public static Markup Draw(string title, IReadOnlyList<int> epochs, IReadOnlyList<CellGraph> graphs, IReadOnlyList<string> operations)
    {
        var most = graphs.Max(graph => graph.Edges.Count);
        var chart = new EpochChart(epochs, AxisTicks.Covering([0, Math.Max(1, most)], 4, 1));
        var width = Math.Min(0.84 * chart.Band, 34);
        for (var index = 0; index < epochs.Count; index++)
        {
            var counts = graphs[index].Edges.CountBy(edge => edge.Operation).ToDictionary();
            var below = 0;
            foreach (var operation in operations)
            {
                var count = counts.GetValueOrDefault(operation);
                if (count == 0) continue;
                var (top, bottom) = (chart.Y(below + count), chart.Y(below));
                below += count;
                chart.Add(new Markup().Add($"""
                    <rect class="chart-bar" style="fill:var(--{OperationColour.Of(operation)})"
                     x="{chart.X(epochs[index]) - width / 2}" y="{top}" width="{width}" height="{bottom - top}">
                    <title>epoch {epochs[index]}: {operation} on {count} of {graphs[index].Edges.Count} edges</title></rect>
                    """));
            }
        }

        return chart.Draw(title, []);
    }
}
