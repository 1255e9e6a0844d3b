using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Records;

/// <summary>Reads what a run's log says about the machine.</summary>
public static class RunEnvironments
{
    /// <summary>This machine, computing on <paramref name="backend"/> with so many threads (0: one for each processor).</summary>
    public static RunEnvironment Here(Backend<float> backend, int threads) => new()
    {
        Processor = Processor,
        SimdBits = SimdBits,
        Threads = threads == 0 ? Environment.ProcessorCount : threads,
        Backend = $"{backend.Name}: {backend.Description}",
        DotNet = RuntimeInformation.FrameworkDescription,
        OperatingSystem = RuntimeInformation.OSDescription,
        Program = $"miopendarts {Version}",
    };

    /// <summary>Version of this program.</summary>
    public static string Version =>
        typeof(RunEnvironments).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>Bits of the widest vector that the runtime uses here.</summary>
    public static int SimdBits => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    /// <summary>Name of the processor.</summary>
    public static string Processor
    {
        get
        {
            const string file = "/proc/cpuinfo";
            var line = File.Exists(file) ? File.ReadLines(file).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
            return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
        }
    }
}
