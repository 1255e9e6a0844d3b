using MIOpenDarts.Darts.Files;

namespace MIOpenDarts.Darts.Reports;

/// <summary>The report of a search: one page that needs no other file, no network and no script.</summary>
internal static class HtmlReport
{
    /// <summary>Writes the page so that a reader sees either the old one or the new one, never half of it.</summary>
    /// <param name="path">The file, usually <c>report.html</c> in the run folder.</param>
    /// <param name="history">The run.</param>
    /// <exception cref="IOException">The folder cannot be written or the disk is full; an older page stays as it is.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written.</exception>
    public static void Write(string path, SearchHistory history)
    {
        ArgumentNullException.ThrowIfNull(path);
        WholeFile.Write(path, Render(history));
    }

    /// <summary>The text of the page.</summary>
    /// <param name="history">The run, finished or not; it may have no epoch yet.</param>
    public static string Render(SearchHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        var title = $"Architecture search on {history.Start.Dataset}";
        var page = new Markup();
        page.Add($"<!DOCTYPE html>");
        page.Add($"<html lang=\"en\"><head><meta charset=\"utf-8\"/>");
        page.Add($"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>");
        page.Add($"<title>{title}</title><style>").Add(Stylesheet.Palette).Add(Stylesheet.Cell).Add(Stylesheet.Page)
            .Add($"</style></head>");
        page.Add($"<body><main>");
        page.Add($"<h1>{title}</h1>");
        page.Add(ReportResult.Headline(history));
        if (history.Genotype is { } genotype) page.Add(ReportResult.Cells(genotype));
        if (history.Epochs.Count > 0)
        {
            page.Add(ReportProgress.Curves(history.Epochs));
            page.Add(ReportCost.Draw(history.Epochs, history.Measured));
            page.Add(ReportWatch.Draw(history.Epochs));
            page.Add(ReportProgress.Alphas(history.Epochs, history.Start));
        }

        page.Add(ReportTables.Run(history.Start));
        if (history.Epochs.Count > 0) page.Add(ReportTables.Epochs(history.Epochs));
        return page.Add($"</main></body></html>").ToString();
    }
}
