using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Reports.Charts;

namespace MIOpenDarts.Darts.Reports;

/// <summary>What the watchdogs saw, with the alarms and the epoch that the genotype comes from.</summary>
internal static class ReportWatch
{
    /// <summary>The section; nothing for a search without watchdogs.</summary>
    public static Markup Draw(IReadOnlyList<EpochRecord> epochs)
    {
        var html = new Markup();
        var watched = epochs.Where(epoch => epoch.Watch is not null).ToList();
        if (watched.Count == 0) return html;
        var alarms = watched.Select(epoch => epoch.Watch!.Alarm).OfType<WatchAlarm>().ToList();
        html.Add($"<h2>Watchdogs</h2>");
        if (alarms.Count == 0) html.Add($"<p class=\"soft\">No alarm was raised.</p>");
        foreach (var alarm in alarms)
        {
            var advice = alarm.Ends ? "the search ended with" : "a better one to end with may be";
            var text = $"Alarm of {alarm.Watchdog} in epoch {alarm.Epoch}: {alarm.Message}; {advice} the genotype of epoch {alarm.Chosen}.";
            html.Add($"<p>{text}</p>");
        }

        var marks = alarms.SelectMany(Marks).ToList();
        html.Add($"<div class=\"charts\">");
        if (watched.Where(epoch => epoch.Watch!.Eigenvalue is not null).ToList() is { Count: > 0 } measured)
            html.Add(LineChart.Draw(
                "Largest Hessian eigenvalue", "0.0000", Numbers(measured), marks,
                new LineSeries("validation loss", "valid", [.. measured.Select(epoch => epoch.Watch!.Eigenvalue!.Value)])));
        var kinds = watched[0].Genotype.Kinds;
        List<LineSeries> skips = [new(kinds[0].Title, "train", [.. watched.Select(epoch => (double)epoch.Watch!.SkipsNormal)])];
        if (kinds.Count > 1) skips.Add(new(kinds[1].Title, "valid", [.. watched.Select(epoch => (double)epoch.Watch!.SkipsReduce)]));
        html.Add(LineChart.Draw("Skip connections (edges)", "0", Numbers(watched), marks, [.. skips]));
        html.Add(LineChart.Draw(
            "Epochs since the ranking changed", "0", Numbers(watched), marks,
            new LineSeries("all edges", "train", [.. watched.Select(epoch => (double)epoch.Watch!.StableEpochs)])));
        return html.Add($"</div>");
    }

    private static IEnumerable<EpochMark> Marks(WatchAlarm alarm)
    {
        yield return new EpochMark(alarm.Epoch, $"alarm: {alarm.Watchdog}", "skip");
        if (alarm.Chosen != alarm.Epoch) yield return new EpochMark(alarm.Chosen, alarm.Ends ? "chosen" : "before it", "pool-1");
    }

    private static List<int> Numbers(List<EpochRecord> epochs) => [.. epochs.Select(epoch => epoch.Epoch)];
}
