using System.Globalization;

namespace MIOpenDarts.Layers.Machine;

/// <summary>
/// Cores of the processor, of which each may run several hardware threads. One thread of the kernels fills a core's multiply-add units: a
/// second beside it would take half of its caches and find no unit free.
/// </summary>
internal static class PhysicalCores
{
    private const string Topology = "/sys/devices/system/cpu";

    /// <summary>
    /// Cores that this process may use, never more than <see cref="Environment.ProcessorCount"/>, which knows limits of a control group.
    /// </summary>
    public static int Count { get; } =
        Math.Min(Environment.ProcessorCount, Of(Topology, "/proc/self/status") ?? Environment.ProcessorCount);

    /// <summary>
    /// Cores that the processors in <paramref name="status"/>, the line <c>Cpus_allowed_list</c>, belong to by the tree at
    /// <paramref name="topology"/>; null where either does not say.
    /// </summary>
    public static int? Of(string topology, string status)
    {
        const string allowed = "Cpus_allowed_list:";
        var line = SystemFile.Lines(status).FirstOrDefault(l => l.StartsWith(allowed, StringComparison.Ordinal));
        if (line is null) return null;
        var cores = new HashSet<string>();
        foreach (var processor in Numbers(line[allowed.Length..]))
        {
            // The processors that share a core with this one; the second name is that of kernels before 5.
            var folder = Path.Combine(topology, $"cpu{processor}", "topology");
            var siblings = SystemFile.Lines(Path.Combine(folder, "core_cpus_list"));
            if (siblings.Length == 0) siblings = SystemFile.Lines(Path.Combine(folder, "thread_siblings_list"));
            if (siblings.Length == 0) return null;
            cores.Add(siblings[0].Trim());
        }

        return cores.Count == 0 ? null : cores.Count;
    }

    /// <summary>The numbers of a list such as <c>0-3,8</c>; none of what is not one.</summary>
    private static IEnumerable<int> Numbers(string list)
    {
        foreach (var part in list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = part.Split('-');
            if (!int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
                || !int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)) yield break;
            for (var i = first; i <= last; i++) yield return i;
        }
    }
}
