using System.Globalization;

namespace MIOpenDarts.Darts.Costs.Energy;

/// <summary>
/// Counters of Linux' powercap (<c>energy_uj</c>, microjoules, which wrap at <c>max_energy_range_uj</c>): the packages of processors, and
/// memory where it has a counter. Other zones (core, uncore, psys, mmio) count part of the same energy again and are left out.
/// </summary>
internal sealed class EnergyCounters : EnergySensor
{
    // No package takes more than a kilowatt, so a counter of 65,536 J, the shortest that is known, lasts a minute.
    private const double MostWatts = 1000;
    private readonly Zone[] zones;

    private EnergyCounters(Zone[] zones)
    {
        this.zones = zones;
        Name = $"{string.Join(" and ", zones.Select(zone => zone.Name))} (powercap)";
        LongestGap = zones.Min(zone => zone.Range) * 1e-6 / MostWatts;
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override double LongestGap { get; }

    /// <summary>Looks for counters.</summary>
    /// <param name="root">The folder <c>/sys/class/powercap</c>.</param>
    public static FoundSensor Find(string root)
    {
        if (!Directory.Exists(root))
            return FoundSensor.None($"{root} is not there: the kernel has no powercap, or this is a container or a virtual machine");
        try
        {
            Zone[] zones = [.. Directory.EnumerateDirectories(root, "intel-rapl:*").Order(StringComparer.Ordinal).Select(Zone.Of)
                .OfType<Zone>()];
            if (zones.Length == 0)
                return FoundSensor.None($"{root} has no counter of a package: load the module intel_rapl_msr, or this processor has none");
            foreach (var zone in zones) zone.Counter();
            return FoundSensor.One(new EnergyCounters(zones));
        }
        catch (UnauthorizedAccessException)
        {
            return FoundSensor.None($"reading {root}/intel-rapl:*/energy_uj is not allowed: as root, chmod a+r it, or run as root");
        }
        catch (Exception e) when (e is IOException or FormatException or OverflowException)
        {
            return FoundSensor.None($"{root} cannot be read: {e.Message}");
        }
    }

    /// <inheritdoc/>
    public override void Read(double seconds)
    {
        foreach (var zone in zones) Joules += zone.Advance() * 1e-6;
    }

    private sealed class Zone(string folder, string name, long range)
    {
        private long? before;

        public string Name => name;

        /// <summary>Microjoules after which the counter begins at 0.</summary>
        public long Range => range;

        public static Zone? Of(string folder)
        {
            var name = File.ReadAllText(Path.Combine(folder, "name")).Trim();
            return name.StartsWith("package-", StringComparison.Ordinal) || name == "dram"
                ? new Zone(folder, name, Number(Path.Combine(folder, "max_energy_range_uj")))
                : null;
        }

        public long Counter() => Number(Path.Combine(folder, "energy_uj"));

        /// <summary>Microjoules since the last call.</summary>
        public long Advance()
        {
            var now = Counter();
            var passed = before is { } then ? now >= then ? now - then : now - then + range : 0;
            before = now;
            return passed;
        }

        private static long Number(string path) => long.Parse(File.ReadAllText(path), CultureInfo.InvariantCulture);
    }
}
