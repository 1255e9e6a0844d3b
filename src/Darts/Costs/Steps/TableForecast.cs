using MIOpenDarts.Darts.Costs.Tables;

namespace MIOpenDarts.Darts.Costs.Steps;

/// <summary>What the parts of one name take together in a step.</summary>
/// <param name="Name">A primitive's, or one of the skeleton's.</param>
/// <param name="Places">How many of them the network has.</param>
/// <param name="Launches">Kernels that a step launches for them.</param>
/// <param name="Milliseconds">Their time in a step, without what launches cost beside their kernels.</param>
internal sealed record PartsForecast(string Name, int Places, int Launches, double Milliseconds);

/// <summary>
/// Steps as sums of their operations, each as long as a table of a card that this program carries has it by itself. A batch between those
/// of two tables, or beyond the largest, is on the line through both.
/// </summary>
internal sealed class TableForecast
{
    private readonly CostTable lower;
    private readonly CostTable upper;
    private readonly double share;

    private TableForecast(CostTable lower, CostTable upper, double share) => (this.lower, this.upper, this.share) = (lower, upper, share);

    /// <summary>The tables that it is read from, of smaller batches first.</summary>
    public IReadOnlyList<CostTable> Tables => share switch { 0 => [lower], 1 => [upper], _ => [lower, upper] };

    /// <summary>What a queued launch costs beside its kernel in these tables, in milliseconds.</summary>
    public double LaunchMilliseconds
    {
        get
        {
            var entry = Tables[^1].Entries.Values.First(known => known.Launches > 0);
            return (entry.Median - entry.WithoutLaunches!.Value) / entry.Launches!.Value;
        }
    }

    /// <summary>From the tables of a card in a mode; null where the program carries none.</summary>
    /// <param name="card">As the time model names it.</param>
    /// <param name="mode"><c>training</c> or <c>inference</c>.</param>
    /// <param name="batch">Images, at least one.</param>
    public static TableForecast? From(string card, string mode, int batch)
    {
        List<CostTable> tables =
        [
            .. CostName.Carried.Select(name => ((TableCost)CostName.Open($"latency:{name}")).Table)
                .Where(table => table.Device.Device == card && table.Mode == mode).OrderBy(table => table.Batch),
        ];
        if (tables.Count < 2) return null;
        var at = Math.Clamp(tables.FindIndex(table => table.Batch >= batch), -1, tables.Count - 1);
        var (lower, upper) = at < 0 ? (tables[^2], tables[^1]) : (tables[Math.Max(at - 1, 0)], tables[Math.Max(at, 1)]);
        return new TableForecast(lower, upper, (batch - lower.Batch) / (double)(upper.Batch - lower.Batch));
    }

    /// <summary>The first part that the tables do not have; null where they have all.</summary>
    public NetworkPart? Missing(IEnumerable<NetworkPart> parts) =>
        parts.FirstOrDefault(part => !part.IsZero && !Tables.All(table => table.Entries.ContainsKey(part.Key)));

    /// <summary>The parts by name, the longest first.</summary>
    /// <param name="parts">Each as often as the network has it; the tables have all of them.</param>
    /// <param name="passes">How often a step computes them.</param>
    public IReadOnlyList<PartsForecast> Sum(IEnumerable<NetworkPart> parts, int passes) =>
    [
        .. parts.Where(part => !part.IsZero).GroupBy(part => part.Name).Select(group => new PartsForecast(
                group.Key, group.Count(),
                passes * group.Sum(part => Tables[^1].Entries[part.Key].Launches!.Value),
                passes * group.Sum(Milliseconds)))
            .OrderByDescending(row => row.Milliseconds),
    ];

    private double Milliseconds(NetworkPart part)
    {
        var (from, to) = (lower.Entries[part.Key].WithoutLaunches!.Value, upper.Entries[part.Key].WithoutLaunches!.Value);
        return from + share * (to - from);
    }
}
