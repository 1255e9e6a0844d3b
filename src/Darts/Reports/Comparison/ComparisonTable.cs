using System.Globalization;
using System.Text;

namespace MIOpenDarts.Darts.Reports.Comparison;

/// <summary>A method over its seeds.</summary>
/// <param name="Method">Name of the network.</param>
/// <param name="Runs">One for each seed.</param>
/// <param name="SearchSeconds">What finding it cost, where a search that found it is among the runs.</param>
public sealed record ComparisonRow(string Method, IReadOnlyList<RunSummary> Runs, double? SearchSeconds)
{
    /// <summary>Mean test accuracy, in percent.</summary>
    public double Accuracy => Runs.Average(run => run.Accuracy);

    /// <summary>Standard deviation of a sample; null for one run.</summary>
    public double? Deviation => Runs.Count < 2 ? null : Math.Sqrt(Runs.Sum(run => Math.Pow(run.Accuracy - Accuracy, 2)) / (Runs.Count - 1));

    /// <summary>Bytes of the weights.</summary>
    public long Bytes => sizeof(float) * Runs[0].Parameters;
}

/// <summary>A table of trainings: text, CSV and HTML.</summary>
public sealed class ComparisonTable
{
    private static readonly string[] Titles =
        ["method", "seeds", "epochs", "parameters", "M multiply-adds", "MiB", "search s", "training s", "images/s", "test accuracy %", "± sd"];

    private ComparisonTable(IReadOnlyList<ComparisonRow> rows) => Rows = rows;

    /// <summary>The methods, best first.</summary>
    public IReadOnlyList<ComparisonRow> Rows { get; }

    /// <summary>Puts runs together: equal networks with equal recipes are seeds of one method.</summary>
    /// <param name="runs">Trainings.</param>
    /// <param name="searches">Genotypes that searches found, with their cost in seconds and a name.</param>
    public static ComparisonTable Of(IEnumerable<RunSummary> runs, IReadOnlyCollection<(string Name, string Genotype, double Seconds)> searches)
    {
        var rows = runs.GroupBy(run => (run.Network, run.Recipe)).Select(group =>
        {
            var found = searches.Where(search => search.Genotype == group.Key.Network).ToList();
            var first = group.First();
            return new ComparisonRow(first.Method == "genotype" && found.Count > 0 ? found[0].Name : first.Method, [.. group], found.Count > 0 ? found[0].Seconds : null);
        });
        return new ComparisonTable([.. rows.OrderByDescending(row => row.Accuracy)]);
    }

    /// <summary>Columns of equal width.</summary>
    public string ToText()
    {
        string[][] cells = [Titles, .. Rows.Select(Cells)];
        var widths = Enumerable.Range(0, Titles.Length).Select(c => cells.Max(line => line[c].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var line in cells)
            text.AppendLine(string.Join("  ", line.Select((cell, c) => c == 0 ? cell.PadRight(widths[c]) : cell.PadLeft(widths[c]))).TrimEnd());
        return text.ToString();
    }

    /// <summary>Comma-separated values with a header (RFC 4180).</summary>
    public string ToCsv() => string.Concat(new[] { Titles }.Concat(Rows.Select(Cells)).Select(line => string.Join(",", line.Select(Quote)) + "\r\n"));

    /// <summary>One page that needs no other file.</summary>
    public string ToHtml()
    {
        var page = new Markup();
        page.Add($"<!DOCTYPE html>");
        page.Add($"<html lang=\"en\"><head><meta charset=\"utf-8\"/><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>");
        page.Add($"<title>Comparison</title><style>").Add(Stylesheet.Palette).Add(Stylesheet.Page).Add($"</style></head><body><main><h1>Comparison</h1>");
        page.Add($"<div class=\"scroll\"><table class=\"numbers\"><tr>");
        foreach (var title in Titles) page.Add($"<th>{title}</th>");
        page.Add($"</tr>");
        foreach (var row in Rows)
        {
            page.Add($"<tr>");
            foreach (var cell in Cells(row)) page.Add($"<td>{cell}</td>");
            page.Add($"</tr>");
        }

        page.Add($"</table></div><h2>Recipes</h2>");
        foreach (var row in Rows) page.Add($"<h3>{row.Method}</h3><pre>{row.Runs[0].Network}</pre><p class=\"soft\">{row.Runs[0].Recipe}</p>");
        return page.Add($"</main></body></html>").ToString();
    }

    private static string[] Cells(ComparisonRow row) =>
    [
        row.Method, $"{row.Runs.Count}", $"{row.Runs[0].Epochs}", Show(row.Runs[0].Parameters, "0"), Show(row.Runs[0].MultiplyAdds / 1e6, "0.0"), Show(row.Bytes / 1048576.0, "0.00"),
        row.SearchSeconds is { } seconds ? Show(seconds, "0") : "", Show(row.Runs.Average(run => run.Seconds), "0"), Show(row.Runs.Average(run => run.ImagesPerSecond), "0"),
        Show(row.Accuracy, "0.00"), row.Deviation is { } deviation ? Show(deviation, "0.00") : "",
    ];

    private static string Quote(string cell) => cell.AsSpan().IndexOfAny(",\"\r\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Show(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
