using System.Globalization;

namespace MIOpenDarts.Layers.Machine;

/// <summary>
/// The memory limits of a process's control groups, version 1 and 2, from its own group up to the outermost that is visible.
/// </summary>
internal static class ControlGroups
{
    /// <summary>
    /// Limits with what their groups have left. Clean pages of files count as free: the kernel drops them before it kills.
    /// </summary>
    /// <param name="root">The folder that has <c>proc</c> and <c>sys</c>.</param>
    /// <param name="swap">Bytes of the machine's swap that are free.</param>
    public static IEnumerable<MemoryLimit> Limits(string root, long swap)
    {
        foreach (var (version, path) in Groups(root))
        {
            var (top, inside) = Mount(root, version, path);
            foreach (var folder in Levels(top, inside))
                foreach (var limit in version == 2 ? Second(root, folder, swap) : First(root, folder, swap)) yield return limit;
        }
    }

    private static IEnumerable<MemoryLimit> Second(string root, string folder, long swap)
    {
        if (Number(folder, "memory.current") is not { } used) yield break;
        used -= Reclaimable(folder, "");
        foreach (var name in new[] { "memory.max", "memory.high" })
        {
            if (Number(folder, name) is not { } limit) continue;
            var swappable = Math.Min(swap, Number(folder, "memory.swap.max") is { } most
                ? most - (Number(folder, "memory.swap.current") ?? 0) : swap);
            yield return Limit(root, folder, name, limit, limit - used + Math.Max(0, swappable));
        }
    }

    private static IEnumerable<MemoryLimit> First(string root, string folder, long swap)
    {
        if (Number(folder, "memory.usage_in_bytes") is not { } used) yield break;
        used -= Reclaimable(folder, "total_");
        // Of a group above the ones that a container sees, only this line speaks.
        long?[] limits = [Number(folder, "memory.limit_in_bytes"),
            Statistics(folder).TryGetValue("hierarchical_memory_limit", out var above) ? above : null];
        if (limits.Min() is not { } limit || limit >= long.MaxValue / 2) yield break;
        var swappable = swap;
        if (Number(folder, "memory.memsw.limit_in_bytes") is { } both) swappable = Math.Min(swap, both - limit);
        yield return Limit(root, folder, "memory.limit_in_bytes", limit, limit - used + Math.Max(0, swappable));
    }

    private static MemoryLimit Limit(string root, string folder, string name, long limit, long free) =>
        new($"{name} of the container is {limit >> 20} MiB, /{Path.GetRelativePath(root, folder)}", Math.Max(0, free));

    private static long Reclaimable(string folder, string prefix)
    {
        var statistics = Statistics(folder);
        return statistics.GetValueOrDefault(prefix + "inactive_file") + statistics.GetValueOrDefault(prefix + "active_file");
    }

    // "0::/path" is version 2; "4:memory:/path" is the memory controller of version 1.
    private static IEnumerable<(int Version, string Path)> Groups(string root)
    {
        foreach (var line in SystemFile.Lines(Path.Combine(root, "proc/self/cgroup")))
        {
            if (line.Split(':', 3) is not [var number, var controllers, var path]) continue;
            if (number == "0" && controllers.Length == 0) yield return (2, path);
            else if (controllers.Split(',').Contains("memory")) yield return (1, path);
        }
    }

    // Where the hierarchy is mounted, and the group's path below that: a container may see only a part of the hierarchy.
    private static (string Top, string Inside) Mount(string root, int version, string path)
    {
        foreach (var line in SystemFile.Lines(Path.Combine(root, "proc/self/mountinfo")))
        {
            if (line.Split(" - ", 2) is not [var mount, var system]) continue;
            if (mount.Split(' ') is not [_, _, _, var from, var to, ..] || system.Split(' ') is not [var type, _, var options, ..])
                continue;
            if (version == 2 ? type != "cgroup2" : type != "cgroup" || !options.Split(',').Contains("memory")) continue;
            var inside = from == "/" ? path : path == from || path.StartsWith(from + "/", StringComparison.Ordinal) ? path[from.Length..]
                : "";
            return (Path.Combine(root, to.TrimStart('/')), inside.Trim('/'));
        }

        return (Path.Combine(root, version == 2 ? "sys/fs/cgroup" : "sys/fs/cgroup/memory"), path.Trim('/'));
    }

    private static IEnumerable<string> Levels(string top, string inside)
    {
        for (var folder = Path.Combine(top, inside); folder.Length > top.Length; folder = Path.GetDirectoryName(folder)!)
            yield return folder;
        yield return top;
    }

    // "max" is no number and no limit.
    private static long? Number(string folder, string name) =>
        SystemFile.Lines(Path.Combine(folder, name)) is [var line, ..] && TryParse(line, out var value) ? value : null;

    private static Dictionary<string, long> Statistics(string folder)
    {
        var statistics = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var line in SystemFile.Lines(Path.Combine(folder, "memory.stat")))
            if (line.Split(' ') is [var name, var number] && TryParse(number, out var value)) statistics[name] = value;
        return statistics;
    }

    private static bool TryParse(string number, out long value) =>
        long.TryParse(number.AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
