using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Reports.Charts;

namespace MIOpenDarts.Darts.Reports;

/// <summary>The report of a training: one page that needs no other file, no network and no script.</summary>
internal static class TrainReport
{
    private const int MostClasses = 40;

    /// <summary>The text of the page.</summary>
    /// <param name="history">The run, finished or not; it may have no epoch yet.</param>
    public static string Render(TrainHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        var network = history.Option("network");
        var title = $"Training on {history.Start.Dataset}";
        var page = new Markup();
        page.Add($"<!DOCTYPE html>");
        page.Add($"<html lang=\"en\"><head><meta charset=\"utf-8\"/>");
        page.Add($"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>");
        page.Add($"<title>{title}</title><style>").Add(Stylesheet.Palette).Add(Stylesheet.Cell).Add(Stylesheet.Page)
            .Add($"</style></head>");
        page.Add($"<body><main><h1>{title}</h1><p class=\"soft\">{Status(history)}</p>");
        if (history.Epochs.Count > 0) page.Add(Tiles(history));
        page.Add($"<h3>Network</h3><pre>{network}</pre>");
        if (!NetworkDescription.Baselines.Contains(network)) page.Add(ReportResult.Cells(GenotypeReader.Resolve(network)));
        if (history.Epochs.Count > 0) page.Add(Curves(history.Epochs)).Add(Confusion(history.Epochs[^1].Test.Confusion));
        page.Add(ReportTables.Run(history.Start));
        if (history.Epochs.Count > 0) page.Add(Epochs(history.Epochs));
        return page.Add($"</main></body></html>").ToString();
    }

    private static string Status(TrainHistory history)
    {
        var outcome = history.End?.Outcome switch
        {
            RunOutcome.Done => "Finished",
            RunOutcome.Interrupted => "Interrupted; a checkpoint holds the state",
            RunOutcome.Failed => $"Failed: {history.End.Message}",
            _ => "Running, or killed",
        };
        return $"{outcome}. Started {history.Start.Time.ToUniversalTime():yyyy-MM-dd HH:mm} UTC on {history.Start.Environment.Processor}.";
    }

    private static Markup Tiles(TrainHistory history)
    {
        var (last, html) = (history.Epochs[^1], new Markup());
        html.Add($"<ul class=\"tiles\">");
        html.Add($"<li><b>{last.Test.Top1.ToString("0.00")} %</b><span>test accuracy</span></li>");
        html.Add($"<li><b>{last.Test.Top5.ToString("0.00")} %</b><span>top 5</span></li>");
        html.Add($"<li><b>{history.Best.ToString("0.00")} %</b><span>best epoch</span></li>");
        if (history.Forecast is { } forecast) html.Add($"<li><b>{forecast.Parameters.ToString("N0")}</b><span>parameters</span></li>");
        html.Add($"<li><b>{ReportResult.Duration(history.Seconds)}</b><span>total time</span></li>");
        var done = Math.Min(history.Epochs.Count, history.Start.Epochs);
        html.Add($"<li><b>{done} of {history.Start.Epochs}</b><span>epochs</span></li>");
        html.Add($"<li><b>{history.Epochs.Average(epoch => epoch.ImagesPerSecond).ToString("0")}</b><span>images per second</span></li>");
        html.Add($"<li><b>{ReportResult.Memory(last.PeakMemoryBytes)}</b><span>peak memory</span></li>");
        return html.Add($"</ul>");
    }

    private static Markup Curves(IReadOnlyList<TrainEpochRecord> epochs)
    {
        var numbers = epochs.Select(epoch => epoch.Epoch).ToList();
        var html = new Markup().Add($"<h2>Loss and accuracy</h2><div class=\"charts\">");
        html.Add(LineChart.Draw(
            "Cross entropy (nats)", "0.0000", numbers, new LineSeries("training", "train", [.. epochs.Select(epoch => epoch.TrainLoss)]),
            new LineSeries("test", "valid", [.. epochs.Select(epoch => epoch.Test.Loss)])));
        html.Add(LineChart.Draw(
            "Accuracy (%)", "0.00", numbers, new LineSeries("training", "train", [.. epochs.Select(epoch => epoch.TrainAccuracy)]),
            new LineSeries("test", "valid", [.. epochs.Select(epoch => epoch.Test.Top1)])));
        return html.Add($"</div>");
    }

    private static Markup Confusion(int[][] confusion)
    {
        var html = new Markup().Add($"<h2>Confusion</h2>");
        if (confusion.Length > MostClasses)
            return html.Add($"<p class=\"soft\">{confusion.Length} classes are too many to show; the log has them.</p>");
        html.Add($"<p class=\"soft\">Test images by true class (rows) and answer (columns) after the last epoch.</p>");
        html.Add($"<div class=\"scroll\"><table class=\"numbers\"><tr><th></th>");
        for (var k = 0; k < confusion.Length; k++) html.Add($"<th>{k}</th>");
        html.Add($"</tr>");
        for (var k = 0; k < confusion.Length; k++)
        {
            html.Add($"<tr><th>{k}</th>");
            for (var answer = 0; answer < confusion.Length; answer++)
            {
                if (answer == k) html.Add($"<td><b>{confusion[k][answer]}</b></td>");
                else html.Add($"<td>{confusion[k][answer]}</td>");
            }

            html.Add($"</tr>");
        }

        return html.Add($"</table></div>");
    }

    private static Markup Epochs(IReadOnlyList<TrainEpochRecord> epochs)
    {
        var html = new Markup();
        html.Add($"<h2>Epochs</h2><details><summary>All numbers</summary><div class=\"scroll\"><table class=\"numbers\">");
        html.Add($"""
            <tr><th>epoch</th><th>learning rate</th><th>training loss</th><th>accuracy %</th><th>test loss</th><th>top 1 %</th><th>top 5 %</th>
            <th>time</th><th>images/s</th></tr>
            """);
        foreach (var epoch in epochs)
        {
            html.Add($"""
                <tr><td>{epoch.Epoch}</td><td>{epoch.LearningRate.ToString("0.#####")}</td><td>{epoch.TrainLoss.ToString("0.0000")}</td>
                <td>{epoch.TrainAccuracy.ToString("0.00")}</td><td>{epoch.Test.Loss.ToString("0.0000")}</td><td>{epoch.Test.Top1.ToString("0.00")}</td>
                <td>{epoch.Test.Top5.ToString("0.00")}</td><td>{ReportResult.Duration(epoch.Seconds)}</td><td>{epoch.ImagesPerSecond.ToString("0")}</td></tr>
                """);
        }

        return html.Add($"</table></div></details>");
    }
}
