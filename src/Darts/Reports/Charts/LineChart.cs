namespace MIOpenDarts.Darts.Reports.Charts;

/// <summary>One line of a chart.</summary>
/// <param name="Name">Name in the legend.</param>
/// <param name="Colour">CSS variable.</param>
/// <param name="Values">One value per epoch; a value that is not finite leaves a gap.</param>
internal sealed record LineSeries(string Name, string Colour, IReadOnlyList<double> Values);

/// <summary>Lines over epochs.</summary>
internal static class LineChart
{
    private const int MostDots = 40;

    /// <param name="title">What it shows, with the unit.</param>
    /// <param name="format">Number format of the hover text.</param>
    /// <param name="epochs">Numbers of the epochs, ascending, at least one.</param>
    /// <param name="series">The lines.</param>
    public static Markup Draw(string title, string format, IReadOnlyList<int> epochs, params IReadOnlyList<LineSeries> series)
    {
        var chart = new EpochChart(epochs, AxisTicks.Covering(series.SelectMany(line => line.Values), 5));
        foreach (var line in series) chart.Add(Line(chart, epochs, line));
        for (var index = 0; index < epochs.Count; index++)
        {
            var values = string.Join(", ", series.Select(line => $"{line.Name} {line.Values[index].ToString(format)}"));
            chart.Add(new Markup().Add($"""
                <rect class="chart-hover" x="{chart.X(epochs[index]) - chart.Band / 2}" y="{EpochChart.Top}"
                 width="{chart.Band}" height="{EpochChart.Bottom - EpochChart.Top}"><title>epoch {epochs[index]}: {values}</title></rect>
                """));
        }

        return chart.Draw(title, [.. series.Select(line => (line.Name, line.Colour))]);
    }

    private static Markup Line(EpochChart chart, IReadOnlyList<int> epochs, LineSeries line)
    {
        var points = new Markup();
        var dots = new Markup();
        var move = true;
        for (var index = 0; index < epochs.Count; index++)
        {
            var value = line.Values[index];
            if (double.IsFinite(value))
            {
                var (x, y) = (chart.X(epochs[index]), chart.Y(value));
                points.Add($"{(move ? "M" : "L")}{x} {y}");
                if (epochs.Count <= MostDots) dots.Add($"<circle cx=\"{x}\" cy=\"{y}\" r=\"2.6\" style=\"fill:var(--{line.Colour})\"/>");
            }

            move = !double.IsFinite(value);
        }

        return new Markup().Add($"<path class=\"chart-line\" style=\"stroke:var(--{line.Colour})\" d=\"{points}\"/>").Add(dots);
    }
}
