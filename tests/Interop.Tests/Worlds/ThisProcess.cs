using System.Runtime.InteropServices;
using MIOpenDarts.Interop.Loading;

[assembly: AssemblyFixture(typeof(MIOpenDarts.Interop.Tests.Worlds.ThisProcess))]

namespace MIOpenDarts.Interop.Tests.Worlds;

/// <summary>
/// Gives an ordinary test run the HIP runtime of Debian bookworm before its first test, as a process can have only one: on the machine's
/// own loader and C library, nothing being installed. A machine with a GPU keeps its own ROCm, for the tests that use it.
/// </summary>
public sealed class ThisProcess
{
    /// <summary>Makes the choice; xunit calls it once.</summary>
    public ThisProcess() => WhyNot = Choose();

    /// <summary>Why the runtime is not bookworm's, or null.</summary>
    public static string? WhyNot { get; private set; } = "the test run has not begun";

    /// <summary>Where bookworm's libraries are.</summary>
    public static string Folder { get; private set; } = "";

    private static string? Choose()
    {
        if (World.Current is not null || File.Exists("/dev/kfd"))
        {
            return "This process uses another ROCm: it was started for it, or the machine has an AMD GPU (/dev/kfd).";
        }
        if (!Needs.HasLibraries("5.2.3", out var root))
        {
            return $"Debian bookworm's libamdhip64-5 is not in {root}: run native/generation/libraries.sh.";
        }
        Folder = Path.Combine(root, "usr/lib/x86_64-linux-gnu");
        try
        {
            // The runtime opens the last two by name when it needs them.
            foreach (var library in new[] { "libamdhip64.so.5", "libamd_comgr.so.2", "libhiprtc-builtins.so.5" })
            {
                LoadNeeded(Path.Combine(Folder, library));
            }
        }
        catch (Exception e) when (e is DllNotFoundException or IOException)
        {
            return $"Debian bookworm's libamdhip64-5 needs a C library as new as bookworm's (2.36): {e.Message}";
        }
        Rocm.Configure(Folder);
        return null;
    }

    /// <summary>
    /// Loads what a library needs from beside it, unless the system has it: the loader looks there only for what is installed, and takes
    /// what is loaded already.
    /// </summary>
    private static void LoadNeeded(string path)
    {
        foreach (var needed in ElfFile.Read(path).Needed().Where(n => !NativeLibrary.TryLoad(n, out _)))
        {
            LoadNeeded(Path.Combine(Folder, needed));
        }
        _ = NativeLibrary.Load(path);
    }
}
