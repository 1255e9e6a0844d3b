using System.Diagnostics;
using System.Text.RegularExpressions;
using MIOpenDarts.Interop.Devices;

namespace MIOpenDarts.Layers.Tests.Hip;

/// <summary>Runs the tests that need a GPU in a process that has a virtual one: a gfx803 under the real MIOpen, hipBLAS and rocBLAS.</summary>
[Collection(nameof(Backends.Alone))]
public partial class VirtualGpuTests
{
    [Theory]
    [InlineData(typeof(HipOperationTests), "VGPU_POISON=1")]
    [InlineData(typeof(HipFusedTests), "VGPU_POISON=1")]
    [InlineData(typeof(HipFusedTests), "VGPU_ASYNC=1")]
    public async Task Tests_pass_on_the_virtual_gfx803(Type tests, string setting)
    {
        Assert.SkipWhen(HipDevice.All.Count > 0, "This process has a GPU, and the tests run on that.");
        var command = Environment.GetEnvironmentVariable("MIOPENDARTS_VGPU_EXEC");
        Assert.SkipWhen(
            string.IsNullOrEmpty(command), "MIOPENDARTS_VGPU_EXEC is not set: it names the command that runs a program on the virtual gfx803.");
        var start = new ProcessStartInfo(command!, ["dotnet", "exec", tests.Assembly.Location, "-class", tests.FullName!, "-failSkips", "-noColor"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var (name, value) = (setting.Split('=')[0], setting.Split('=')[1]);
        start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync() + await error;
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0 && SomePassed().IsMatch(output), $"exit code {process.ExitCode}: {output}");
    }

    [GeneratedRegex(@"Total: [1-9]\d*, Errors: 0, Failed: 0, Skipped: 0, Not Run: 0")]
    private static partial Regex SomePassed();
}
