using System.Globalization;
using MIOpenDarts.Darts.Reports;

namespace MIOpenDarts.Darts.Studies.Comparison;

/// <summary>A method over its seeds.</summary>
/// <param name="Method">Name of the network.</param>
/// <param name="Runs">One for each seed, of one network or of what several searches of one method found.</param>
/// <param name="SearchSeconds">What a search cost, where searches that found them are among the runs.</param>
internal sealed record ComparisonRow(string Method, IReadOnlyList<RunSummary> Runs, double? SearchSeconds)
{
    /// <summary>Mean test accuracy, in percent.</summary>
    public double Accuracy => Runs.Average(run => run.Accuracy);

    /// <summary>Standard deviation of a sample; null for one run.</summary>
    public double? Deviation => Runs.Count < 2 ? null : Math.Sqrt(Runs.Sum(run => Math.Pow(run.Accuracy - Accuracy, 2)) / (Runs.Count - 1));

    /// <summary>Mean number of parameters.</summary>
    public double Parameters => Runs.Average(run => (double)run.Parameters);

    /// <summary>Mean bytes of the weights.</summary>
    public double Bytes => Runs.Average(run => (double)run.Bytes);
}

/// <summary>A table of trainings: text, CSV and HTML.</summary>
internal sealed class ComparisonTable
{
    private static readonly string[] Titles =
        ["method", "seeds", "epochs", "parameters", "M multiply-adds", "MiB", "search s", "training s", "images/s", "test accuracy %",
            "± sd"];

    private readonly string[] titles;

    private ComparisonTable(IReadOnlyList<ComparisonRow> rows, IReadOnlyList<string> costs) =>
        (Rows, titles) = (rows, [.. Titles, .. costs]);

    /// <summary>The methods, best first.</summary>
    public IReadOnlyList<ComparisonRow> Rows { get; }

    /// <summary>
    /// Puts runs with equal recipes together that are seeds of one method: those of one network, and those of what searches found that
    /// differ in their seed only.
    /// </summary>
    /// <param name="runs">Trainings.</param>
    /// <param name="searches">Searches that found genotypes which were trained.</param>
    /// <param name="costs">Names of the costs that the runs were asked for, a column each.</param>
    public static ComparisonTable Create(
        IEnumerable<RunSummary> runs, IReadOnlyCollection<SearchSummary> searches, params IReadOnlyList<string> costs)
    {
        var rows = runs
            .Select(run => (Run: run, Search: searches.FirstOrDefault(search => search.Genotype == run.Network)))
            .GroupBy(pair => (Method: pair.Search?.Recipe ?? pair.Run.Network, pair.Run.Recipe))
            .Select(group => RowOf(
                [.. group.Select(pair => pair.Run)], [.. group.Select(pair => pair.Search).OfType<SearchSummary>().Distinct()]));
        return new ComparisonTable([.. rows.OrderByDescending(row => row.Accuracy)], costs);
    }

    /// <summary>Columns of equal width.</summary>
    public string ToText() => EqualColumns.Text([titles, .. Rows.Select(Cells)]);

    /// <summary>Comma-separated values with a header (RFC 4180).</summary>
    public string ToCsv() =>
        string.Concat(new[] { titles }.Concat(Rows.Select(Cells)).Select(line => string.Join(",", line.Select(Quote)) + "\r\n"));

    /// <summary>One page that needs no other file.</summary>
    public string ToHtml()
    {
        var page = new Markup();
        page.Add($"<!DOCTYPE html>");
        page.Add(
            $"<html lang=\"en\"><head><meta charset=\"utf-8\"/><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>");
        page.Add($"<title>Comparison</title><style>").Add(Stylesheet.Palette).Add(Stylesheet.Page).Add(
            $"</style></head><body><main><h1>Comparison</h1>");
        page.Add($"<div class=\"scroll\"><table class=\"numbers\"><tr>");
        foreach (var title in titles) page.Add($"<th>{title}</th>");
        page.Add($"</tr>");
        foreach (var row in Rows)
        {
            page.Add($"<tr>");
            foreach (var cell in Cells(row)) page.Add($"<td>{cell}</td>");
            page.Add($"</tr>");
        }

        page.Add($"</table></div><h2>Recipes</h2>");
        foreach (var row in Rows)
        {
            var networks = string.Join('\n', row.Runs.Select(run => run.Network).Distinct());
            page.Add($"<h3>{row.Method}</h3><pre>{networks}</pre><p class=\"soft\">{row.Runs[0].Recipe}</p>");
        }
        return page.Add($"</main></body></html>").ToString();
    }

    private static ComparisonRow RowOf(IReadOnlyList<RunSummary> runs, IReadOnlyList<SearchSummary> searches)
    {
        var name = searches.Count switch
        {
            0 => runs[0].Method,
            1 => runs[0].Method == RunSummary.Unnamed ? searches[0].Name : runs[0].Method,
            _ => $"{searches[0].Algorithm}, {searches.Count} searches",
        };
        return new ComparisonRow(name, runs, searches.Count == 0 ? null : searches.Average(search => search.Seconds));
    }

    private static string[] Cells(ComparisonRow row) =>
    [
        row.Method, $"{row.Runs.Count}", $"{row.Runs[0].Epochs}", Show(row.Parameters, "0"),
        Show(row.Runs.Average(run => run.MultiplyAdds / 1e6), "0.0"), Show(row.Bytes / 1048576.0, "0.00"),
        row.SearchSeconds is { } seconds
            ? Show(seconds, "0")
            : "", Show(row.Runs.Average(run => run.Seconds), "0"), Show(row.Runs.Average(run => run.ImagesPerSecond), "0"),
        Show(row.Accuracy, "0.00"), row.Deviation is { } deviation ? Show(deviation, "0.00") : "",
        .. Enumerable.Range(0, row.Runs[0].Costs.Count).Select(i => row.Runs.All(run => run.Costs[i] is not null)
            ? Show(row.Runs.Average(run => run.Costs[i]!.Value), "0.####")
            : "n/a"),
    ];

    private static string Quote(string cell) =>
        cell.AsSpan().IndexOfAny(",\"\r\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Show(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
