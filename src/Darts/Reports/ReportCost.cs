using System.Globalization;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Reports.Charts;

namespace MIOpenDarts.Darts.Reports;

/// <summary>What the architecture of a search cost, epoch by epoch.</summary>
internal static class ReportCost
{
    private const double Million = 1e6;

    /// <summary>The section; nothing for a search that knows no cost.</summary>
    public static Markup Draw(IReadOnlyList<EpochRecord> epochs, CostMeasured? measured)
    {
        var html = new Markup();
        var known = epochs.Where(epoch => epoch.Cost is not null).ToList();
        if (known.Count == 0) return html;
        var last = known[^1].Cost!;
        var (scale, unit) = last.Most >= Million ? (Million, $"million {last.Unit}") : (1, last.Unit);
        html.Add($"<h2>Cost</h2><p>{Describe(last)}.</p>");
        if (measured is not null) html.Add($"<p>{Describe(measured)}.</p>");
        html.Add($"<p class=\"soft\">The expectation is that of the mixture, with how likely the derivation keeps each edge; ");
        html.Add($"the derived genotype is what the search would end with after the epoch.</p><div class=\"charts\">");
        var numbers = known.Select(epoch => epoch.Epoch).ToList();
        List<LineSeries> lines =
        [
            new("expectation", "train", [.. known.Select(epoch => epoch.Cost!.Expected / scale)]),
            new("derived", "valid", [.. known.Select(epoch => epoch.Cost!.Derived / scale)]),
        ];
        if (last.Limit is not null) lines.Add(new("limit", "skip", [.. known.Select(epoch => (epoch.Cost!.Limit ?? double.NaN) / scale)]));
        html.Add(LineChart.Draw($"{last.Name.Split('/')[^1]} ({unit})", "0.###", numbers, lines));
        html.Add(LineChart.Draw(
            "Weight of the cost", "0.0000", numbers, new LineSeries("weight", "train", [.. known.Select(epoch => epoch.Cost!.Weight)])));
        return html.Add($"</div>");
    }

    /// <summary>One line about an epoch's costs.</summary>
    public static string Describe(CostRecord cost)
    {
        var limit = cost.Limit is { } most ? $", limit {Show(most)}" : "";
        return $"{cost.Name}: the derived genotype costs {Show(cost.Derived)} {cost.Unit}, the expectation is " +
            $"{Show(cost.Expected)}{limit}; "
            + $"the space has {Show(cost.Least)} to {Show(cost.Most)}";
    }

    /// <summary>One line about a measurement.</summary>
    public static string Describe(CostMeasured measured) =>
        $"measured on {measured.Device}: {Show(measured.Value)} {measured.Unit}; the sum of the table is {Show(measured.Sum)}"
        + (measured.Ratio is { } ratio ? $", times its mean ratio {Show(ratio * measured.Sum)}" : "");

    private static string Show(double value) => value.ToString(Math.Abs(value) >= 1000 ? "#,0" : "0.####", CultureInfo.InvariantCulture);
}
