using System.Globalization;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Reports;
using MIOpenDarts.Darts.Reports.Cells;

namespace MIOpenDarts.Darts.Studies.Pareto;

/// <summary>
/// The page of a study: hypervolumes, the fronts drawn (<see cref="ParetoChart"/>), the cells of each front. No other file, no script.
/// </summary>
internal static class ParetoReport
{
    private static readonly Markup Style = new Markup().Add($$$"""
        .front{scroll-margin-top:12px}.front:target{outline:2px solid var(--train)}
        """);

    /// <summary>The text of the page.</summary>
    public static string Render(ParetoStudy study)
    {
        var page = new Markup();
        page.Add($"<!DOCTYPE html>");
        page.Add(
            $"<html lang=\"en\"><head><meta charset=\"utf-8\"/><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>");
        page.Add($"<title>{study.Title}</title><style>").Add(Stylesheet.Palette).Add(Stylesheet.Cell).Add(Stylesheet.Page);
        page.Add(ParetoChart.Style).Add(Style);
        page.Add($"</style></head><body><main><h1>{study.Title}</h1>").Add(Hypervolumes(study));
        page.Add($"<p class=\"soft\">Reference point of the hypervolumes, {study.ReferenceChoice}: ");
        page.Add($"{Show(study.Reference.Cost)} {study.Unit}, {Show(study.Reference.Error)} % wrong.");
        page.Add($"{(study.HasSeeds ? " Mean over seeds." : "")}</p>");
        page.Add($"<p class=\"soft\">Errors: {study.Error}.{(study.Baseline is { } drawn ? $" {drawn}" : "")}</p>");
        page.Add(new ParetoChart(study).Draw());
        page.Add($"<p class=\"soft\">A point tells what it is where the pointer rests; one of a front leads to its place below.");
        if (study.IsRetrained) page.Add($" Rings are errors on the test images after a training from scratch.");
        return page.Add($"</p>").Add(Fronts(study)).Add($"</main></body></html>").ToString();
    }

    /// <summary>A number as a reader wants it.</summary>
    public static string Show(double value) => value.ToString(Math.Abs(value) >= 1000 ? "#,0" : "0.####", CultureInfo.InvariantCulture);

    private static Markup Hypervolumes(ParetoStudy study)
    {
        var retrained = study.IsRetrained;
        var html = new Markup();
        html.Add($"<div class=\"scroll\"><table class=\"numbers\"><tr><th>method</th><th>hypervolume</th>");
        if (study.HasSeeds) html.Add($"<th>seeds</th>");
        html.Add($"<th>points</th><th>front</th>");
        if (retrained) html.Add($"<th>hypervolume of the trained front, all seeds</th>");
        html.Add($"</tr>");
        foreach (var method in study.Methods)
        {
            var (volumes, count) = (study.Hypervolumes(method), study.Points.Count(point => point.Method == method));
            html.Add($"<tr><td>{method}</td><td>{volumes.Average().ToString("0.######")}</td>");
            if (study.HasSeeds) html.Add($"<td>{volumes.Count}</td>");
            html.Add($"<td>{count}</td><td>{study.Front(method).Count}</td>");
            if (retrained) html.Add($"<td>{study.RetrainedHypervolume(method)?.ToString("0.######") ?? ""}</td>");
            html.Add($"</tr>");
        }

        return html.Add($"</table></div>");
    }

    private static Markup Fronts(ParetoStudy study)
    {
        var html = new Markup();
        for (var i = 0; i < study.Methods.Count; i++)
        {
            var front = study.Front(study.Methods[i]);
            html.Add($"<h2>Front of {study.Methods[i]}</h2>");
            for (var k = 0; k < front.Count; k++)
            {
                html.Add($"<section class=\"front\" id=\"{ParetoChart.IdOf(i, k)}\">");
                var seed = study.HasSeeds ? $", seed {front[k].Seed.ToString(CultureInfo.InvariantCulture)}" : "";
                var trained = front[k].Retrained is { } error ? $"; trained from scratch {Show(error)} % wrong on the test images"
                    : study.IsRetrained ? "; trained from scratch it diverged" : "";
                var drawn = front[k].Drawn is { } how ? $"; {how}" : "";
                html.Add($"<h3>{Show(front[k].Cost)} {study.Unit}, {Show(front[k].Error)} % wrong{seed}{trained}{drawn}</h3>");
                if (front[k].Genotype is { } genotype) html.Add(Cells(genotype));
                html.Add($"<pre>{front[k].Architecture}</pre></section>");
            }
        }

        return html;
    }

    private static Markup Cells(Genotype genotype)
    {
        var html = new Markup().Add($"<div class=\"cells\">");
        foreach (var (kind, cell) in genotype.Kinds.Zip(genotype.Cells))
            html.Add($"<figure>").Add(CellDrawing.Inline(CellGraph.From(cell), kind.Title, CellDirection.LeftToRight)).Add($"</figure>");
        return html.Add($"</div>");
    }
}
