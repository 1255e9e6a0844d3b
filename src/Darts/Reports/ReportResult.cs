using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Reports.Cells;

namespace MIOpenDarts.Darts.Reports;

/// <summary>The first screen of the report: what was found, how good it is, what it cost.</summary>
internal static class ReportResult
{
    public static Markup Headline(SearchHistory history)
    {
        var html = new Markup();
        html.Add($"<p class=\"soft\">{Status(history)}</p>");
        if (history.Drawn is { } drawn) return Text(html.Add($"<p>{LeadText.Of(history)}</p>"), drawn);
        if (history.Epochs.Count == 0) return html.Add($"<p>No epoch is finished yet.</p>");
        var (last, chosen) = (history.Epochs[^1], history.Chosen);
        html.Add($"<ul class=\"tiles\">");
        html.Add($"<li><b>{chosen.ValidAccuracy.ToString("0.00")} %</b><span>validation accuracy</span></li>");
        html.Add($"<li><b>{chosen.TrainAccuracy.ToString("0.00")} %</b><span>training accuracy</span></li>");
        html.Add($"<li><b>{Duration(history.Seconds)}</b><span>total time</span></li>");
        html.Add($"<li><b>{history.Epochs.Count} of {history.Start.Epochs}</b><span>epochs</span></li>");
        html.Add($"<li><b>{history.Epochs.Average(epoch => epoch.ImagesPerSecond).ToString("0")}</b><span>images per second</span></li>");
        html.Add($"<li><b>{Memory(last.PeakMemoryBytes)}</b><span>peak memory</span></li>");
        html.Add($"</ul>");
        if (LeadText.Of(history) is { } sentence) html.Add($"<p>{sentence}</p>");
        return Text(html.Add(Notes(chosen.Notes)), chosen.Genotype);
    }

    public static Markup Notes(IReadOnlyList<string>? notes)
    {
        var html = new Markup();
        foreach (var note in notes ?? []) html.Add($"<p class=\"soft\">{note}.</p>");
        return html;
    }

    public static Markup Cells(Genotype genotype)
    {
        var html = new Markup();
        html.Add($"<h2>Cells</h2><div class=\"cells\">");
        foreach (var (kind, cell) in genotype.Kinds.Zip(genotype.Cells)) html.Add(Cell(kind.Heading, cell));
        return html.Add($"</div>");
    }

    public static string Duration(double seconds) => seconds switch
    {
        < 60 => $"{seconds:0.0} s",
        < 3600 => $"{Math.Floor(seconds / 60):0} min {Math.Floor(seconds % 60):0} s",
        _ => $"{Math.Floor(seconds / 3600):0} h {Math.Floor(seconds % 3600 / 60):0} min",
    };

    public static string Memory(long bytes) =>
        bytes < 1L << 30 ? $"{bytes / (double)(1 << 20):0} MiB" : $"{bytes / (double)(1 << 30):0.00} GiB";

    private static Markup Text(Markup html, Genotype genotype)
    {
        html.Add($"<h3>Genotype</h3><pre>{genotype.ToString()}</pre>");
        return html.Add($"<details><summary>Genotype as JSON</summary><pre>{GenotypeJsonConverter.Format(genotype)}</pre></details>");
    }

    private static Markup Cell(string name, GenotypeCell cell)
    {
        var graph = CellGraph.From(cell);
        var html = new Markup();
        html.Add($"<figure><figcaption>{name}</figcaption>");
        html.Add($"<div class=\"wide\">").Add(CellDrawing.Inline(graph, name, CellDirection.LeftToRight)).Add($"</div>");
        html.Add($"<div class=\"narrow\">").Add(CellDrawing.Inline(graph, name, CellDirection.TopToBottom)).Add($"</div>");
        return html.Add($"</figure>");
    }

    private static string Status(SearchHistory history)
    {
        var resumed = history.Resumes == 0 ? "" : $", resumed {(history.Resumes == 1 ? "once" : $"{history.Resumes} times")}";
        var outcome = history.End?.Outcome switch
        {
            RunOutcome.Done => history.End.Message is { } reason ? $"Finished by {reason}" : "Finished",
            RunOutcome.Interrupted => "Interrupted; a checkpoint holds the state",
            RunOutcome.Failed => $"Failed: {history.End.Message}",
            _ => "Running, or killed",
        };
        return $"{outcome}{resumed}. "
            + $"Started {history.Start.Time.ToUniversalTime():yyyy-MM-dd HH:mm} UTC on {history.Start.Environment.Processor}.";
    }
}
