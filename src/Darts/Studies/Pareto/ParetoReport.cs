using System.Globalization;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Reports;
using MIOpenDarts.Darts.Reports.Cells;
using MIOpenDarts.Darts.Reports.Charts;

namespace MIOpenDarts.Darts.Studies.Pareto;

/// <summary>
/// The page of a study: the fronts drawn, dominated points in grey; a point tells its architecture where the pointer rests, and one of a
/// front leads to its cells. No other file, no script.
/// </summary>
internal static class ParetoReport
{
    private const double Width = 860, Height = 460, Left = 70, Right = 840, Top = 30, Bottom = 400;
    private static readonly string[] Colours = ["train", "valid", "pool-1", "dil-1", "conv-1", "skip"];

    private static readonly Markup Style = new Markup().Add($$$"""
        .point:hover{stroke:var(--ink);stroke-width:2}.front{scroll-margin-top:12px}.front:target{outline:2px solid var(--train)}
        """);

    /// <summary>The text of the page.</summary>
    public static string Render(ParetoStudy study)
    {
        var page = new Markup();
        page.Add($"<!DOCTYPE html>");
        page.Add(
            $"<html lang=\"en\"><head><meta charset=\"utf-8\"/><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>");
        page.Add($"<title>{study.Title}</title><style>").Add(Stylesheet.Palette).Add(Stylesheet.Cell).Add(Stylesheet.Page);
        page.Add(Style);
        page.Add($"</style></head><body><main><h1>{study.Title}</h1>");
        page.Add($"<div class=\"scroll\"><table class=\"numbers\"><tr><th>method</th><th>hypervolume</th><th>seeds</th><th>points</th><th>front</th></tr>");
        foreach (var method in study.Methods)
        {
            var (volumes, count) = (study.Hypervolumes(method), study.Points.Count(point => point.Method == method));
            page.Add($"<tr><td>{method}</td><td>{volumes.Average().ToString("0.######")}</td><td>{volumes.Count}</td>");
            page.Add($"<td>{count}</td><td>{study.Front(method).Count}</td></tr>");
        }

        page.Add($"</table></div><p class=\"soft\">Reference point of the hypervolumes, fixed before the search: ");
        page.Add($"{Show(study.Reference.Cost)} {study.Unit}, {Show(study.Reference.Error)} % wrong. Mean over seeds.</p>");
        page.Add(Chart(study)).Add(Fronts(study));
        return page.Add($"</main></body></html>").ToString();
    }

    private static Markup Chart(ParetoStudy study)
    {
        var x = AxisTicks.Covering(study.Points.Select(point => point.Cost), 8);
        var y = AxisTicks.Covering(study.Points.Select(point => point.Error), 6);
        double X(double cost) => Left + (cost - x.Low) / (x.High - x.Low) * (Right - Left);
        double Y(double error) => Bottom - (error - y.Low) / (y.High - y.Low) * (Bottom - Top);
        var svg = new Markup();
        svg.Add($"<svg style=\"width:100%\" role=\"img\" viewBox=\"0 0 {Width} {Height}\"><title>{study.Cost} and error</title>");
        foreach (var tick in y.Values)
        {
            svg.Add($"<path class=\"chart-grid\" d=\"M{Left} {Y(tick)}H{Right}\"/>");
            svg.Add($"<text class=\"chart-text chart-end\" x=\"{Left - 7}\" y=\"{Y(tick) + 4}\">{tick.ToString(y.Format)}</text>");
        }

        foreach (var tick in x.Values)
            svg.Add($"<text class=\"chart-text chart-middle\" x=\"{X(tick)}\" y=\"{Bottom + 18}\">{tick.ToString("#,0.####")}</text>");
        svg.Add($"<path class=\"chart-axis\" d=\"M{Left} {Bottom}H{Right}\"/>");
        svg.Add($"<text class=\"chart-text chart-middle\" x=\"{(Left + Right) / 2}\" y=\"{Height - 12}\">");
        svg.Add($"{study.Cost} ({study.Unit})</text>");
        svg.Add($"<text class=\"chart-text\" x=\"0\" y=\"14\">{study.Error} (%)</text>");
        var fronts = study.Methods.Select(study.Front).ToList();
        var onFront = fronts.SelectMany(front => front).ToHashSet(ReferenceEqualityComparer.Instance);
        foreach (var point in study.Points.Where(point => !onFront.Contains(point)))
            svg.Add(Dot(point, X(point.Cost), Y(point.Error), "none", 2.4));
        for (var i = fronts.Count - 1; i >= 0; i--)
        {
            var colour = Colours[i % Colours.Length];
            var line = new Markup();
            for (var k = 0; k < fronts[i].Count; k++)
                line.Add($"{(k == 0 ? "M" : "H")}{X(fronts[i][k].Cost)}{(k == 0 ? " " : "V")}{Y(fronts[i][k].Error)}");
            svg.Add($"<path class=\"chart-line\" style=\"stroke:var(--{colour})\" d=\"{line}\"/>");
            for (var k = 0; k < fronts[i].Count; k++)
            {
                svg.Add($"<a href=\"#p{i}-{k}\">");
                svg.Add(Dot(fronts[i][k], X(fronts[i][k].Cost), Y(fronts[i][k].Error), colour, 4.5)).Add($"</a>");
            }

            svg.Add($"<rect x=\"{Right - 150}\" y=\"{Top + 18 * i}\" width=\"10\" height=\"10\" style=\"fill:var(--{colour})\"/>");
            svg.Add($"<text class=\"chart-text\" x=\"{Right - 134}\" y=\"{Top + 18 * i + 9}\">{study.Methods[i]}</text>");
        }

        return svg.Add($"</svg>");
    }

    private static Markup Dot(ParetoPoint point, double x, double y, string colour, double radius) => new Markup().Add(
        $"""
        <circle class="point" cx="{x}" cy="{y}" r="{radius}" style="fill:var(--{colour})"><title>{Describe(point)}</title></circle>
        """);

    private static Markup Fronts(ParetoStudy study)
    {
        var html = new Markup();
        for (var i = 0; i < study.Methods.Count; i++)
        {
            var front = study.Front(study.Methods[i]);
            html.Add($"<h2>Front of {study.Methods[i]}</h2>");
            for (var k = 0; k < front.Count; k++)
            {
                html.Add($"<section class=\"front\" id=\"p{i}-{k}\">");
                var seed = front[k].Seed.ToString(CultureInfo.InvariantCulture);
                html.Add($"<h3>{Show(front[k].Cost)} {study.Unit}, {Show(front[k].Error)} % wrong, seed {seed}</h3>");
                html.Add(Cells(front[k].Architecture)).Add($"<pre>{front[k].Architecture}</pre></section>");
            }
        }

        return html;
    }

    // A cell of NAS-Bench-201 is its text.
    private static Markup Cells(string architecture)
    {
        var html = new Markup();
        if (!architecture.StartsWith("Genotype(", StringComparison.Ordinal)) return html;
        var genotype = Genotype.Parse(architecture);
        html.Add($"<div class=\"cells\">");
        foreach (var (name, cell) in new[] { ("normal cell", genotype.Normal), ("reduction cell", genotype.Reduce) })
            html.Add($"<figure>").Add(CellDrawing.Inline(CellGraph.Of(cell), name, CellDirection.LeftToRight)).Add($"</figure>");
        return html.Add($"</div>");
    }

    private static string Describe(ParetoPoint point) => string.Create(
        CultureInfo.InvariantCulture,
        $"{point.Method}, seed {point.Seed}: {Show(point.Cost)}, {Show(point.Error)} % wrong, {point.Architecture}");

    private static string Show(double value) => value.ToString(Math.Abs(value) >= 1000 ? "#,0" : "0.####", CultureInfo.InvariantCulture);
}
