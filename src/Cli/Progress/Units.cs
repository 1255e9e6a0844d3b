namespace MIOpenDarts.Cli.Progress;

/// <summary>Numbers as people read them.</summary>
internal static class Units
{
    public static string Time(double seconds) => seconds switch
    {
        < 1 => $"{seconds * 1000:F0} ms",
        < 90 => $"{seconds:F1} s",
        < 5400 => $"{seconds / 60:F1} min",
        _ => $"{seconds / 3600:F1} h",
    };

    public static string Memory(long bytes) => bytes < 1L << 30 ? $"{bytes / 1048576.0:F0} MiB" : $"{bytes / 1073741824.0:F2} GiB";
}
