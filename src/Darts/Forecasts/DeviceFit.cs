namespace MIOpenDarts.Darts.Forecasts;

/// <summary>
/// Settings with which a network fits into the memory of a device. Each was planned before it is suggested, and nothing is allocated for
/// its activations.
/// </summary>
internal static class DeviceFit
{
    private const int LeastBatch = 2;

    /// <summary>A smaller batch; empty where none fits.</summary>
    /// <param name="free">Bytes that a plan may take.</param>
    /// <param name="batch">The batch that does not fit.</param>
    /// <param name="forecast">Bytes of a plan for so many images.</param>
    public static string Batch(long free, int batch, Func<int, long> forecast) =>
        LargestSetting.Below(batch, LeastBatch, 1, b => forecast(b) <= free) is { } fits ? $"batch_size {fits}" : "";

    /// <summary>A smaller batch, fewer init channels, something of both; empty where nothing fits.</summary>
    /// <param name="free">Bytes that a plan may take.</param>
    /// <param name="batch">The batch that does not fit.</param>
    /// <param name="channels">The init channels that do not fit with it.</param>
    /// <param name="parts">What init channels must be a multiple of.</param>
    /// <param name="forecast">Bytes of a plan for so many images and init channels.</param>
    public static string BatchOrChannels(long free, int batch, int channels, int parts, Func<int, int, long> forecast)
    {
        var fewer = LargestSetting.Below(channels, parts, parts, c => forecast(batch, c) <= free);
        var between = (channels + (fewer ?? parts)) / 2 / parts * parts;
        return string.Join("; or ", new[]
        {
            Batch(free, batch, b => forecast(b, channels)),
            fewer is null ? "" : $"init_channels {fewer}",
            Both(between) ?? (between > parts ? Both(parts) : null) ?? "",
        }.Where(setting => setting.Length > 0));

        string? Both(int c) => c != channels && c != fewer
            && LargestSetting.Below(batch, LeastBatch, 1, b => forecast(b, c) <= free) is { } b
            ? $"batch_size {b} with init_channels {c}"
            : null;
    }
}
