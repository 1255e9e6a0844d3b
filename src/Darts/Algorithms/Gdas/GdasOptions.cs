namespace MIOpenDarts.Darts.Algorithms.Gdas;

/// <summary>Options of GDAS alone.</summary>
public sealed record GdasOptions
{
    /// <summary>Temperature of the draws in the first epoch.</summary>
    public double TemperatureStart { get; init; } = 10;

    /// <summary>Temperature in the last epoch.</summary>
    public double TemperatureEnd { get; init; } = 0.1;
}

/// <summary>Their table.</summary>
internal sealed class GdasOptionTable() : MethodOptionTable<GdasOptions>(
[
    Number(
        "temperature_start", "over 0, up to 1000", "Temperature of the draws in the first epoch (gdas).",
        o => o.TemperatureStart, (o, v) => o with { TemperatureStart = v }, x => x is > 0 and <= 1000),
    Number(
        "temperature_end", "over 0, up to 1000", "Temperature in the last epoch.",
        o => o.TemperatureEnd, (o, v) => o with { TemperatureEnd = v }, x => x is > 0 and <= 1000),
]);
