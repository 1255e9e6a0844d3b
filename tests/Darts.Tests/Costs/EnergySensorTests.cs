using MIOpenDarts.Darts.Costs.Energy;

namespace MIOpenDarts.Darts.Tests.Costs;

/// <summary>Sensors over made-up trees of sysfs.</summary>
public sealed class EnergySensorTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("sysfs").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void Packages_and_memory_are_summed_and_nothing_twice()
    {
        Zone("intel-rapl:0", "package-0", 1_000_000);
        Zone("intel-rapl:0:0", "core", 100_000_000);
        Zone("intel-rapl:0:1", "dram", 2_000_000);
        Zone("intel-rapl:1", "package-1", 5_000_000);
        Zone("intel-rapl:2", "psys", 100_000_000);
        Zone("intel-rapl-mmio:0", "package-0", 100_000_000);
        var sensor = EnergyCounters.Find(root).Sensor!;
        Assert.Equal("package-0 and dram and package-1 (powercap)", sensor.Name);
        sensor.Read(0);
        Assert.Equal(0, sensor.Joules);
        Set("intel-rapl:0/energy_uj", 3_000_000);
        Set("intel-rapl:0:0/energy_uj", 900_000_000);
        Set("intel-rapl:0:1/energy_uj", 2_500_000);
        Set("intel-rapl:1/energy_uj", 9_000_000);
        Set("intel-rapl:2/energy_uj", 900_000_000);
        sensor.Read(1);
        Assert.Equal(2 + 0.5 + 4, sensor.Joules, 1e-12);
    }

    [Fact]
    public void A_counter_that_wraps_goes_on()
    {
        Zone("intel-rapl:0", "package-0", 900, range: 1000);
        var sensor = EnergyCounters.Find(root).Sensor!;
        sensor.Read(0);
        Set("intel-rapl:0/energy_uj", 50);
        sensor.Read(1);
        Assert.Equal(150e-6, sensor.Joules, 1e-12);
        Set("intel-rapl:0/energy_uj", 60);
        sensor.Read(2);
        Assert.Equal(160e-6, sensor.Joules, 1e-12);
    }

    [Fact]
    public void Power_is_summed_by_trapezoids()
    {
        Card("card0", "power1_average", 10_000_000);
        var sensor = GpuPower.Find(root).Sensor!;
        Assert.Equal("card0 (power1_average)", sensor.Name);
        sensor.Read(0);
        Set("card0/device/hwmon/hwmon3/power1_average", 30_000_000);
        sensor.Read(1);
        sensor.Read(3);
        Assert.Equal(80, sensor.Joules, 1e-12);
    }

    [Fact]
    public void Newer_kernels_have_another_name_and_other_cards_are_no_amd()
    {
        Card("card0", "power1_average", 1_000_000, vendor: "0x8086");
        Card("card1", "power1_input", 2_000_000);
        Directory.CreateDirectory(Path.Combine(root, "card1-HDMI-A-1"));
        Card("card10", "power1_average", 3_000_000);
        Assert.Equal("card1 (power1_input)", GpuPower.Find(root).Sensor!.Name);
        Assert.Equal("card10 (power1_average)", GpuPower.Find(root, 1).Sensor!.Name);
        Assert.Contains("lists 2 cards of AMD", GpuPower.Find(root, 2).WhyNone, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_nothing_can_be_read_the_reason_is_told()
    {
        Assert.Contains("is not there", EnergyCounters.Find(Path.Combine(root, "none")).WhyNone, StringComparison.Ordinal);
        Assert.Contains("no counter of a package", EnergyCounters.Find(root).WhyNone, StringComparison.Ordinal);
        Assert.Contains("lists 0 cards of AMD", GpuPower.Find(Path.Combine(root, "none")).WhyNone, StringComparison.Ordinal);
        Card("card0", "temp1_input", 40_000);
        Assert.Contains("card0 tells no power", GpuPower.Find(root).WhyNone, StringComparison.Ordinal);
        Zone("intel-rapl:0", "package-0", 1);
        File.WriteAllText(Path.Combine(root, "intel-rapl:0", "energy_uj"), "none");
        Assert.Contains("cannot be read", EnergyCounters.Find(root).WhyNone, StringComparison.Ordinal);
        File.Delete(Path.Combine(root, "intel-rapl:0", "energy_uj"));
        Assert.Contains("cannot be read", EnergyCounters.Find(root).WhyNone, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_sensor_energy_is_not_available_and_never_zero()
    {
        var message = Assert.Throws<IOException>(() => EnergyCounters.Find(root).Require()).Message;
        Assert.StartsWith("energy: n/a, ", message, StringComparison.Ordinal);
        Assert.Contains("load the module intel_rapl_msr", message, StringComparison.Ordinal);
        Assert.EndsWith("--cost energy:estimated compares architectures without a sensor", message, StringComparison.Ordinal);
        Zone("intel-rapl:0", "package-0", 1);
        Assert.Equal("package-0 (powercap)", EnergyCounters.Find(root).Require().Name);
    }

    [Fact]
    public void Counters_that_may_not_be_read_are_told_with_the_cure()
    {
        Zone("intel-rapl:0", "package-0", 1);
        // Opening a folder as a file is denied to everybody, the tests' root too, as the counter is to a user.
        var counter = Path.Combine(root, "intel-rapl:0", "energy_uj");
        File.Delete(counter);
        Directory.CreateDirectory(counter);
        var found = EnergyCounters.Find(root);
        Assert.Null(found.Sensor);
        Assert.Equal($"reading {root}/intel-rapl:*/energy_uj is not allowed: as root, chmod a+r it, or run as root", found.WhyNone);
    }

    [Fact]
    public void The_power_at_rest_is_taken_off()
    {
        Card("card0", "power1_input", 10_000_000);
        var power = Path.Combine(root, "card0/device/hwmon/hwmon3/power1_input");
        var clock = new Clock();
        var measurement = new EnergyMeasurement(GpuPower.Find(root).Sensor!, clock, clock.Advance);
        // 20 W more than at rest for a quarter of a second, of which the sensor sees both ends as ramps of one reading.
        var joules = measurement.Joules(() =>
        {
            File.WriteAllText(power, "30000000");
            clock.Advance(TimeSpan.FromSeconds(0.25));
            File.WriteAllText(power, "10000000");
        });
        Assert.Equal(20 * 0.25, joules, 20 * 0.02);
        Assert.Equal(0, measurement.Joules(() => clock.Advance(TimeSpan.FromSeconds(3))), 1e-9);
    }

    [Fact]
    public void A_sensor_that_goes_away_ends_the_measurement_and_not_the_process()
    {
        Card("card0", "power1_input", 10_000_000);
        var clock = new Clock();
        var measurement = new EnergyMeasurement(GpuPower.Find(root).Sensor!, clock, clock.Advance);
        var message = Assert.Throws<IOException>(() => measurement.Joules(() =>
        {
            File.Delete(Path.Combine(root, "card0/device/hwmon/hwmon3/power1_input"));
            clock.Advance(TimeSpan.FromSeconds(0.1));
        })).Message;
        Assert.StartsWith("card0 (power1_input) can no longer be read", message, StringComparison.Ordinal);
    }

    private void Zone(string folder, string name, long counter, long range = 65_532_610_987)
    {
        Set($"{folder}/energy_uj", counter);
        Set($"{folder}/max_energy_range_uj", range);
        File.WriteAllText(Path.Combine(root, folder, "name"), name + "\n");
    }

    private void Card(string card, string file, long value, string vendor = "0x1002")
    {
        Set($"{card}/device/hwmon/hwmon3/{file}", value);
        File.WriteAllText(Path.Combine(root, card, "device", "vendor"), vendor + "\n");
    }

    private void Set(string path, long value)
    {
        var file = Path.Combine(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, $"{value}\n");
    }

    /// <summary>A clock that goes when it is told to, and calls its timers on the way.</summary>
    private sealed class Clock : TimeProvider
    {
        private readonly List<Timer> timers = [];
        private TimeSpan now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => now.Ticks;

        public void Advance(TimeSpan by)
        {
            for (var end = now + by; now < end;)
            {
                now = timers.Select(timer => timer.Next).Append(end).Min();
                foreach (var timer in timers.ToList()) timer.Call(now);
            }
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new Timer(this, () => callback(state), now + dueTime, period);
            timers.Add(timer);
            return timer;
        }

        private sealed class Timer(Clock clock, Action call, TimeSpan first, TimeSpan period) : ITimer
        {
            public TimeSpan Next { get; private set; } = first;

            public void Call(TimeSpan now)
            {
                if (now < Next) return;
                Next += period;
                call();
            }

            public bool Change(TimeSpan dueTime, TimeSpan period) => false;

            public void Dispose() => clock.timers.Remove(this);

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
