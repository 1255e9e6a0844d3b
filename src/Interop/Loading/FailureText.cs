using System.Text;

namespace MIOpenDarts.Interop.Loading;

/// <summary>The words for a library or a GPU that is not there: what was tried, likely causes, cures.</summary>
internal static class FailureText
{
    /// <summary>For a library that could not be loaded.</summary>
    public static string Of(RocmLibrary library, int? major, IReadOnlyList<string> tried, IReadOnlyList<string> places)
    {
        var text = new StringBuilder();
        text.Append("No usable ").Append(Name(library)).Append(" library was found");
        text.AppendLine(major is null ? "." : $" for ROCm {major} (all libraries must come from one ROCm major).");
        text.Append("  Looked in: ").AppendJoin(", ", places.Where(p => p != SearchPlaces.Loader))
            .AppendLine(" and the system loader's cache.");
        foreach (var line in tried)
        {
            text.Append("  Tried ").AppendLine(line);
        }
        text.AppendLine("  Likely causes and cures:");
        text.AppendLine($"  - ROCm is not installed: install the packages {Packages(library)}.");
        text.AppendLine(
            $"  - ROCm is elsewhere: set {SearchPlaces.Variable} to its folder (the one with lib/libamdhip64.so.6 or similar in it).");
        text.AppendLine("  - Two ROCm majors are mixed, or a library it needs is missing (see above): "
            + "point the variable at one complete installation.");
        text.Append("  - An RX 480/580 (gfx803) needs a build that still has it: AMD's current packages leave it out, Debian's have it.");
        return text.ToString();
    }

    /// <summary>For a runtime that is there but sees no GPU.</summary>
    public static string NoDevice(string runtimePath, int status, string statusText, string driver = "/dev/kfd")
    {
        var text = new StringBuilder();
        text.AppendLine($"No AMD GPU found: {runtimePath} answered {status} ({statusText}).");
        if (!File.Exists(driver))
        {
            text.AppendLine($"  {driver} is missing: there is no AMD GPU, the amdgpu kernel driver is not loaded, "
                + "or a container was started without "
                + "--device=/dev/kfd --device=/dev/dri.");
        }
        else
        {
            text.AppendLine($"  {driver} is there. Most often the user may not use it, for not being in the group render: "
                + "sudo usermod -aG render,video $USER, then log in again.");
        }
        text.AppendLine("  HIP_VISIBLE_DEVICES, ROCR_VISIBLE_DEVICES or GPU_DEVICE_ORDINAL, if set, may hide every GPU.");
        text.Append(
            "  An RX 480/580 (gfx803) needs a ROCm build that still has it: AMD's current packages leave it out, Debian's have it.");
        return text.ToString();
    }

    /// <summary>The loader's own words, without .NET's advice around them.</summary>
    public static string Reason(Exception e)
    {
        var lines = e.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.FirstOrDefault(l => l.Contains(": ", StringComparison.Ordinal) && l.StartsWith('/'))
            ?? lines.FirstOrDefault(l => l.StartsWith("lib", StringComparison.Ordinal))
            ?? lines.FirstOrDefault() ?? e.GetType().Name;
    }

    private static string Name(RocmLibrary library) => library switch
    {
        RocmLibrary.Hip => "HIP runtime",
        RocmLibrary.HipRtc => "hipRTC",
        RocmLibrary.MIOpen => "MIOpen",
        _ => "hipBLAS",
    };

    private static string Packages(RocmLibrary library) => library switch
    {
        RocmLibrary.Hip => "libamdhip64-6 (Debian) or hip-runtime-amd (AMD)",
        RocmLibrary.HipRtc => "libhiprtc6 (Debian) or hip-runtime-amd (AMD)",
        RocmLibrary.MIOpen => "libmiopen1 (Debian) or miopen-hip (AMD)",
        _ => "libhipblas2 (Debian) or hipblas (AMD)",
    };
}
