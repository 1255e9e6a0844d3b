using System.Globalization;

namespace MIOpenDarts.Layers.Machine;

/// <summary>
/// What the machine, the control groups of a container, and the limits of a shell let this process take, read from the files of Linux
/// (proc(5), cgroups(7), getrlimit(2)). What is not there, or cannot be read, does not limit.
/// </summary>
internal sealed class MemoryLimits
{
    private const string AddressSpace = "Max address space";
    private const string DataSize = "Max data size";

    private MemoryLimits(IReadOnlyList<MemoryLimit> shared, IReadOnlyList<MemoryLimit> own) => (Shared, Own) = (shared, own);

    /// <summary>Of the machine and of control groups, which processes beside this one take from too.</summary>
    public IReadOnlyList<MemoryLimit> Shared { get; }

    /// <summary>Of a shell, which each process has for itself.</summary>
    public IReadOnlyList<MemoryLimit> Own { get; }

    /// <summary>All limits.</summary>
    public IReadOnlyList<MemoryLimit> All => [.. Shared, .. Own];

    /// <summary>The one that is met first; null where nothing is known.</summary>
    public MemoryLimit? Least => LeastOf(All);

    /// <summary>The one of these that is met first; null for none.</summary>
    public static MemoryLimit? LeastOf(IReadOnlyList<MemoryLimit> limits) => limits.MinBy(limit => limit.Free);

    /// <summary>The limits of this process, as they are now.</summary>
    public static MemoryLimits Here()
    {
        var read = Read("/");
        if (OperatingSystem.IsLinux()) return read;
        // Elsewhere the runtime knows the machine, and what a job object allows.
        var memory = GC.GetGCMemoryInfo();
        return new MemoryLimits(
            [.. read.Shared, new MemoryLimit("the machine", Math.Max(0, memory.TotalAvailableMemoryBytes - Environment.WorkingSet))],
            read.Own);
    }

    /// <summary>
    /// What the managed heap may still take of all that: the runtime keeps it below a part of a container's limit, or below
    /// DOTNET_GCHeapHardLimit.
    /// </summary>
    public static MemoryLimit ManagedHeap()
    {
        var memory = GC.GetGCMemoryInfo();
        return new MemoryLimit(
            $"the managed heap may have {memory.TotalAvailableMemoryBytes >> 20} MiB",
                Math.Max(0, memory.TotalAvailableMemoryBytes - memory.TotalCommittedBytes));
    }

    /// <summary>The limits that the files below a folder state.</summary>
    /// <param name="root">The folder that has <c>proc</c> and <c>sys</c>.</param>
    public static MemoryLimits Read(string root)
    {
        var memory = Fields(Path.Combine(root, "proc/meminfo"));
        var swap = memory.GetValueOrDefault("SwapFree");
        List<MemoryLimit> shared = [], own = [];
        if (memory.TryGetValue("MemAvailable", out var available))
            shared.Add(new MemoryLimit($"the machine has {memory.GetValueOrDefault("MemTotal") >> 20} MiB", available + swap));
        shared.AddRange(ControlGroups.Limits(root, swap));
        var process = Fields(Path.Combine(root, "proc/self/status"));
        AddResource(own, root, AddressSpace, "ulimit -v", process.GetValueOrDefault("VmSize"));
        AddResource(own, root, DataSize, "ulimit -d", process.GetValueOrDefault("VmData"));
        return new MemoryLimits(shared, own);
    }

    private static void AddResource(List<MemoryLimit> limits, string root, string resource, string name, long used)
    {
        var line = SystemFile.Lines(Path.Combine(root, "proc/self/limits")).FirstOrDefault(l =>
            l.StartsWith(resource, StringComparison.Ordinal));
        var soft = line?[resource.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        if (long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit))
            limits.Add(new MemoryLimit($"{name} allows {limit >> 20} MiB", Math.Max(0, limit - used)));
    }

    // Lines such as "MemAvailable:   123456 kB", in bytes.
    private static Dictionary<string, long> Fields(string file)
    {
        var fields = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var line in SystemFile.Lines(file))
        {
            if (line.Split(':', StringSplitOptions.TrimEntries) is [var name, var value] && value.EndsWith(" kB", StringComparison.Ordinal)
                && long.TryParse(value.AsSpan(0, value.Length - 3), NumberStyles.None, CultureInfo.InvariantCulture, out var kilobytes))
                fields[name] = kilobytes << 10;
        }

        return fields;
    }
}
