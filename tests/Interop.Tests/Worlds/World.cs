using System.Diagnostics;
using System.Text.RegularExpressions;
using MIOpenDarts.Tests.Hip;

namespace MIOpenDarts.Interop.Tests.Worlds;

/// <summary>
/// A process that runs some of this assembly's tests with the real libraries of one ROCm generation: under the loader and the C library of
/// the Debian release they were built for, as the machine's own may be too old for them.
/// </summary>
internal static partial class World
{
    /// <summary>The name of the world with a GPU.</summary>
    public const string Gpu = "gpu";

    private const string Variable = "MIOPENDARTS_TEST_WORLD";

    /// <summary>The generation whose libraries this process has, <see cref="Gpu"/>, or null in an ordinary test run.</summary>
    public static string? Current => Environment.GetEnvironmentVariable(Variable);

    /// <summary>Runs the tests of a class in a new process.</summary>
    /// <returns>What it printed; every test in it passed and none was skipped.</returns>
    public static async Task<string> RunAsync<T>(string generation)
    {
        var root = Needs.Libraries(generation);
        var libraries = new[] { "usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu" }.Select(l => Path.Combine(root, l)).ToArray();
        var loader = libraries.Select(l => Path.Combine(l, "ld-linux-x86-64.so.2")).First(File.Exists);
        var scratch = Directory.CreateTempSubdirectory("rocm-world");
        try
        {
            var host = FakeDotnetRoot(scratch.FullName, loader, out var dotnet);
            var start = new ProcessStartInfo(host, ["--library-path", string.Join(':', libraries), dotnet, .. Arguments<T>()]);
            start.Environment[Variable] = generation;
            start.Environment["MIOPENDARTS_ROCM"] = libraries[0];
            start.Environment["MIOPENDARTS_CACHE"] = scratch.FullName;
            start.Environment.Remove("LD_LIBRARY_PATH");
            return await FinishedAsync(start);
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    /// <summary>Runs the tests of a class on the virtual gfx803, or skips the test where there is none.</summary>
    public static Task RunOnVirtualGpuAsync<T>() => VirtualGpu.TestAsync(typeof(T), $"{Variable}={Gpu}");

    /// <summary>Runs the tests of a class where no ROCm is found.</summary>
    /// <typeparam name="T">The class.</typeparam>
    /// <param name="cache">The cache folder, or null for the usual one.</param>
    public static Task<string> RunWithNothingAsync<T>(string? cache = null)
    {
        var start = new ProcessStartInfo("dotnet", Arguments<T>());
        start.Environment[Variable] = "nothing";
        start.Environment["MIOPENDARTS_CACHE"] = cache;
        foreach (var variable in new[] { "MIOPENDARTS_ROCM", "ROCM_PATH", "LD_LIBRARY_PATH" })
        {
            start.Environment.Remove(variable);
        }
        return FinishedAsync(start);
    }

    private static string[] Arguments<T>() =>
        ["exec", typeof(T).Assembly.Location, "-class", typeof(T).FullName!, "-failSkips", "-noColor"];

    private static async Task<string> FinishedAsync(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync() + await error;
        await process.WaitForExitAsync();
        var total = Total().Match(output);
        Assert.True(process.ExitCode == 0 && total.Success && int.Parse(total.Groups[1].Value) > 0,
            $"exit code {process.ExitCode}: {output}");
        return output;
    }

    /// <summary>
    /// .NET finds its files beside the executable that runs. Under a loader given on the command line that is the loader: so it gets a
    /// folder with a copy of the loader called dotnet, and the real runtime's folders next to it.
    /// </summary>
    private static string FakeDotnetRoot(string folder, string loader, out string dotnet)
    {
        var runtime = Path.TrimEndingDirectorySeparator(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory());
        var real = Path.GetFullPath(Path.Combine(runtime, "../../.."));
        foreach (var part in new[] { "host", "shared" })
        {
            Directory.CreateSymbolicLink(Path.Combine(folder, part), Path.Combine(real, part));
        }
        var host = Path.Combine(folder, "dotnet");
        File.Copy(loader, host);
        File.SetUnixFileMode(host, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        dotnet = Path.Combine(real, "dotnet");
        return host;
    }

    [GeneratedRegex(@"Total: (\d+), Errors: 0, Failed: 0, Skipped: 0, Not Run: 0")]
    private static partial Regex Total();
}
