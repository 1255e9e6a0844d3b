namespace MIOpenDarts.Darts.Reports.Charts;

/// <summary>One line of a chart.</summary>
/// <param name="Name">Name in the legend.</param>
/// <param name="Colour">CSS variable.</param>
/// <param name="Values">One value per epoch; a value that is not finite leaves a gap.</param>
internal sealed record LineSeries(string Name, string Colour, IReadOnlyList<double> Values);

/// <summary>An epoch that a chart points out.</summary>
/// <param name="Epoch">Number of the epoch.</param>
/// <param name="Name">What is said of it.</param>
/// <param name="Colour">CSS variable.</param>
internal sealed record EpochMark(int Epoch, string Name, string Colour);

/// <summary>Lines over epochs.</summary>
internal static class LineChart
{
    private const int MostDots = 40;

    /// <param name="title">What it shows, with the unit.</param>
    /// <param name="format">Number format of the hover text.</param>
    /// <param name="epochs">Numbers of the epochs, ascending, at least one.</param>
    /// <param name="series">The lines.</param>
    public static Markup Draw(string title, string format, IReadOnlyList<int> epochs, params IReadOnlyList<LineSeries> series) =>
        Draw(title, format, epochs, [], series);

    /// <param name="title">What it shows, with the unit.</param>
    /// <param name="format">Number format of the hover text.</param>
    /// <param name="epochs">Numbers of the epochs, ascending, at least one.</param>
    /// <param name="marks">Epochs to point out; those outside the chart are left out.</param>
    /// <param name="series">The lines.</param>
    public static Markup Draw(
        string title, string format, IReadOnlyList<int> epochs, IReadOnlyList<EpochMark> marks, params IReadOnlyList<LineSeries> series)
    {
        var chart = new EpochChart(epochs, AxisTicks.Covering(series.SelectMany(line => line.Values), 5));
        for (var index = 0; index < marks.Count; index++)
            if (marks[index].Epoch >= epochs[0] && marks[index].Epoch <= epochs[^1]) chart.Add(Mark(chart, marks[index], index));
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

    private static Markup Mark(EpochChart chart, EpochMark mark, int row)
    {
        var x = chart.X(mark.Epoch);
        var left = x > (EpochChart.Left + EpochChart.Right) / 2;
        return new Markup().Add($"""
            <path class="chart-mark" style="stroke:var(--{mark.Colour})" d="M{x} {EpochChart.Top}V{EpochChart.Bottom}"/>
            <text class="chart-small{(left ? " chart-end" : "")}" x="{x + (left ? -4 : 4)}" y="{EpochChart.Top - 3 + 11 * row}">{mark.Name}</text>
            """);
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
