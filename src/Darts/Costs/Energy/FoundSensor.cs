namespace MIOpenDarts.Darts.Costs.Energy;

/// <summary>A sensor, or why there is none and what would help.</summary>
/// <param name="Sensor">The sensor; null for none.</param>
/// <param name="WhyNone">The reason and the cure; null where there is one.</param>
internal sealed record FoundSensor(EnergySensor? Sensor, string? WhyNone)
{
    /// <summary>A sensor.</summary>
    public static FoundSensor One(EnergySensor sensor) => new(sensor, null);

    /// <summary>None.</summary>
    public static FoundSensor None(string why) => new(null, why);
}
