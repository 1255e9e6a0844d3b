using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Machine;

namespace MIOpenDarts.Darts.Records;

/// <summary>Where a run took place: what a reader needs to judge its speed and to repeat it.</summary>
internal sealed record RunEnvironment
{
    /// <summary>Processor name as the machine reports it.</summary>
    public required string Processor { get; init; }

    /// <summary>Width of the vectors in use, in bits; results are bit-identical only for equal widths.</summary>
    public required int SimdBits { get; init; }

    /// <summary>Worker threads.</summary>
    public required int Threads { get; init; }

    /// <summary>Name of the backend, e.g. <c>cpu</c>.</summary>
    public required string Backend { get; init; }

    /// <summary>Version of the .NET runtime.</summary>
    public required string DotNet { get; init; }

    /// <summary>Name and version of the operating system.</summary>
    public required string OperatingSystem { get; init; }

    /// <summary>Version of the program.</summary>
    public required string Program { get; init; }

    /// <summary>Version of this program.</summary>
    public static string ThisVersion { get; } =
        typeof(RunEnvironment).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>What tells this program from one that may compute otherwise: version, build and runtime.</summary>
    public static string ThisBuild { get; } = $"{ThisVersion} (build {Build(typeof(RunEnvironment))}-{Build(typeof(BackendChoice))}, "
        + $"{RuntimeInformation.FrameworkDescription})";

    /// <summary>Bits of the widest vector that the runtime uses here.</summary>
    public static int WidestVector => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    /// <summary>Name of the processor of this machine.</summary>
    public static string ThisProcessor
    {
        get
        {
            const string file = "/proc/cpuinfo";
            var line = File.Exists(file)
                ? File.ReadLines(file).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))
                : null;
            return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
        }
    }

    private static string Build(Type type) => type.Assembly.ManifestModule.ModuleVersionId.ToString("N")[..8];

    /// <summary>This machine, computing on <paramref name="backend"/> with so many threads (0: one for each core).</summary>
    public static RunEnvironment Current(Backend<float> backend, int threads) => new()
    {
        Processor = ThisProcessor,
        SimdBits = WidestVector,
        Threads = threads == 0 ? PhysicalCores.Count : threads,
        Backend = $"{backend.Name}: {backend.Description}",
        DotNet = RuntimeInformation.FrameworkDescription,
        OperatingSystem = RuntimeInformation.OSDescription,
        Program = $"miopendarts {ThisVersion}",
    };
}
