using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Tests.Hip;

namespace MIOpenDarts.Cli.Tests;

public sealed class HipDoctorTests
{
    [Fact]
    public void Without_a_GPU_one_line_says_what_is_missing_and_what_helps()
    {
        Assert.SkipWhen(HipDevice.All.Count > 0, "This machine has a GPU.");
        Command.Refuses(1, ["doctor"], "backend 'hip'", "MIOPENDARTS_ROCM");
    }

    [Fact]
    [Trait("Category", "virtual-gpu")]
    public async Task With_the_fallback_kernels_of_rocBLAS_every_operation_is_right()
    {
        var (code, output) = await VirtualGpu.RunAsync(["dotnet", Command.Program, "doctor"]);
        Assert.True(code == 0, output);
        Assert.Contains("verdict  every operation is right", output);
        Assert.DoesNotContain("problem", output);
        Assert.Equal(26, output.Split('\n').Count(line => line.EndsWith("  right", StringComparison.Ordinal)));
    }

    [Fact]
    [Trait("Category", "virtual-gpu")]
    public async Task A_dry_run_chooses_no_solver_for_others_and_MIOpen_remembers_apart_what_it_found()
    {
        using var tiny = new TinySearch();
        var (_, output) = await VirtualGpu.RunAsync(
            ["dotnet", Command.Program, "doctor"], "VGPU_DRY=1", $"VGPU_BIND={tiny.Root}", $"MIOPENDARTS_CACHE={tiny.In("cache")}");
        Assert.Contains("verdict", output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(tiny.In("cache/solvers")));
        var own = Assert.Single(Directory.GetDirectories(tiny.In("cache/solvers")));
        Assert.EndsWith("-dry", own, StringComparison.Ordinal);
        Assert.NotEmpty(Directory.GetFiles(own));
    }

    [Fact]
    [Trait("Category", "virtual-gpu")]
    public async Task A_compiler_that_MIOpen_misses_is_named_with_the_cure()
    {
        // In Debian's package its path is that of the machine that built it.
        var (_, output) = await VirtualGpu.RunAsync(["unshare", "-m", "--propagation", "unchanged", "bash", "-c",
            $"mount -t tmpfs none /build && exec dotnet {Command.Program} doctor"]);
        Assert.Matches(@"problem  MIOpen starts /build/\S+/clang-\d+ for its OpenCL kernels, which does not exist", output);
        Assert.Matches(@"cure     mkdir -p /build/\S+ and ln -s /usr/lib/llvm-\d+/bin/clang /build/", output);
    }

    [Fact]
    [Trait("Category", "virtual-gpu")]
    public async Task The_wrong_products_of_stock_rocBLAS_are_caught_with_their_cure()
    {
        var (code, output) = await VirtualGpu.RunAsync(["dotnet", Command.Program, "doctor"], "VGPU_STOCK_ROCBLAS=1");
        Assert.Equal(1, code);
        Assert.Matches(@"matrix product T,N +hipBLAS .*WRONG", output);
        Assert.Matches("cure .*ROCBLAS_TENSILE_LIBPATH", output);
        Assert.Matches("verdict  .*operations? (is|are) wrong: do not search", output);
    }

    [Theory]
    [Trait("Category", "virtual-gpu")]
    [InlineData("1", "one, hip:0 (Radeon RX 580 Series (virtual))")]
    [InlineData("2", "2: hip:0 (Radeon RX 580 Series (virtual)) and hip:1 (Radeon RX 580 Series (virtual))")]
    public async Task A_number_that_no_GPU_has_is_answered_with_those_that_there_are(string devices, string all)
    {
        var (code, output) = await VirtualGpu.RunAsync(["dotnet", Command.Program, "doctor", "--device", "5"], $"VGPU_DEVICES={devices}");
        Assert.Equal(1, code);
        Assert.EndsWith($"miopendarts: backend 'hip:5': there is no such GPU, but {all}\n", output);
    }

    [Fact]
    [Trait("Category", "virtual-gpu")]
    public async Task Too_little_device_memory_is_told_as_what_it_is()
    {
        var (code, output) = await VirtualGpu.RunAsync(["dotnet", Command.Program, "doctor"], "VGPU_MEMORY=8M");
        Assert.Equal(1, code);
        Assert.Matches("problem  8 of 8 MiB of device memory are free, and the self-test takes up to 80 MiB", output);
        Assert.Matches("cure     end what else uses the GPU", output);
        Assert.Matches(@"verdict  \d+ operations are not computed: do not search", output);
        Assert.DoesNotContain("tuned kernels", output);
    }

    [Fact]
    [Trait("Category", "virtual-gpu")]
    public async Task A_search_refuses_to_begin_with_too_little_device_memory()
    {
        using var tiny = new TinySearch();
        string[] args = [.. tiny.Args("run").Select(word => word == "cpu" ? "hip" : word)];
        var (code, output) = await VirtualGpu.RunAsync(["dotnet", Command.Program, .. args], "VGPU_MEMORY=8M", $"VGPU_BIND={tiny.Root}");
        Assert.Equal(1, code);
        Assert.Contains(
            "backend 'hip': 8 of 8 MiB of device memory are free, and the self-test takes up to 80 MiB: end what else uses the GPU",
            output);
        Assert.False(Directory.Exists(tiny.In("run")));
    }

    [Fact]
    [Trait("Category", "virtual-gpu")]
    public async Task A_search_refuses_to_begin_on_them()
    {
        using var tiny = new TinySearch();
        string[] args = [.. tiny.Args("run").Select(word => word == "cpu" ? "hip" : word)];
        var (code, output) = await VirtualGpu.RunAsync(["dotnet", Command.Program, .. args], "VGPU_STOCK_ROCBLAS=1",
            $"VGPU_BIND={tiny.Root}");
        Assert.Equal(1, code);
        Assert.Contains("matrix product T,N by hipBLAS is wrong", output);
        Assert.Contains("ROCBLAS_TENSILE_LIBPATH", output);
        Assert.False(Directory.Exists(tiny.Checkpoints("run")) && Directory.GetFiles(tiny.Checkpoints("run")).Length > 0);
    }
}
