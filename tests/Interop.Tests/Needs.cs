namespace MIOpenDarts.Interop.Tests;

/// <summary>What tests need beyond a .NET SDK. Where it is missing they are skipped with the way to get it.</summary>
internal static class Needs
{
    private static string Cache => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg
            ? xdg
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "miopendarts");

    /// <summary>The include folder of a ROCm generation, or of mpi-abi.</summary>
    public static string Headers(string generation)
    {
        var folder = Path.Combine(Environment.GetEnvironmentVariable("MIOPENDARTS_HEADERS") ?? Path.Combine(Cache, "headers"), generation);
        Assert.SkipUnless(File.Exists(Path.Combine(folder, ".complete")),
            $"The headers of {generation} are not in {folder}: run native/generation/headers.sh.");
        return Path.Combine(folder, "usr/include");
    }

    /// <summary>The folder of the mpi.h of Open MPI (openmpi), MPICH (mpich), or MPI 5's standard ABI (standard).</summary>
    public static string MpiHeader(string abi)
    {
        const string openmpi = "/usr/lib/x86_64-linux-gnu/openmpi/include", mpich = "/usr/include/x86_64-linux-gnu/mpich";
        if (abi == "standard")
        {
            return Path.Combine(Path.GetDirectoryName(Headers("mpi-abi"))!, "lib/x86_64-linux-gnu/mpi_abi_mpich/include");
        }
        var (folder, package) = abi == "openmpi" ? (openmpi, "libopenmpi-dev") : (mpich, "libmpich-dev");
        Assert.SkipUnless(File.Exists(Path.Combine(folder, "mpi.h")), $"There is no {folder}/mpi.h: apt-get install {package}.");
        return folder;
    }

    /// <summary>The root of a ROCm generation's real libraries.</summary>
    public static string Libraries(string generation)
    {
        Assert.SkipUnless(HasLibraries(generation, out var folder),
            $"The libraries of ROCm {generation} are not in {folder}: run native/generation/libraries.sh.");
        return folder;
    }

    /// <summary>Whether the libraries of a ROCm generation were fetched, and where they would be.</summary>
    public static bool HasLibraries(string generation, out string folder)
    {
        folder = Path.Combine(Environment.GetEnvironmentVariable("MIOPENDARTS_LIBRARIES") ?? Path.Combine(Cache, "libraries"), generation);
        return File.Exists(Path.Combine(folder, ".complete"));
    }

    /// <summary>A C++ compiler.</summary>
    public static void Compiler()
    {
        var paths = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        Assert.SkipUnless(paths.Any(p => File.Exists(Path.Combine(p, "g++"))), "There is no C++ compiler: apt-get install g++.");
    }
}
