namespace MIOpenDarts.Darts.Reports.Charts;

/// <summary>
/// A chart over epochs: axes, grid and legend as SVG. The charts are written here because the page must need no other file, keep its
/// colours in CSS to follow a light or dark page, and be made by an AOT-compiled library: the kept plotting libraries bake colours
/// into the picture (ScottPlot, OxyPlot) or need a script at reading time (Plotly).
/// The drawing is 440 pixels wide, so that its text stays legible when a phone shows the page 400 pixels wide.
/// </summary>
internal sealed class EpochChart
{
    public const double Width = 440, Height = 250, Left = 46, Right = 428, Top = 44, Bottom = 214;

    private readonly IReadOnlyList<int> epochs;
    private readonly AxisTicks vertical;
    private readonly Markup body = new();

    /// <param name="epochs">Numbers of the epochs, ascending, at least one.</param>
    /// <param name="vertical">The vertical axis.</param>
    public EpochChart(IReadOnlyList<int> epochs, AxisTicks vertical)
    {
        this.epochs = epochs;
        this.vertical = vertical;
        Band = (Right - Left) / (epochs[^1] - epochs[0] + 1);
    }

    /// <summary>Width of one epoch in pixels.</summary>
    public double Band { get; }

    /// <summary>Middle of an epoch.</summary>
    public double X(int epoch) => Left + (epoch - epochs[0] + 0.5) * Band;

    /// <summary>Height of a value.</summary>
    public double Y(double value) => Bottom - (value - vertical.Low) / (vertical.High - vertical.Low) * (Bottom - Top);

    /// <summary>Adds what the chart shows.</summary>
    public void Add(Markup marks) => body.Add(marks);

    /// <summary>The finished chart.</summary>
    /// <param name="title">What it shows, with the unit.</param>
    /// <param name="series">Name and CSS variable of each series; empty when the legend stands elsewhere.</param>
    public Markup Draw(string title, IReadOnlyList<(string Name, string Colour)> series)
    {
        var svg = new Markup();
        svg.Add($"<svg class=\"chart\" role=\"img\" viewBox=\"0 0 {Width} {Height}\"><title>{title}</title>");
        svg.Add($"<text class=\"chart-title\" x=\"0\" y=\"14\">{title}</text>");
        var legend = Right;
        foreach (var (name, colour) in series.Reverse())
        {
            legend -= name.Length * 6.6;
            svg.Add($"<text class=\"chart-text\" x=\"{legend}\" y=\"14\">{name}</text>");
            svg.Add($"<rect x=\"{legend - 15}\" y=\"5\" width=\"10\" height=\"10\" rx=\"2\" style=\"fill:var(--{colour})\"/>");
            legend -= 28;
        }

        foreach (var tick in vertical.Values)
        {
            svg.Add($"<path class=\"chart-grid\" d=\"M{Left} {Y(tick)}H{Right}\"/>");
            svg.Add($"<text class=\"chart-text chart-end\" x=\"{Left - 7}\" y=\"{Y(tick) + 4}\">{tick.ToString(vertical.Format)}</text>");
        }

        foreach (var tick in AxisTicks.Covering([epochs[0], epochs[^1]], 8, 1).Values)
        {
            if (tick < epochs[0] || tick > epochs[^1] || tick != Math.Floor(tick)) continue;
            svg.Add($"<text class=\"chart-text chart-middle\" x=\"{X((int)tick)}\" y=\"{Bottom + 17}\">{(int)tick}</text>");
        }

        svg.Add($"<path class=\"chart-axis\" d=\"M{Left} {Bottom}H{Right}\"/>");
        svg.Add($"<text class=\"chart-text chart-middle\" x=\"{(Left + Right) / 2}\" y=\"{Height - 3}\">epoch</text>");
        return svg.Add(body).Add($"</svg>");
    }
}
