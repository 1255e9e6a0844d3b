using System.Runtime.Intrinsics.X86;
using MIOpenDarts.Interop.Loading;
using MIOpenDarts.Interop.Tests.Inside;
using MIOpenDarts.Tests.Hip;

namespace MIOpenDarts.Interop.Tests.Worlds;

public sealed class WorldTests
{
    private static readonly string Build = Path.Combine(SetupTests.Native(), "virtual-gpu", "tests", "build.sh");

    [Theory]
    [InlineData("5.2.3")]
    [InlineData("6.4.3")]
    [InlineData("7.2.4")]
    public Task The_real_HIP_runtime_answers_without_a_GPU(string generation) => World.RunAsync<HipInside>(generation);

    [Theory]
    [InlineData("5.2.3")]
    [InlineData("6.4.3")]
    [InlineData("7.2.4")]
    public Task The_real_hipRTC_compiles_for_gfx803(string generation) => World.RunAsync<RtcInside>(generation);

    [Theory]
    [InlineData("6.4.3")]
    [InlineData("7.2.4")]
    public Task The_real_MIOpen_takes_and_gives_back_descriptors(string generation) => World.RunAsync<DescriptorInside>(generation);

    [Theory]
    [InlineData("6.4.3")]
    [InlineData("7.2.4")]
    public Task The_real_MIOpen_loses_nothing(string generation) => World.RunAsync<LifetimeInside>(generation);

    [Fact]
    public Task A_machine_without_ROCm_gets_answers()
    {
        var own = SearchPlaces.All(null, _ => null).SkipLast(1)
            .FirstOrDefault(p => Sonames.Majors.ToArray().Any(m => SearchPlaces.Candidate(p, $"libamdhip64.so.{m}") is not null));
        Assert.SkipWhen(own is not null, $"This machine has a ROCm in {own}; run this test on one that has none, as CI does.");
        return World.RunWithNothingAsync<NothingInside>();
    }

    [Theory]
    [Trait("Category", "virtual-gpu")]
    [InlineData("instructions", "")]
    [InlineData("instructions", "avx2")]
    [InlineData("basic", "")]
    [InlineData("basic", "avx2")]
    public Task The_virtual_gfx803_passes_its_own(string program, string vectors) => PassesItsOwnAsync(program, vectors);

    [Theory]
    [Trait("Category", "virtual-gpu")]
    [InlineData("lanes", "")]
    [InlineData("lanes-avx2", "avx2")]
    [InlineData("counters", "")]
    [InlineData("counters", "avx2")]
    public async Task The_virtual_gfx803_is_built_for_AVX2_and_for_the_widest_vectors_there_are(string program, string vectors)
    {
        var widest = Avx512F.IsSupported && Avx512BW.IsSupported && Avx512DQ.IsSupported ? 16 : 8;
        Assert.Contains($"vectors of {(vectors == "avx2" ? 8 : widest)} lanes", await PassesItsOwnAsync(program, vectors));
    }

    [Fact]
    [Trait("Category", "virtual-gpu")]
    public async Task Its_check_programs_are_built_again_for_another_processor_only()
    {
        var (code, output) = await VirtualGpu.RunAsync(["bash", "-e", "-c", $$"""
            built() { '{{Build}}' lanes; stat -c %y /opt/virtual-gpu/lanes; }
            first=$(built)
            again=$(built)
            sed 's/^model name.*/model name : another/' /proc/cpuinfo > /tmp/cpuinfo
            mount --bind /tmp/cpuinfo /proc/cpuinfo
            other=$(built)
            [ "$first" = "$again" ] || echo built without need
            [ "$first" != "$other" ] || echo not built
            """]);
        Assert.Equal((0, ""), (code, output));
    }

    [Fact]
    [Trait("Category", "virtual-gpu")]
    public Task Pools_work_on_a_virtual_gfx803() => World.RunOnVirtualGpuAsync<GpuPoolInside>();

    [Fact]
    [Trait("Category", "virtual-gpu")]
    public Task Memory_streams_and_kernels_work_on_a_virtual_gfx803() => World.RunOnVirtualGpuAsync<GpuInside>();

    [Fact]
    [Trait("Category", "virtual-gpu")]
    public Task MIOpen_and_hipBLAS_work_on_a_virtual_gfx803() => World.RunOnVirtualGpuAsync<GpuLibrariesInside>();

    [Fact]
    [Trait("Category", "virtual-gpu")]
    public Task Device_objects_end_as_they_should_on_a_virtual_gfx803() => World.RunOnVirtualGpuAsync<GpuLifetimeInside>();

    [Fact]
    [Trait("Category", "virtual-gpu")]
    public Task What_no_backend_calls_works_on_a_virtual_gfx803() => World.RunOnVirtualGpuAsync<GpuAuthorsInside>();

    private static async Task<string> PassesItsOwnAsync(string program, string vectors)
    {
        var built = await VirtualGpu.RunAsync([Build, program, vectors == "avx2" ? "narrow" : program]);
        Assert.True(built.Code == 0, built.Output);
        var (code, output) = await VirtualGpu.RunAsync([program], $"VGPU_VECTORS={vectors}");
        Assert.True(code == 0 && output.EndsWith("all ok\n", StringComparison.Ordinal), output);
        return output;
    }
}
