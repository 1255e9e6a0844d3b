using System.Diagnostics;

namespace MIOpenDarts.Darts.Benchmarks.Machine;

/// <summary>The most physical memory that this process had since it last asked.</summary>
internal static class PeakMemory
{
    /// <summary>Begins anew where the system allows it (Linux); elsewhere the peak is that of the process.</summary>
    public static void Reset()
    {
        try
        {
            File.WriteAllText("/proc/self/clear_refs", "5");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    /// <summary>The peak in bytes.</summary>
    public static long Bytes
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64;
        }
    }
}
