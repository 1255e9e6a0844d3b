using MIOpenDarts.Darts.Records;

namespace MIOpenDarts.Darts.Reports;

/// <summary>The end of the report: the machine, the options and the numbers of every epoch.</summary>
internal static class ReportTables
{
    public static Markup Run(RunStarted start)
    {
        var machine = start.Environment;
        var html = new Markup();
        html.Add($"<h2>Run</h2><div class=\"pair\"><div><h3>Environment</h3><table>");
        Row(html, "processor", machine.Processor);
        Row(html, "SIMD width", $"{machine.SimdBits} bits");
        Row(html, "threads", machine.Threads.ToString());
        Row(html, "backend", machine.Backend);
        Row(html, ".NET", machine.DotNet);
        Row(html, "operating system", machine.OperatingSystem);
        Row(html, "program", machine.Program);
        Row(html, "data set", start.Dataset);
        html.Add($"</table></div><div><h3>Options</h3><table>");
        foreach (var option in start.Options) Row(html, option.Name, option.Value);
        return html.Add($"</table></div></div>");
    }

    public static Markup Epochs(IReadOnlyList<EpochRecord> epochs)
    {
        var html = new Markup();
        html.Add($"<h2>Epochs</h2><details><summary>All numbers</summary><div class=\"scroll\"><table class=\"numbers\">");
        html.Add($"""
            <tr><th>epoch</th><th>learning rate</th><th>training loss</th><th>accuracy %</th>
            <th>validation loss</th><th>accuracy %</th><th>time</th><th>images/s</th><th>peak memory</th></tr>
            """);
        foreach (var epoch in epochs)
        {
            html.Add($"""
                <tr><td>{epoch.Epoch}</td><td>{epoch.LearningRate.ToString("0.#####")}</td>
                <td>{epoch.TrainLoss.ToString("0.0000")}</td><td>{epoch.TrainAccuracy.ToString("0.00")}</td>
                <td>{epoch.ValidLoss.ToString("0.0000")}</td><td>{epoch.ValidAccuracy.ToString("0.00")}</td>
                <td>{ReportResult.Duration(epoch.Seconds)}</td><td>{epoch.ImagesPerSecond.ToString("0")}</td>
                <td>{ReportResult.Memory(epoch.PeakMemoryBytes)}</td></tr>
                """);
        }

        return html.Add($"</table></div></details>");
    }

    private static void Row(Markup html, string name, string value) => html.Add($"<tr><th>{name}</th><td>{value}</td></tr>");
}
