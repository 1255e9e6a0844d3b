using System.Diagnostics;
using System.Text.RegularExpressions;
using MIOpenDarts.Interop.Devices;

namespace MIOpenDarts.Tests.Hip;

/// <summary>Starts processes that have a virtual GPU: a gfx803 under the real MIOpen, hipBLAS and rocBLAS.</summary>
internal static partial class VirtualGpu
{
    /// <summary>The environment variable with the command that runs a program on it.</summary>
    public const string Variable = "MIOPENDARTS_VGPU_EXEC";

    /// <summary>Runs the tests of a class there; each must pass and none may be skipped.</summary>
    public static async Task TestAsync(Type tests, params string[] settings)
    {
        Assert.SkipWhen(HipDevice.All.Count > 0, "This machine has an AMD GPU: run these tests on it with -s tests/gpu.runsettings.");
        var (code, output) =
            await RunAsync(["dotnet", "exec", tests.Assembly.Location, "-class", tests.FullName!, "-failSkips", "-noColor"], settings);
        Assert.True(code == 0 && SomePassed().IsMatch(output), $"exit code {code}: {output}");
    }

    /// <summary>Runs a program there, or skips the test where there is none.</summary>
    /// <param name="command">Program and arguments.</param>
    /// <param name="settings">Further environment variables, as NAME=value.</param>
    public static async Task<(int Code, string Output)> RunAsync(IEnumerable<string> command, params string[] settings)
    {
        var launcher = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(
            string.IsNullOrEmpty(launcher),
            $"There is no virtual GPU: run native/virtual-gpu/setup.sh (root, 7 GB, once) and set {Variable} to the full path of " +
                $"native/virtual-gpu/exec.");
        var start = new ProcessStartInfo(launcher!, command)
        {
            WorkingDirectory = AppContext.BaseDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (Environment.GetEnvironmentVariable(OwnCache.Variable) == OwnCache.Folder) start.Environment.Remove(OwnCache.Variable);
        foreach (var setting in settings) start.Environment[setting[..setting.IndexOf('=')]] = setting[(setting.IndexOf('=') + 1)..];
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync() + await error;
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }

    [GeneratedRegex(@"Total: [1-9]\d*, Errors: 0, Failed: 0, Skipped: 0, Not Run: 0")]
    private static partial Regex SomePassed();
}
