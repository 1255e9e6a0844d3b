using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Loading;
using MIOpenDarts.Interop.MIOpen;
using MIOpenDarts.Interop.Rtc;

namespace MIOpenDarts.Layers.Diagnostics;

/// <summary>What stands around a GPU: libraries, the device, access to it, environment variables, known faults of packages.</summary>
internal static partial class EnvironmentReport
{
    private const int LongestPath = 512;

    // Each of these decides over results or over whether anything runs at all on a gfx803.
    private static readonly string[] Variables =
    [
        "MIOPENDARTS_ROCM", "MIOPENDARTS_CACHE", "ROCM_PATH", "LD_LIBRARY_PATH", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES",
        "HSA_OVERRIDE_GFX_VERSION",
        "ROC_ENABLE_PRE_VEGA", "ROCBLAS_TENSILE_LIBPATH", "MIOPEN_FIND_MODE", "MIOPEN_DEBUG_GCN_ASM_KERNELS", "MIOPEN_DEBUG_CONV_WINOGRAD",
        "MIOPEN_EXPERIMENTAL_GCN_ASM_PATH", "MIOPEN_USER_DB_PATH", "MIOPEN_CUSTOM_CACHE_DIR",
    ];

    /// <summary>Libraries with their files and versions.</summary>
    public static IEnumerable<(string Name, string Text)> Libraries()
    {
        foreach (var library in Enum.GetValues<RocmLibrary>())
            yield return (library.ToString(), Rocm.PathOf(library) is { } path ? $"{path}{Version(library)}" : "not found");
    }

    /// <summary>The device and the way to it.</summary>
    public static IEnumerable<(string Name, string Text)> Device(HipDevice device)
    {
        yield return ($"hip:{device.Ordinal}",
            $"{device.Name}, {device.Architecture}, {device.ComputeUnits} compute units, waves of {device.WavefrontSize}");
        yield return ("memory", $"{device.FreeMemory >> 20} MiB free of {device.TotalMemory >> 20}");
        yield return ("access", Access());
    }

    /// <summary>The environment variables that matter and are set.</summary>
    public static IEnumerable<(string Name, string Text)> Environment() =>
        Variables.Select(v => (v, System.Environment.GetEnvironmentVariable(v) ?? "")).Where(v => v.Item2.Length > 0);

    /// <summary>Known faults: what is wrong, and the cure.</summary>
    public static IEnumerable<(string Fault, string Cure)> Faults(HipDevice device)
    {
        if (MemoryShortage.Before(device) is { } shortage) yield return shortage;
        if (System.Environment.GetEnvironmentVariable("MIOPEN_EXPERIMENTAL_GCN_ASM_PATH") is { Length: > 0 })
            yield return ("MIOPEN_EXPERIMENTAL_GCN_ASM_PATH is set: Debian's MIOpen then chooses assembly kernels that it does not have",
                "unset it");
        if (device.Architecture == "gfx803" && System.Environment.GetEnvironmentVariable("ROCBLAS_TENSILE_LIBPATH") is not { Length: > 0 })
            yield return ("stock rocBLAS computes wrong products on gfx803", Cures.OfWrong("hipBLAS"));
        if (System.Environment.GetEnvironmentVariable("ROCBLAS_TENSILE_LIBPATH") is { Length: > 0 } folder && !Directory.Exists(folder))
            yield return ($"ROCBLAS_TENSILE_LIBPATH names {folder}, which does not exist",
                "name the folder with the fallback kernels (docs/gpu.md)");
        if (device.Architecture == "gfx803" && System.Environment.GetEnvironmentVariable("HSA_OVERRIDE_GFX_VERSION") is { Length: > 0 })
            yield return ("HSA_OVERRIDE_GFX_VERSION makes code for another chip run on this one", "unset it");
        foreach (var compiler in MissingCompilers())
            yield return (
                $"MIOpen starts {compiler} for its OpenCL kernels, which does not exist",
                $"mkdir -p {Path.GetDirectoryName(compiler)} and ln -s " +
                    $"/usr/lib/llvm-{compiler[(compiler.LastIndexOf('-') + 1)..]}/bin/clang {compiler}");
    }

    /// <summary>Compilers that MIOpen has the path of, as the place where Debian builds packages, and that are not there.</summary>
    private static IEnumerable<string> MissingCompilers()
    {
        if (Rocm.PathOf(RocmLibrary.MIOpen) is not { } library || !File.Exists(library)) yield break;
        var found = new HashSet<string>();
        var overlap = 0;
        var buffer = new byte[1 << 20];
        using var file = File.OpenRead(library);
        for (int read; (read = file.Read(buffer, overlap, buffer.Length - overlap)) > 0;)
        {
            var length = overlap + read;
            for (var at = 0; at < length - LongestPath; at++)
            {
                var next = buffer.AsSpan(at, length - LongestPath - at).IndexOf("/build/"u8);
                if (next < 0) break;
                at += next;
                var text = buffer.AsSpan(at, LongestPath);
                var end = text.IndexOf((byte)0);
                if (end > 0 && CompilerPath().IsMatch(Encoding.ASCII.GetString(text[..end])))
                    found.Add(Encoding.ASCII.GetString(text[..end]));
            }

            overlap = Math.Min(LongestPath, length);
            buffer.AsSpan(length - overlap, overlap).CopyTo(buffer);
        }

        foreach (var path in found.Where(path => !File.Exists(path)).Order(StringComparer.Ordinal)) yield return path;
    }

    [GeneratedRegex(@"^/build/\S*/clang-\d+$")]
    private static partial Regex CompilerPath();

    private static string Version(RocmLibrary library)
    {
        try
        {
            return library switch
            {
                RocmLibrary.Hip => string.Create(CultureInfo.InvariantCulture, $" (ROCm {Rocm.Major})"),
                RocmLibrary.HipRtc => $" ({KernelCompiler.CompilerVersion})",
                RocmLibrary.MIOpen => $" ({MIOpenHandle.LibraryVersion})",
                _ => "",
            };
        }
        catch (Exception e) when (e is HipException or HipRtcException or MIOpenException)
        {
            return $" (does not tell its version: {e.Message})";
        }
    }

    private static string Access()
    {
        if (!File.Exists("/dev/kfd")) return "/dev/kfd is missing: not a card of this machine";
        try
        {
            using var device = File.Open("/dev/kfd", FileMode.Open, FileAccess.ReadWrite);
            return "/dev/kfd can be opened";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "/dev/kfd cannot be opened: join the group render (usermod -aG render,video USER) and log in again";
        }
    }
}
