using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Supernets;

namespace MIOpenDarts.Darts.Reports.Charts;

/// <summary>
/// The colours of mixing weights. A weight has no colour where it is what equal alphas give, one hue above and another below; the depth is
/// its distance, and the full depth is the largest distance shown, so that a young search is not one flat colour.
/// </summary>
internal sealed class WeightScale
{
    private readonly IReadOnlyList<double> uniform;

    /// <param name="uniform">What equal alphas give the operations of each edge.</param>
    /// <param name="maps">All weights that are shown on this scale, edges by operations.</param>
    public WeightScale(IReadOnlyList<double> uniform, IEnumerable<double[][]> maps)
    {
        this.uniform = uniform;
        Full = maps.SelectMany(map => map.SelectMany((row, edge) => row.Select(weight => Math.Abs(Distance(edge, weight)))))
            .DefaultIfEmpty(0).Max();
        // As many digits as it takes to tell the weights apart.
        Format = 100 * Full * uniform.DefaultIfEmpty(0).Max() < 1 ? "0.00" : "0.0";
    }

    /// <summary>Largest distance shown, as a share of the uniform weight.</summary>
    public double Full { get; }

    /// <summary>Format of a weight in percent.</summary>
    public string Format { get; }

    /// <summary>What equal alphas give the operations of each edge of a run.</summary>
    public static IReadOnlyList<double> Uniform(RunStarted start, int edges)
    {
        string? Option(string name) => start.Options.FirstOrDefault(option => option.Name == name)?.Value;
        var options = new SearchOptions();
        // A log of another version may name a method that is not known here; its page is still written.
        if (Option("algorithm") is { } name && SearchAlgorithm.Find(name) is not null) options = options with { Algorithm = name };
        if (Option("space") is { } space && CellSpace.TryFind(space, out _)) options = options with { Space = space };
        if (Option("edge_normalization") is { } flag) options = options with { EdgeNormalization = flag == "true" };
        var algorithm = SearchAlgorithm.From(options);
        var relaxation = algorithm.Relax<double>(options, edges, kind: 0);
        var cell = new ArchitectureParameters<double>(edges, algorithm.Space(options, stage: 0), relaxation);
        return [.. cell.Scores().Chunk(cell.Space.Candidates.Count).Select(row => row[0])];
    }

    /// <summary>From −1 to 1: how deep a weight's colour is, negative below uniform.</summary>
    public double Depth(int edge, double weight) => Full > 0 ? Distance(edge, weight) / Full : 0;

    /// <summary>CSS class of a depth.</summary>
    public static string Hue(double depth) => depth < 0 ? "heat heat-below" : "heat";

    /// <summary>A bar of the colours with the weights at its ends.</summary>
    public Markup Legend()
    {
        var (least, most) = (uniform.Min(), uniform.Max());
        var same = least == most
            ? $"{100 * least:0.0#} %"
            : $"{100 * least:0.0#} to {100 * most:0.0#} %, by the number of edges into the node";
        var html = new Markup();
        // No weight is negative, so the lower half ends at nothing, in the tint that it has there.
        var below = Math.Min(Full, 1);
        html.Add($"<p class=\"scale\"><span>\u2212{Percent(below)}</span>");
        html.Add($"<i class=\"scale-below\" style=\"opacity:{(Full > 0 ? below / Full : 0)}\"></i><i class=\"scale-above\"></i>");
        html.Add($"<span>+{Percent(Full)}</span>");
        return html.Add($"<span>of the weight that all operations of an edge have while their alphas are equal ({same})</span></p>");
    }

    private static string Percent(double share) => $"{(100 * share).ToString(share < 0.1 ? "0.##" : "0")} %";

    // An operation that is out of the race (DrNAS) has the weight zero and no colour; nor has what is not a number.
    private double Distance(int edge, double weight) => weight == 0 || !double.IsFinite(weight) ? 0 : weight / uniform[edge] - 1;
}
