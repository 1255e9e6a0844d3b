using System.Diagnostics;
using MIOpenDarts.Tests.Hip;

namespace MIOpenDarts.Interop.Tests.Worlds;

/// <summary>What native/virtual-gpu/setup.sh says where it cannot do its work, each time in the last line and with the cure.</summary>
public sealed class SetupTests : IDisposable
{
    private static readonly string Script = Path.Combine(Native(), "virtual-gpu", "setup.sh");
    private readonly string folder = Directory.CreateTempSubdirectory("virtual-gpu-").FullName;

    public SetupTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root",
            "setup.sh and this test of it need root: run the tests as root.");
        // What the script asks first; the tests below play it otherwise.
        Assert.SkipUnless(File.ReadAllText("/proc/cpuinfo")
            .Contains("avx2", StringComparison.Ordinal), "The virtual GPU needs a processor with AVX2.");
    }

    private string Base => Path.Combine(folder, "vgpu");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public Task Without_root() =>
        SaysAsync("needs root: run this with sudo", $"exec setpriv --reuid=65534 --clear-groups bash < '{Script}'");

    [Theory]
    [InlineData("avx f16c fma", "avx2")]
    [InlineData("avx avx2 f16c fma4", "fma")]
    [InlineData("avx avx2 fma avx512f", "f16c")]
    public async Task Without_its_instructions(string flags, string missing)
    {
        var cpu = Path.Combine(folder, "cpuinfo");
        await File.WriteAllTextAsync(cpu, $"flags\t\t: fpu sse2 {flags}\n");
        await SaysAsync($"this processor has no {missing}", $"mount --bind '{cpu}' /proc/cpuinfo; exec '{Script}'");
    }

    [Fact]
    public Task Without_space() =>
        SaysAsync("are needed: make room, or name another place in MIOPENDARTS_VGPU",
            $"mkdir '{Base}'; mount -t tmpfs -o size=64m none '{Base}'; exec '{Script}'");

    [Theory]
    [InlineData("wget")]
    [InlineData("gpgv")]
    public Task Without_what_debootstrap_calls(string tool) => SaysAsync(
        $"{tool} is missing: apt-get install wget gpgv",
        $"""
        mkdir '{folder}/bin'
        ln -sf /usr/bin/* /usr/sbin/* '{folder}/bin'
        rm '{folder}/bin/{tool}'
        PATH='{folder}/bin' exec '{Script}'
        """);

    [Fact]
    public Task Without_a_network() => SaysAsync(
        "debootstrap cannot be downloaded: is there a network",
        // Without a network apt would forget what it knows, and the machine still needs that.
        $"mount -t tmpfs none /var/lib/apt/lists; mount -t tmpfs none /var/cache/apt; exec unshare -n '{Script}'");

    [Fact]
    public Task With_a_mirror_that_does_not_answer() => SaysAsync(
        "could not be installed from http://127.0.0.1:9/debian: is there a network",
        $"""
        mkdir -p '{Base}/db/usr/sbin'
        printf '#!/bin/sh\necho the mirror does not answer; exit 1\n' > '{Base}/db/usr/sbin/debootstrap'
        chmod +x '{Base}/db/usr/sbin/debootstrap'
        export VGPU_MIRROR=http://127.0.0.1:9/debian
        exec '{Script}'
        """);

    [Fact]
    public Task Without_a_rootfs() => SaysAsync("there is none in", $"exec '{Script}' --check");

    [Theory]
    [Trait("Category", "virtual-gpu")]
    [InlineData("6.4.4-1", "6.4.9-1", 0, "warning: libhipblas2 is 6.4.4-1, proven with 6.4.9-1 (another patch version)")]
    [InlineData("6.4.4-1", "6.3.4-1", 2, "libhipblas2 is 6.4.4-1, proven with 6.3.4-1: another minor version")]
    public async Task With_packages_that_have_moved_on(string found, string proven, int code, string text)
    {
        Assert.SkipWhen(string.IsNullOrEmpty(Environment.GetEnvironmentVariable(VirtualGpu.Variable)),
            $"{VirtualGpu.Variable} is not set: see native/virtual-gpu/README.md.");
        var copy = Path.Combine(folder, "virtual-gpu");
        Directory.CreateDirectory(copy);
        foreach (var name in new[] { "setup.sh", "versions.txt" })
            File.Copy(Path.Combine(Native(), "virtual-gpu", name), Path.Combine(copy, name));
        var versions = Path.Combine(copy, "versions.txt");
        await File.WriteAllTextAsync(versions, (await File.ReadAllTextAsync(versions))
            .Replace($"libhipblas2 {found}", $"libhipblas2 {proven}", StringComparison.Ordinal));
        var (actual, output) = await RunAsync($"exec '{copy}/setup.sh' --check", ownRootfs: false);
        Assert.Contains(text, output);
        Assert.Equal(code, actual);
    }

    private async Task SaysAsync(string text, string commands)
    {
        var (code, output) = await RunAsync(commands);
        Assert.Contains(text, output.TrimEnd().Split('\n')[^1]);
        Assert.Equal(2, code);
    }

    /// <summary>Runs commands with mounts of their own.</summary>
    private async Task<(int Code, string Output)> RunAsync(string commands, bool ownRootfs = true)
    {
        var start = new ProcessStartInfo("unshare", ["-m", "--propagation", "private", "bash", "-e", "-c", $"exec 2>&1\n{commands}"])
        { RedirectStandardOutput = true };
        if (ownRootfs) start.Environment["MIOPENDARTS_VGPU"] = Base;
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }

    /// <summary>The folder native of this checkout.</summary>
    public static string Native()
    {
        var folder = AppContext.BaseDirectory;
        while (!Directory.Exists(Path.Combine(folder, "native", "virtual-gpu"))) folder = Path.GetDirectoryName(folder)
            ?? throw new DirectoryNotFoundException("native/virtual-gpu");
        return Path.Combine(folder, "native");
    }
}
