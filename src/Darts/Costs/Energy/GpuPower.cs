using System.Globalization;

namespace MIOpenDarts.Darts.Costs.Energy;

/// <summary>
/// The power of an AMD GPU that its driver tells in microwatts (hwmon: <c>power1_average</c>, or <c>power1_input</c> on newer kernels),
/// summed by trapezoids. On Polaris it is the chip's own estimate, not that of the whole board.
/// </summary>
internal sealed class GpuPower : EnergySensor
{
    private static readonly string[] Files = ["power1_average", "power1_input"];
    private readonly string path;
    private (double Seconds, double Watts)? before;

    private GpuPower(string path, string card) => (this.path, Name) = (path, $"{card} ({Path.GetFileName(path)})");

    /// <inheritdoc/>
    public override string Name { get; }

    /// <summary>The firmware averages over some milliseconds; what changes faster is not seen.</summary>
    public override double LongestGap => 0.05;

    /// <summary>Looks for the sensor of a card.</summary>
    /// <param name="root">The folder <c>/sys/class/drm</c>.</param>
    /// <param name="card">Number of the card among those of AMD that the folder lists.</param>
    public static FoundSensor Find(string root, int card = 0)
    {
        try
        {
            string[] cards = Directory.Exists(root)
                ? [.. Directory.EnumerateDirectories(root, "card*").Where(IsAmd).OrderBy(folder => folder.Length)
                    .ThenBy(folder => folder, StringComparer.Ordinal)]
                : [];
            if (card >= cards.Length)
                return FoundSensor.None(
                $"{root} lists {cards.Length} cards of AMD: the driver amdgpu is not loaded, or this is a container without it");
            var name = Path.GetFileName(cards[card]);
            var sensors = Path.Combine(cards[card], "device", "hwmon");
            var readable = (Directory.Exists(sensors) ? Directory.EnumerateDirectories(sensors) : [])
                .SelectMany(folder => Files.Select(file => Path.Combine(folder, file))).FirstOrDefault(File.Exists);
            if (readable is null)
                return FoundSensor.None(
                $"{name} tells no power (neither {string.Join(" nor ", Files)} in {sensors}/*): this card or its driver has no sensor");
            var sensor = new GpuPower(readable, name);
            sensor.Watts();
            return FoundSensor.One(sensor);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or OverflowException)
        {
            return FoundSensor.None($"the power of card {card} in {root} cannot be read: {e.Message}");
        }
    }

    /// <inheritdoc/>
    public override void Read(double seconds)
    {
        var watts = Watts();
        if (before is var (then, wattsThen)) Joules += (watts + wattsThen) / 2 * (seconds - then);
        before = (seconds, watts);
    }

    // Connectors, such as card0-DP-1, are listed beside the cards.
    private static bool IsAmd(string card)
    {
        if (Path.GetFileName(card).AsSpan("card".Length).ContainsAnyExceptInRange('0', '9')) return false;
        var vendor = Path.Combine(card, "device", "vendor");
        return File.Exists(vendor) && File.ReadAllText(vendor).Trim() == "0x1002";
    }

    private double Watts() => long.Parse(File.ReadAllText(path), CultureInfo.InvariantCulture) * 1e-6;
}
