using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Reports.Cells;
using MIOpenDarts.Darts.Reports.Charts;

namespace MIOpenDarts.Darts.Reports;

/// <summary>The middle of the report: how losses, accuracies, operations and alphas moved.</summary>
internal static class ReportProgress
{
    /// <summary>A long run is thinned to this many columns: more would be finer than the pixels they are drawn on.</summary>
    private const int MostColumns = 64;

    public static Markup Curves(IReadOnlyList<EpochRecord> epochs)
    {
        var numbers = epochs.Select(epoch => epoch.Epoch).ToList();
        var html = new Markup();
        html.Add($"<h2>Loss and accuracy</h2><div class=\"charts\">");
        html.Add(LineChart.Draw(
            "Cross entropy (nats)", "0.0000", numbers,
            new LineSeries("training", "train", [.. epochs.Select(epoch => epoch.TrainLoss)]),
            new LineSeries("validation", "valid", [.. epochs.Select(epoch => epoch.ValidLoss)])));
        html.Add(LineChart.Draw(
            "Accuracy (%)", "0.00", numbers,
            new LineSeries("training", "train", [.. epochs.Select(epoch => epoch.TrainAccuracy)]),
            new LineSeries("validation", "valid", [.. epochs.Select(epoch => epoch.ValidAccuracy)])));
        return html.Add($"</div>");
    }

    public static Markup Alphas(IReadOnlyList<EpochRecord> epochs, RunStarted start)
    {
        var (primitives, axes) = (start.Primitives, AlphaAxes.From(start));
        var shown = Thin(epochs);
        var numbers = shown.Select(epoch => epoch.Epoch).ToList();
        (string Name, Func<EpochRecord, AlphaRecord> Of, Func<Genotype, GenotypeCell> Kept)[] cells =
        [
            .. epochs[0].Genotype.Kinds.Select((kind, i) => (
                kind.Heading, (Func<EpochRecord, AlphaRecord>)(epoch => epoch.Kinds[i]),
                (Func<Genotype, GenotypeCell>)(found => found.Cells[i]))),
        ];
        var uniform = WeightScale.Uniform(start, epochs[0].Normal.Weights.Length);
        var scales = cells.Select(cell => new WeightScale(uniform, shown.Select(epoch => cell.Of(epoch).Weights))).ToList();
        var html = new Markup();

        html.Add($"<h2>Operations</h2><p class=\"soft\">Edges of the discrete cell that each operation would hold after every epoch.</p>");
        html.Add(Legend(primitives)).Add($"<div class=\"charts\">");
        foreach (var (name, _, kept) in cells)
            html.Add(OperationShares.Draw(
                $"{name}: edges by operation", numbers, [.. shown.Select(epoch => CellGraph.From(kept(epoch.Genotype)))], primitives));
        html.Add($"</div>");

        html.Add($"<h2>Architecture weights</h2>");
        var leftOut = axes.TakesNone ? "" : " (none left out)";
        html.Add($"<p class=\"soft\">Strongest operation of every edge{leftOut} over the epochs; the deeper the colour, ");
        html.Add($"the further its weight is above that of equal alphas.</p>");
        html.Add(Legend(primitives)).Add($"<div class=\"charts\">");
        foreach (var ((name, of, _), scale) in cells.Zip(scales))
        {
            html.Add(StrongestOperations.Draw(
                $"{name}: strongest operation", numbers, [.. shown.Select(epoch => of(epoch).Weights)], axes, scale));
        }

        html.Add($"</div>");

        html.Add($"<p class=\"soft\">All mixing weights in percent, first and last epoch; the colour is the distance from equal alphas, ");
        html.Add($"and a frame marks the strongest operation of a row.</p>");
        foreach (var ((name, of, _), scale) in cells.Zip(scales))
        {
            var ends = epochs.Count == 1 ? [epochs[0]] : new[] { epochs[0], epochs[^1] };
            html.Add(scale.Legend()).Add($"<div class=\"pair\">");
            foreach (var epoch in ends)
                html.Add(AlphaMap.Draw($"{name}, epoch {epoch.Epoch}", of(epoch).Weights, axes, scale));
            html.Add($"</div>");
        }

        foreach (var ((name, of, _), scale) in cells.Zip(scales))
        {
            html.Add($"<details><summary>{name}: every edge over epochs {numbers[0]} to {numbers[^1]}</summary><div class=\"edges\">");
            foreach (var drawing in EdgeHistories.Draw(numbers, [.. shown.Select(epoch => of(epoch).Weights)], axes, scale))
                html.Add(drawing);
            html.Add($"</div></details>");
        }

        return html;
    }

    private static List<EpochRecord> Thin(IReadOnlyList<EpochRecord> epochs)
    {
        if (epochs.Count <= MostColumns) return [.. epochs];
        return [.. Enumerable.Range(0, MostColumns).Select(column => epochs[(int)((long)column * (epochs.Count - 1) / (MostColumns - 1))])];
    }

    private static Markup Legend(IReadOnlyList<string> operations)
    {
        var html = new Markup().Add($"<ul class=\"legend\">");
        foreach (var operation in operations)
            html.Add($"<li><i style=\"background:var(--{OperationColour.Of(operation)})\"></i>{operation}</li>");
        return html.Add($"</ul>");
    }
}
