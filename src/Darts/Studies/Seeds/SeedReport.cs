using MIOpenDarts.Darts.Reports;

namespace MIOpenDarts.Darts.Studies.Seeds;

/// <summary>The report of several seeds: one page that needs no other file, no network and no script.</summary>
internal static class SeedReport
{
    /// <summary>The text of the page.</summary>
    /// <param name="study">The seeds that are done; there may be none yet.</param>
    public static string Render(SeedStudy study)
    {
        ArgumentNullException.ThrowIfNull(study);
        var title = $"{study.Plan.Seeds.Count} seeds on {study.Dataset}";
        var page = new Markup();
        page.Add($"<!DOCTYPE html>");
        page.Add(
            $"<html lang=\"en\"><head><meta charset=\"utf-8\"/><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>");
        page.Add($"<title>{title}</title><style>").Add(Stylesheet.Palette).Add(Stylesheet.Cell).Add(Stylesheet.Page).Add(
            $"</style></head>");
        page.Add($"<body><main><h1>{title}</h1><p class=\"soft\">{study.Results.Count} of {study.Plan.Seeds.Count} are done.</p>");
        if (study.Results.Count > 0)
        {
            page.Add(Tiles(study)).Add($"<h2>Searches</h2>").Add(Table(SeedTables.Searches(study)));
            page.Add($"<p class=\"soft\">Entropy: mean over the edges of the mixing weights, in nats; 0 is a decided search.</p>");
            if (study.Retrained.Count > 0) page.Add(Trainings(study));
            page.Add(Agreement(study)).Add(Genotypes(study));
        }

        return page.Add($"</main></body></html>").ToString();
    }

    private static Markup Tiles(SeedStudy study)
    {
        var html = new Markup().Add($"<ul class=\"tiles\">");
        html.Add($"<li><b>{study.Valid.ToString()} %</b><span>validation accuracy</span></li>");
        if (study.Retrained.Count > 0)
        {
            html.Add($"<li><b>{study.Found.ToString()} %</b><span>test accuracy, found cells</span></li>");
            html.Add($"<li><b>{study.Random.ToString()} %</b><span>test accuracy, random cells</span></li>");
        }

        return html.Add(
            $"<li><b>{ReportResult.Duration(study.Results.Sum(result => result.Seconds))}</b><span>time of all searches</span></li></ul>");
    }

    private static Markup Trainings(SeedStudy study)
    {
        var html = new Markup().Add($"<h2>Found and random cells</h2>");
        html.Add($"<p class=\"soft\">Test accuracy in percent after {study.Plan.Retrain} epochs from scratch, ")
            .Add($"with the same seed and recipe.</p>");
        html.Add(Table(SeedTables.Trainings(study))).Add($"<p>{SeedTables.Verdict(study)}.</p>");
        foreach (var line in SeedTables.SizeNotes(study)) html.Add($"<p class=\"soft\">{line}.</p>");
        return html;
    }

    private static Markup Agreement(SeedStudy study)
    {
        var html = new Markup().Add($"<h2>Agreement between seeds</h2>");
        html.Add($"<p class=\"soft\">Share of the seeds that keep an edge, ")
            .Add($"and that give it the operation most of them do.</p><div class=\"pair\">");
        foreach (var (name, cells) in study.Cells)
            html.Add($"<div><h3>{name}</h3><p>Here {SeedTables.Overlaps(cells)}.</p>").Add(Table(SeedTables.Agreement(cells))).Add(
                $"</div>");
        return html.Add($"</div>");
    }

    private static Markup Genotypes(SeedStudy study)
    {
        var html = new Markup().Add($"<h2>Genotypes</h2>");
        foreach (var result in study.Results)
        {
            html.Add($"<h3>Seed {result.Seed.ToString()}</h3>");
            if (result.Ending is not null) html.Add($"<p class=\"soft\">Ended by {result.Ending}.</p>");
            html.Add(ReportResult.Notes(result.Notes));
            html.Add($"<pre>{result.Genotype.ToString()}</pre><details><summary>Cells</summary>").Add(
                ReportResult.Cells(result.Genotype)).Add($"</details>");
        }

        return html;
    }

    private static Markup Table(IReadOnlyList<string[]> rows)
    {
        var html = new Markup().Add($"<div class=\"scroll\"><table class=\"numbers\">");
        for (var i = 0; i < rows.Count; i++)
        {
            html.Add($"<tr>");
            foreach (var cell in rows[i])
            {
                if (i == 0) html.Add($"<th>{cell}</th>");
                else html.Add($"<td>{cell}</td>");
            }

            html.Add($"</tr>");
        }

        return html.Add($"</table></div>");
    }
}
