using System.Globalization;

namespace MIOpenDarts.Layers.Machine;

/// <summary>What the model says of all launches of one kernel.</summary>
/// <param name="Name">The kernel.</param>
/// <param name="Launches">How many they are.</param>
/// <param name="Microseconds">Their time together, without the launches themselves.</param>
/// <param name="Binding">The resource that is busy longest.</param>
/// <param name="BusyShare">How much of the time it is busy.</param>
internal sealed record ModelledKernel(string Name, int Launches, double Microseconds, string Binding, double BusyShare)
{
    private const string Unit = "_us";

    /// <summary>From the model's log: a head, then a line a launch with the kernel, its time, and the time of each resource.</summary>
    /// <exception cref="InvalidDataException">It has other columns.</exception>
    public static IReadOnlyList<ModelledKernel> Parse(IEnumerable<string> lines)
    {
        var rows = lines.Select(l => l.Split('\t')).ToList();
        if (rows.Count == 0) return [];
        var (head, time) = (rows[0], Array.IndexOf(rows[0], "body" + Unit));
        var resources = Enumerable.Range(0, head.Length).Where(i => i != time && head[i].EndsWith(Unit, StringComparison.Ordinal))
            .ToArray();
        if (time < 0 || resources.Length == 0 || rows.Exists(row => row.Length != head.Length))
            throw new InvalidDataException(
                $"the time model's log has no column body{Unit} with columns of resources after it ('{string.Join(' ', head)}'): "
                + TimeModel.TooOld);
        return
        [
            .. rows.Skip(1).GroupBy(r => r[0]).Select(launches =>
            {
                var microseconds = Sum(time);
                var (column, busy) = resources.Select(i => (i, Sum(i))).MaxBy(r => r.Item2);
                return new ModelledKernel(launches.Key, launches.Count(), microseconds, head[column][..^Unit.Length], busy / microseconds);

                double Sum(int at) => launches.Sum(r => double.Parse(r[at], CultureInfo.InvariantCulture));
            }).OrderByDescending(k => k.Microseconds),
        ];
    }
}
