using MIOpenDarts.Interop.Loading;
using MIOpenDarts.Interop.Tests.Inside;
using MIOpenDarts.Tests.Hip;

namespace MIOpenDarts.Interop.Tests.Worlds;

public sealed class WorldTests
{
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
    [InlineData("lanes")]
    [InlineData("lanes-avx2")]
    [InlineData("instructions")]
    [InlineData("counters")]
    public async Task The_virtual_gfx803_passes_its_own(string program)
    {
        var tests = Path.Combine(SetupTests.Native(), "virtual-gpu", "tests", "build.sh");
        var built = await VirtualGpu.RunAsync([tests, program]);
        Assert.True(built.Code == 0, built.Output);
        var (code, output) = await VirtualGpu.RunAsync([program]);
        Assert.True(code == 0 && output.EndsWith("all ok\n", StringComparison.Ordinal), output);
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
}
