namespace MIOpenDarts.Darts.Costs.Energy;

/// <summary>A sensor, or why there is none and what would help.</summary>
/// <param name="Sensor">The sensor; null for none.</param>
/// <param name="WhyNone">The reason and the cure; null where there is one.</param>
internal sealed record FoundSensor(EnergySensor? Sensor, string? WhyNone)
{
    /// <summary>A sensor.</summary>
    public static FoundSensor One(EnergySensor sensor) => new(sensor, null);

    /// <summary>The sensor.</summary>
    /// <exception cref="IOException">There is none: n/a with the reason and the cure, and never a zero.</exception>
    public EnergySensor Require() => Sensor
        ?? throw new IOException($"energy: n/a, {WhyNone}; --cost energy:estimated compares architectures without a sensor");

    /// <summary>None.</summary>
    public static FoundSensor None(string why) => new(null, why);
}
