using System.Globalization;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Reports;
using MIOpenDarts.Darts.Reports.Cells;
using MIOpenDarts.Darts.Reports.Charts;

namespace MIOpenDarts.Darts.Studies.Pareto;

/// <summary>
/// The fronts of a study drawn, dominated points in grey. Below the axis a point shows its cells where the pointer rests; one of a front
/// leads to their large drawing (<see cref="IdOf"/>).
/// </summary>
/// <param name="study">What is drawn.</param>
internal sealed class ParetoChart(ParetoStudy study)
{
    private const double Width = 860, Left = 70, Right = 840, Top = 30, Bottom = 400, Legend = 448, Preview = 456;
    private static readonly string[] Colours = ["train", "valid", "pool-1", "dil-1", "conv-1", "skip"];
    private readonly Dictionary<string, Genotype?> genotypes = study.Points.DistinctBy(point => point.Architecture)
        .ToDictionary(point => point.Architecture, point => point.Genotype);

    /// <summary>What the page's style has for it.</summary>
    public static Markup Style { get; } = new Markup().Add($$$"""
        .point:hover,.spot:hover .point{stroke:var(--ink);stroke-width:2}.seen{visibility:hidden;pointer-events:none}
        .spot:hover .seen,a:focus .seen{visibility:visible}
        """);

    /// <summary>Where the k-th point of the i-th front is drawn large.</summary>
    public static string IdOf(int front, int point) => string.Create(CultureInfo.InvariantCulture, $"p{front}-{point}");

    /// <summary>An SVG element.</summary>
    public Markup Draw()
    {
        var x = AxisTicks.Covering(study.Points.Select(point => point.Cost), 8);
        var y = AxisTicks.Covering(study.Points.SelectMany(point => new[] { point.Error, point.Retrained ?? point.Error }), 6);
        double X(double cost) => Left + (cost - x.Low) / (x.High - x.Low) * (Right - Left);
        double Y(double error) => Bottom - (error - y.Low) / (y.High - y.Low) * (Bottom - Top);
        var cells = genotypes.Values.OfType<Genotype>().SelectMany(genotype => genotype.Cells).ToList();
        var arcs = cells.Count > 0 ? new CellArcs(CellGraph.From(cells[0]), (Right - Left) / 2 - 20) : null;
        var svg = new Markup();
        svg.Add($"<svg style=\"width:100%\" role=\"img\" viewBox=\"0 0 {Width} {(arcs is null ? Legend : Preview + arcs.Height)}\">");
        svg.Add($"<title>{study.Cost} and error</title>").Add(Axes(x, y, X, Y));
        if (arcs is not null)
        {
            var operations = cells.SelectMany(cell => cell.Edges).Select(item => item.Edge.Operation.Name).Distinct();
            svg.Add(arcs.Define()).Add(CellArcs.Legend(operations.Order(StringComparer.Ordinal), Left, Legend));
        }

        var fronts = study.Methods.Select(study.Front).ToList();
        var onFront = fronts.SelectMany(front => front).ToHashSet(ReferenceEqualityComparer.Instance);
        foreach (var point in study.Points.Where(point => !onFront.Contains(point)))
            svg.Add(Spot(point, X(point.Cost), Y(point.Error), "none", 2.4));
        for (var i = fronts.Count - 1; i >= 0; i--)
        {
            var colour = Colours[i % Colours.Length];
            var line = new Markup();
            for (var k = 0; k < fronts[i].Count; k++)
                line.Add($"{(k == 0 ? "M" : "H")}{X(fronts[i][k].Cost)}{(k == 0 ? " " : "V")}{Y(fronts[i][k].Error)}");
            svg.Add($"<path class=\"chart-line\" style=\"stroke:var(--{colour})\" d=\"{line}\"/>");
            for (var k = 0; k < fronts[i].Count; k++)
            {
                var point = fronts[i][k];
                svg.Add($"<a href=\"#{IdOf(i, k)}\">").Add(Spot(point, X(point.Cost), Y(point.Error), colour, 4.5)).Add($"</a>");
                // A ring for the error on the test images when trained.
                if (point.Retrained is not { } error) continue;
                svg.Add($"<circle class=\"retrained\" cx=\"{X(point.Cost)}\" cy=\"{Y(error)}\" r=\"4\" ");
                svg.Add($"style=\"fill:none;stroke:var(--{colour})\"/>");
            }

            svg.Add($"<rect x=\"{Right - 150}\" y=\"{Top + 18 * i}\" width=\"10\" height=\"10\" style=\"fill:var(--{colour})\"/>");
            svg.Add($"<text class=\"chart-text\" x=\"{Right - 134}\" y=\"{Top + 18 * i + 9}\">{study.Methods[i]}</text>");
        }

        return svg.Add($"</svg>");
    }

    private Markup Axes(AxisTicks x, AxisTicks y, Func<double, double> across, Func<double, double> up)
    {
        var svg = new Markup();
        foreach (var tick in y.Values)
        {
            svg.Add($"<path class=\"chart-grid\" d=\"M{Left} {up(tick)}H{Right}\"/>");
            svg.Add($"<text class=\"chart-text chart-end\" x=\"{Left - 7}\" y=\"{up(tick) + 4}\">{tick.ToString(y.Format)}</text>");
        }

        foreach (var tick in x.Values)
            svg.Add($"<text class=\"chart-text chart-middle\" x=\"{across(tick)}\" y=\"{Bottom + 16}\">{tick.ToString("#,0.####")}</text>");
        svg.Add($"<path class=\"chart-axis\" d=\"M{Left} {Bottom}H{Right}\"/>");
        svg.Add($"<text class=\"chart-text chart-middle\" x=\"{(Left + Right) / 2}\" y=\"{Bottom + 32}\">");
        svg.Add($"{study.Cost} ({study.Unit})</text>");
        return svg.Add($"<text class=\"chart-text\" x=\"0\" y=\"14\">{study.Error} (%)</text>");
    }

    // The cells of all points lie in the same place, and only those of one are seen.
    private Markup Spot(ParetoPoint point, double x, double y, string colour, double radius)
    {
        var svg = new Markup().Add($"<g class=\"spot\"><circle class=\"point\" cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" ");
        svg.Add($"style=\"fill:var(--{colour})\"><title>{Describe(point)}</title></circle><g class=\"seen\">");
        var place = Left;
        foreach (var cell in genotypes[point.Architecture]?.Cells ?? [])
        {
            svg.Add(CellArcs.Draw(CellGraph.From(cell), place, Preview));
            place += (Right - Left) / 2;
        }

        return svg.Add($"</g></g>");
    }

    private string Describe(ParetoPoint point)
    {
        var seed = study.HasSeeds ? $", seed {point.Seed.ToString(CultureInfo.InvariantCulture)}" : "";
        return $"{point.Method}{seed}: {ParetoReport.Show(point.Cost)}, {ParetoReport.Show(point.Error)} % wrong, {point.Architecture}";
    }
}
